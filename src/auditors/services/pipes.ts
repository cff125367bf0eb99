import { DescribePipeCommand, ListPipesCommand, PipesClient } from "@aws-sdk/client-pipes";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, describe } = reads("pipes");

/** EventBridge Pipes: what is carried from where to where, and as whom. */
export const pipes: Service = {
  name: "pipes",
  title: "EventBridge Pipes: what is carried from where to where, and as whom",
  client: PipesClient,
  collectors: [
    list("AWS::Pipes::Pipe", from(ListPipesCommand, "Pipes"), {
      id: "Name",
      arn: "Arn",
      describe: describe(DescribePipeCommand, { Name: "Name" }),
      tags: inline("Tags"),
      redact: [
        "EnrichmentParameters.InputTemplate",
        "EnrichmentParameters.HttpParameters",
        "TargetParameters.InputTemplate",
        "TargetParameters.HttpParameters",
        "TargetParameters.BatchJobParameters",
        "TargetParameters.EcsTaskParameters.Overrides",
        "TargetParameters.RedshiftDataParameters.Sqls",
        "TargetParameters.SageMakerPipelineParameters",
      ],
      notSecret: { SourceParameters: "how the source is read, and ARNs of the secrets for it" },
    }),
  ],
};
