import {
  BedrockClient,
  GetCustomModelCommand,
  GetGuardrailCommand,
  GetModelInvocationLoggingConfigurationCommand,
  ListCustomModelsCommand,
  ListGuardrailsCommand,
  ListImportedModelsCommand,
  ListModelCustomizationJobsCommand,
  ListProvisionedModelThroughputsCommand,
} from "@aws-sdk/client-bedrock";
import { BedrockAgentClient, ListAgentsCommand, ListKnowledgeBasesCommand } from "@aws-sdk/client-bedrock-agent";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe } = reads("bedrock");

/** Bedrock: what is logged of its use, what guards it, and models of one's own. */
export const bedrock: Service = {
  name: "bedrock",
  title: "Bedrock: what is logged of its use, what guards it, and models of one's own",
  client: BedrockClient,
  collectors: [
    list("AWS::Bedrock::ModelInvocationLogging", from(GetModelInvocationLoggingConfigurationCommand)),
    list("AWS::Bedrock::Guardrail", from(ListGuardrailsCommand, "guardrails"), {
      id: "id",
      arn: "arn",
      name: "name",
      describe: describe(GetGuardrailCommand, { guardrailIdentifier: "id" }),
      tags: taggingApi("bedrock:guardrail"),
    }),
    list("AWS::Bedrock::CustomModel", from(ListCustomModelsCommand, "modelSummaries", { input: { isOwned: true } }), {
      id: "modelArn",
      arn: "modelArn",
      name: "modelName",
      describe: describe(GetCustomModelCommand, { modelIdentifier: "modelArn" }),
      tags: taggingApi("bedrock:custom-model"),
      redact: ["hyperParameters", "customizationConfig.rftConfig.hyperParameters"],
    }),
    list("AWS::Bedrock::ImportedModel", from(ListImportedModelsCommand, "modelSummaries"), {
      id: "modelArn",
      arn: "modelArn",
      name: "modelName",
      tags: taggingApi("bedrock:imported-model"),
    }),
    list(
      "AWS::Bedrock::ModelCustomizationJob",
      from(ListModelCustomizationJobsCommand, "modelCustomizationJobSummaries"),
      { id: "jobArn", arn: "jobArn", name: "jobName", tags: taggingApi("bedrock:model-customization-job") },
    ),
    list(
      "AWS::Bedrock::ProvisionedModelThroughput",
      from(ListProvisionedModelThroughputsCommand, "provisionedModelSummaries"),
      {
        id: "provisionedModelArn",
        arn: "provisionedModelArn",
        name: "provisionedModelName",
        tags: taggingApi("bedrock:provisioned-model"),
      },
    ),
    list(
      "AWS::Bedrock::Agent",
      { ...from(ListAgentsCommand, "agentSummaries"), client: BedrockAgentClient },
      {
        id: "agentId",
        arn: "arn:{partition}:bedrock:{region}:{account}:agent/{agentId}",
        name: "agentName",
        tags: taggingApi("bedrock:agent"),
      },
    ),
    list(
      "AWS::Bedrock::KnowledgeBase",
      { ...from(ListKnowledgeBasesCommand, "knowledgeBaseSummaries"), client: BedrockAgentClient },
      {
        id: "knowledgeBaseId",
        arn: "arn:{partition}:bedrock:{region}:{account}:knowledge-base/{knowledgeBaseId}",
        name: "name",
        tags: taggingApi("bedrock:knowledge-base"),
      },
    ),
  ],
};
