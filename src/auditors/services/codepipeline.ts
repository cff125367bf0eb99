import {
  CodePipelineClient,
  GetPipelineCommand,
  ListPipelinesCommand,
  ListWebhooksCommand,
} from "@aws-sdk/client-codepipeline";
import { inline, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe } = reads("codepipeline");

/** Rules that a stage is held against before and after it. */
const conditions = ["beforeEntry", "onSuccess", "onFailure"].map((each) => `${each}.conditions.rules`);

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
      redact: [
        "stages.actions.configuration",
        "stages.actions.environmentVariables",
        ...["actions", ...conditions].map((each) => `stages.${each}.commands`),
        ...conditions.map((each) => `stages.${each}.configuration`),
        "variables.defaultValue",
      ],
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
