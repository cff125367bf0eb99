import {
  BatchGetRepositoriesCommand,
  CodeCommitClient,
  GetRepositoryTriggersCommand,
  ListRepositoriesCommand,
} from "@aws-sdk/client-codecommit";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describeInBatches } = reads("codecommit");

/** CodeCommit: repositories, their keys, and who is told of a push. */
export const codecommit: Service = {
  name: "codecommit",
  title: "CodeCommit: repositories, their keys, and who is told of a push",
  client: CodeCommitClient,
  collectors: [
    list("AWS::CodeCommit::Repository", from(ListRepositoriesCommand, "repositories"), {
      id: "repositoryName",
      arn: "Arn",
      describe: describeInBatches(
        BatchGetRepositoriesCommand,
        25,
        { repositoryNames: "repositoryName" },
        "repositories",
        ["repositoryName", "repositoryName"],
      ),
      tags: taggingApi("codecommit"),
      details: [detail(GetRepositoryTriggersCommand, { repositoryName: "repositoryName" })],
      redact: ["GetRepositoryTriggers.triggers.customData"],
    }),
  ],
};
