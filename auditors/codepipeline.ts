import {
  CodePipelineClient,
  GetPipelineCommand,
  ListPipelinesCommand,
  ListWebhooksCommand,
} from "@aws-sdk/client-codepipeline";
import { inline, reads, type Service } from "./collector.ts";
import { taggingApi } from "./tagging.ts";

const { from, list, describe } = reads("codepipeline");

/** CodePipeline: what is delivered, as whom, and after whose approval. */
export const codepipeline: Service = {
  name: "codepipeline",
  title: "CodePipeline: what is delivered, as whom, and after whose approval",
  client: CodePipelineClient,
  collectors: [
    list("AWS::CodePipeline::Pipeline", from(ListPipelinesCommand, "pipelines"), {
      id: "name",
      arn: "arn:{partition}:codepipeline:{region}:{account}:{name}",
      describe: describe(GetPipelineCommand, { name: "name" }, "pipeline"),
      tags: taggingApi("codepipeline"),
      redact: ["stages.actions.configuration", "stages.actions.environmentVariables", "variables.defaultValue"],
      notSecret: { "stages.actions.outputVariables": "names of variables" },
    }),
    list("AWS::CodePipeline::Webhook", from(ListWebhooksCommand, "webhooks"), {
      id: "definition.name",
      arn: "arn",
      tags: inline("tags"),
      redact: ["definition.authenticationConfiguration", "url"],
    }),
  ],
};
