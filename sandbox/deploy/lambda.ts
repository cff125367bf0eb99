import { readFile } from "node:fs/promises";
import * as sdk from "@aws-sdk/client-lambda";
import type * as pulumi from "@pulumi/pulumi";
import { zipSync } from "fflate";
import { type Inputs, type Providers, type Target, upsert } from "./provider.ts";

async function zipOf(code: pulumi.asset.AssetArchive): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const [name, asset] of Object.entries(await code.assets))
    files[name] =
      "path" in asset
        ? await readFile(await (asset as pulumi.asset.FileAsset).path)
        : Buffer.from(await (asset as pulumi.asset.StringAsset).text);
  return zipSync(files, { mtime: new Date(Date.UTC(2000, 0, 1)), level: 1 });
}

/** Functions and how their asynchronous events are treated. */
export const lambdaProviders: Providers = {
  "aws:lambda/function:Function": async (inputs, _name, to) => {
    const client = to.client(sdk.LambdaClient);
    const ZipFile = await zipOf(inputs.code);
    const FunctionName = inputs.name;
    const settings = {
      FunctionName,
      Timeout: inputs.timeout,
      MemorySize: inputs.memorySize,
      Environment: { Variables: inputs.environment?.variables ?? {} },
    };
    await upsert(
      () =>
        client.send(
          new sdk.CreateFunctionCommand({
            ...settings,
            Role: inputs.role,
            Runtime: inputs.runtime,
            Handler: inputs.handler,
            Description: inputs.description,
            LoggingConfig: { LogFormat: "JSON", LogGroup: inputs.loggingConfig?.logGroup },
            Code: { ZipFile },
          }),
        ),
      "ResourceConflictException",
      async () => {
        await client.send(new sdk.UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
        await client.send(new sdk.UpdateFunctionConfigurationCommand(settings));
      },
    );
    return { id: FunctionName, state: { arn: `arn:aws:lambda:${to.region}:${to.account}:function:${FunctionName}` } };
  },
  "aws:lambda/permission:Permission": async (inputs, name, to) => {
    const statement = {
      FunctionName: inputs.function,
      StatementId: name,
      Action: inputs.action,
      Principal: inputs.principal,
      SourceAccount: inputs.sourceAccount,
    };
    await upsert(
      () => to.client(sdk.LambdaClient).send(new sdk.AddPermissionCommand(statement)),
      "ResourceConflictException",
    );
    return { id: name };
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": async (inputs, _name, to) => {
    await to.client(sdk.LambdaClient).send(
      new sdk.PutFunctionEventInvokeConfigCommand({
        FunctionName: inputs.functionName,
        MaximumRetryAttempts: inputs.maximumRetryAttempts,
        DestinationConfig: { OnFailure: { Destination: inputs.destinationConfig?.onFailure?.destination } },
      }),
    );
    return { id: inputs.functionName };
  },
};

/** @throws Error as the provider has it, where there is none of the name */
export async function getFunction({ functionName }: Inputs, to: Target): Promise<Inputs> {
  const { Environment } = await to
    .client(sdk.LambdaClient)
    .send(new sdk.GetFunctionConfigurationCommand({ FunctionName: functionName }))
    .catch((error: Error) => {
      const message = `reading Lambda Function (${functionName}): ${error.name}: ${error.message}`;
      // Pulumi's SDK reads what an engine's answer calls details, its mocks' answers too.
      throw Object.assign(new Error(message), { details: message });
    });
  return { functionName, environment: { variables: Environment?.Variables ?? {} } };
}
