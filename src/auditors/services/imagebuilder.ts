import {
  GetComponentPolicyCommand,
  GetContainerRecipePolicyCommand,
  GetDistributionConfigurationCommand,
  GetImagePolicyCommand,
  GetImageRecipePolicyCommand,
  GetInfrastructureConfigurationCommand,
  ImagebuilderClient,
  ListComponentsCommand,
  ListContainerRecipesCommand,
  ListDistributionConfigurationsCommand,
  ListImagePipelinesCommand,
  ListImageRecipesCommand,
  ListImagesCommand,
  ListInfrastructureConfigurationsCommand,
  ListLifecyclePoliciesCommand,
  ListWorkflowsCommand,
} from "@aws-sdk/client-imagebuilder";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list, detail, describe } = reads("imagebuilder");
const tags = inline("tags");
const named = { id: "arn", arn: "arn", name: "name" } as const;
const own = { input: { owner: "Self" } } as const;
const onlyWithInfrastructure: OnlyWith = {
  type: "AWS::ImageBuilder::InfrastructureConfiguration",
  because: "https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_DeleteInfrastructureConfiguration.html",
};
const noPolicy = { none: ["ResourceNotFoundException"] };

/** Image Builder: how images are made, tested and handed out. */
export const imagebuilder: Service = {
  name: "imagebuilder",
  title: "Image Builder: pipelines, recipes, components and images with whom they are shared",
  client: ImagebuilderClient,
  collectors: [
    list("AWS::ImageBuilder::ImagePipeline", from(ListImagePipelinesCommand, "imagePipelineList"), {
      onlyWith: onlyWithInfrastructure,
      ...named,
      tags,
      redact: ["workflows.parameters.value"],
    }),
    list("AWS::ImageBuilder::ImageRecipe", from(ListImageRecipesCommand, "imageRecipeSummaryList", own), {
      ...named,
      tags,
      details: [detail(GetImageRecipePolicyCommand, { imageRecipeArn: "arn" }, noPolicy)],
    }),
    list("AWS::ImageBuilder::ContainerRecipe", from(ListContainerRecipesCommand, "containerRecipeSummaryList", own), {
      ...named,
      tags,
      details: [detail(GetContainerRecipePolicyCommand, { containerRecipeArn: "arn" }, noPolicy)],
    }),
    list("AWS::ImageBuilder::Component", from(ListComponentsCommand, "componentVersionList", own), {
      ...named,
      details: [detail(GetComponentPolicyCommand, { componentArn: "arn" }, noPolicy)],
    }),
    list("AWS::ImageBuilder::Image", from(ListImagesCommand, "imageVersionList", own), {
      ...named,
      details: [detail(GetImagePolicyCommand, { imageArn: "arn" }, noPolicy)],
    }),
    list(
      "AWS::ImageBuilder::InfrastructureConfiguration",
      from(ListInfrastructureConfigurationsCommand, "infrastructureConfigurationSummaryList"),
      {
        ...named,
        tags,
        describe: describe(
          GetInfrastructureConfigurationCommand,
          { infrastructureConfigurationArn: "arn" },
          "infrastructureConfiguration",
        ),
        notSecret: {
          "instanceMetadataOptions.httpTokens": "whether the metadata service asks for session tokens (IMDSv2)",
        },
      },
    ),
    list(
      "AWS::ImageBuilder::DistributionConfiguration",
      from(ListDistributionConfigurationsCommand, "distributionConfigurationSummaryList"),
      {
        ...named,
        tags,
        describe: describe(
          GetDistributionConfigurationCommand,
          { distributionConfigurationArn: "arn" },
          "distributionConfiguration",
        ),
        notSecret: { "distributions.ssmParameterConfigurations": "names of parameters" },
      },
    ),
    list("AWS::ImageBuilder::LifecyclePolicy", from(ListLifecyclePoliciesCommand, "lifecyclePolicySummaryList"), {
      ...named,
      tags,
    }),
    list("AWS::ImageBuilder::Workflow", from(ListWorkflowsCommand, "workflowVersionList", own), named),
  ],
};
