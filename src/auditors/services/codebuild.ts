import {
  BatchGetProjectsCommand,
  BatchGetReportGroupsCommand,
  CodeBuildClient,
  GetResourcePolicyCommand,
  ListProjectsCommand,
  ListReportGroupsCommand,
  ListSourceCredentialsCommand,
} from "@aws-sdk/client-codebuild";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, detail, describeInBatches } = reads("codebuild");
const policy = detail(GetResourcePolicyCommand, { resourceArn: "arn" }, { none: ["ResourceNotFoundException"] });

/** CodeBuild: what is built, as whom, and whether strangers see it. */
export const codebuild: Service = {
  name: "codebuild",
  title: "CodeBuild: what is built, as whom, and whether strangers see it",
  client: CodeBuildClient,
  collectors: [
    list("AWS::CodeBuild::Project", from(ListProjectsCommand, "projects", { as: "name" }), {
      id: "name",
      arn: "arn",
      describe: describeInBatches(BatchGetProjectsCommand, 100, { names: "name" }, "projects", ["name", "name"]),
      tags: inline("tags"),
      details: [policy],
      redact: [
        "environment.environmentVariables.value",
        "source.buildspec",
        "secondarySources.buildspec",
        "webhook.secret",
        // Whoever has it can start a build.
        "webhook.payloadUrl",
      ],
      notSecret: {
        environment: "the image, its size and privileges, and the names of variables",
        "environment.registryCredential.credential": "the ARN of a secret, and not the secret",
      },
    }),
    list("AWS::CodeBuild::ReportGroup", from(ListReportGroupsCommand, "reportGroups", { as: "arn" }), {
      id: "arn",
      arn: "arn",
      name: "name",
      describe: describeInBatches(BatchGetReportGroupsCommand, 100, { reportGroupArns: "arn" }, "reportGroups", [
        "arn",
        "arn",
      ]),
      tags: inline("tags"),
      details: [policy],
    }),
    list("AWS::CodeBuild::SourceCredential", from(ListSourceCredentialsCommand, "sourceCredentialsInfos"), {
      id: "arn",
      arn: "arn",
    }),
  ],
};
