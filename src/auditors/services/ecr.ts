import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  DescribeRepositoryCreationTemplatesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  GetRegistryPolicyCommand,
  GetRegistryScanningConfigurationCommand,
  GetRepositoryPolicyCommand,
  GetSigningConfigurationCommand,
} from "@aws-sdk/client-ecr";
import { inline, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describeInBatches } = reads("ecr");
const repository = { repositoryName: "repositoryName", registryId: "registryId" } as const;

/** ECR: images' repositories, who may pull and push, and whether they are scanned. */
export const ecr: Service = {
  name: "ecr",
  title: "ECR: repositories with policy, lifecycle and scanning, and the registry's own policy and replication",
  client: ECRClient,
  collectors: [
    list("AWS::ECR::Repository", from(DescribeRepositoriesCommand, "repositories", { input: { maxResults: 1000 } }), {
      id: "repositoryName",
      arn: "repositoryArn",
      tags: taggingApi("ecr:repository"),
      describe: describeInBatches(
        BatchGetRepositoryScanningConfigurationCommand,
        25,
        { repositoryNames: "repositoryName" },
        "scanningConfigurations",
        ["repositoryArn", "repositoryArn"],
      ),
      details: [
        detail(GetRepositoryPolicyCommand, repository, { none: ["RepositoryPolicyNotFoundException"] }),
        detail(GetLifecyclePolicyCommand, repository, { none: ["LifecyclePolicyNotFoundException"] }),
      ],
    }),
    list("AWS::ECR::RegistryPolicy", from(GetRegistryPolicyCommand, { none: ["RegistryPolicyNotFoundException"] })),
    list("AWS::ECR::RegistryScanningConfiguration", from(GetRegistryScanningConfigurationCommand)),
    list("AWS::ECR::ReplicationConfiguration", from(DescribeRegistryCommand)),
    list(
      "AWS::ECR::SigningConfiguration",
      from(GetSigningConfigurationCommand, { none: ["SigningConfigurationNotFoundException"] }),
    ),
    list(
      "AWS::ECR::PullThroughCacheRule",
      from(DescribePullThroughCacheRulesCommand, "pullThroughCacheRules", { input: { maxResults: 1000 } }),
      {
        id: "ecrRepositoryPrefix",
      },
    ),
    list(
      "AWS::ECR::RepositoryCreationTemplate",
      from(DescribeRepositoryCreationTemplatesCommand, "repositoryCreationTemplates", { input: { maxResults: 1000 } }),
      { id: "prefix", tags: inline("resourceTags") },
    ),
  ],
};
