import {
  DescribeRegistriesCommand,
  DescribeRepositoriesCommand,
  ECRPUBLICClient,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-ecr-public";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail } = reads("ecr-public", "us-east-1");

/** ECR Public: images that the whole world may pull. */
export const ecrpublic: Service = {
  name: "ecrpublic",
  title: "ECR Public: repositories that the whole world may pull from, and who may push to them",
  client: ECRPUBLICClient,
  collectors: [
    list("AWS::ECR::PublicRepository", from(DescribeRepositoriesCommand, "repositories"), {
      id: "repositoryName",
      arn: "repositoryArn",
      tags: tagsFrom(detail(ListTagsForResourceCommand, { resourceArn: "{arn}" }), "tags"),
      details: [
        detail(
          GetRepositoryPolicyCommand,
          { repositoryName: "repositoryName" },
          { none: ["RepositoryPolicyNotFoundException"] },
        ),
      ],
    }),
    list("AWS::ECR::PublicRegistry", from(DescribeRegistriesCommand, "registries"), {
      id: "registryId",
      arn: "registryArn",
    }),
  ],
};
