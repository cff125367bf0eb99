import {
  GetAccountSettingsCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionConcurrencyCommand,
  GetLayerVersionPolicyCommand,
  GetPolicyCommand,
  LambdaClient,
  ListAliasesCommand,
  ListCapacityProvidersCommand,
  ListCodeSigningConfigsCommand,
  ListEventSourceMappingsCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionsCommand,
  ListFunctionUrlConfigsCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  ListTagsCommand,
} from "@aws-sdk/client-lambda";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, under, list, detail } = reads("lambda");
const functions = from(ListFunctionsCommand, "Functions");
const settings = from(GetAccountSettingsCommand);
const counted = (count: string): OnlyWith => ({
  countedBy: settings,
  counts: [count],
  because: "https://docs.aws.amazon.com/lambda/latest/api/API_AccountUsage.html",
});
const onlyWithFunction = counted("AccountUsage.FunctionCount");
const ofFunction = { FunctionName: "FunctionName" } as const;
const noPolicy = { none: ["ResourceNotFoundException"] };
const tags = tagsFrom(detail(ListTagsCommand, { Resource: "{arn}" }), "Tags");

/** Lambda: functions, what calls them, and who may. */
export const lambda: Service = {
  name: "lambda",
  title: "Lambda: functions with their policies, URLs, aliases, layers and what invokes them",
  client: LambdaClient,
  collectors: [
    list("AWS::Lambda::Function", functions, {
      onlyWith: onlyWithFunction,
      id: "FunctionName",
      arn: "FunctionArn",
      tags: taggingApi("lambda:function"),
      details: [
        detail(GetPolicyCommand, ofFunction, noPolicy),
        detail(GetFunctionConcurrencyCommand, ofFunction),
        detail(GetFunctionCodeSigningConfigCommand, ofFunction, {
          // Images cannot be signed, and asking for their configuration is an error.
          when: ({ PackageType }) => PackageType !== "Image",
        }),
      ],
      redact: [
        "Environment.Variables",
        "Environment.Error.Message",
        "ImageConfigResponse.ImageConfig.Command",
        "ImageConfigResponse.ImageConfig.EntryPoint",
      ],
    }),
    list("AWS::Lambda::Url", under(functions, ListFunctionUrlConfigsCommand, "FunctionUrlConfigs", ofFunction), {
      onlyWith: onlyWithFunction,
      id: "FunctionArn",
      name: "FunctionUrl",
    }),
    list("AWS::Lambda::Alias", under(functions, ListAliasesCommand, "Aliases", ofFunction), {
      onlyWith: onlyWithFunction,
      id: "AliasArn",
      arn: "AliasArn",
      name: "Name",
      details: [detail(GetPolicyCommand, { FunctionName: "FunctionName", Qualifier: "Name" }, noPolicy)],
    }),
    list(
      "AWS::Lambda::EventInvokeConfig",
      under(functions, ListFunctionEventInvokeConfigsCommand, "FunctionEventInvokeConfigs", ofFunction),
      { onlyWith: onlyWithFunction, id: "FunctionArn" },
    ),
    list("AWS::Lambda::EventSourceMapping", from(ListEventSourceMappingsCommand, "EventSourceMappings"), {
      id: "UUID",
      arn: "EventSourceMappingArn",
      tags: taggingApi("lambda:event-source-mapping"),
    }),
    list(
      "AWS::Lambda::LayerVersion",
      under(from(ListLayersCommand, "Layers"), ListLayerVersionsCommand, "LayerVersions", { LayerName: "LayerName" }),
      {
        // Whatever there is of a layer takes room.
        onlyWith: counted("AccountUsage.TotalCodeSize"),
        id: "LayerVersionArn",
        arn: "LayerVersionArn",
        name: "{LayerName}:{Version}",
        details: [detail(GetLayerVersionPolicyCommand, { LayerName: "LayerName", VersionNumber: "Version" }, noPolicy)],
      },
    ),
    list("AWS::Lambda::CodeSigningConfig", from(ListCodeSigningConfigsCommand, "CodeSigningConfigs"), {
      id: "CodeSigningConfigId",
      arn: "CodeSigningConfigArn",
      tags,
    }),
    list("AWS::Lambda::CapacityProvider", from(ListCapacityProvidersCommand, "CapacityProviders"), {
      id: "CapacityProviderArn",
      arn: "CapacityProviderArn",
      tags,
    }),
    list("AWS::Lambda::AccountSettings", settings),
  ],
};
