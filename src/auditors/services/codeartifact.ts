import {
  CodeartifactClient,
  DescribeRepositoryCommand,
  GetDomainPermissionsPolicyCommand,
  GetRepositoryPermissionsPolicyCommand,
  ListDomainsCommand,
  ListRepositoriesCommand,
} from "@aws-sdk/client-codeartifact";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("codeartifact");
const repository = { domain: "domainName", domainOwner: "domainOwner", repository: "name" } as const;
const none = ["ResourceNotFoundException"];

/** CodeArtifact: packages' domains and repositories, who may publish, and what comes from outside. */
export const codeartifact: Service = {
  name: "codeartifact",
  title: "CodeArtifact: packages' domains and repositories, who may publish, and what comes from outside",
  client: CodeartifactClient,
  collectors: [
    list("AWS::CodeArtifact::Domain", from(ListDomainsCommand, "domains"), {
      id: "name",
      arn: "arn",
      tags: taggingApi("codeartifact:domain"),
      details: [detail(GetDomainPermissionsPolicyCommand, { domain: "name", domainOwner: "owner" }, { none })],
    }),
    list("AWS::CodeArtifact::Repository", from(ListRepositoriesCommand, "repositories"), {
      id: "{domainName}/{name}",
      arn: "arn",
      name: "name",
      tags: taggingApi("codeartifact:repository"),
      details: [
        detail(DescribeRepositoryCommand, repository),
        detail(GetRepositoryPermissionsPolicyCommand, repository, { none }),
      ],
    }),
  ],
};
