import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-lambda";
import { passRole } from "../passRole.ts";
import { AwsError, type Call, type Service } from "../service.ts";
import type { StoredFunction } from "../state.ts";

const arnOf = ({ region, account }: Call, name: string | undefined): string =>
  name?.startsWith("arn:") ? name : `arn:aws:lambda:${region}:${account}:function:${name ?? ""}`;

function functionOf(call: Call, name: string | undefined): StoredFunction {
  const found = call.state.functions.get(arnOf(call, name));
  if (!found) throw new AwsError("ResourceNotFoundException", `Function not found: ${arnOf(call, name)}`, 404);
  return found;
}
/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html 4 KB for all variables together */
function environmentOf(variables: Record<string, string> | undefined): Record<string, string> {
  const text = JSON.stringify(variables ?? {});
  if (Buffer.byteLength(text) > 4096)
    throw new AwsError(
      "InvalidParameterValueException",
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
  return variables ?? {};
}
const codeHash = (zip: Uint8Array) => createHash("sha256").update(zip).digest("base64");
const facts = (fn: StoredFunction): sdk.FunctionConfiguration => ({
  FunctionName: fn.FunctionName,
  FunctionArn: fn.FunctionArn,
  Role: fn.Role,
  Runtime: fn.Runtime as sdk.Runtime,
  Handler: fn.Handler,
  Timeout: fn.Timeout,
  MemorySize: fn.MemorySize,
  Description: fn.Description,
  LastModified: fn.LastModified,
  CodeSha256: fn.CodeSha256,
  CodeSize: fn.zip.length,
  State: "Active",
  PackageType: "Zip",
  Architectures: ["arm64"],
  Environment: { Variables: fn.environment },
});
const onFunction = (action: string) => (input: { FunctionName?: string | undefined }, call: Call) => [
  { action: `lambda:${action}`, resource: arnOf(call, input.FunctionName) },
];

/** Lambda: functions as bundles, invoked at once or through the asynchronous queue. */
export const lambda: Service = {
  signingName: "lambda",
  iamPrefix: "lambda",
  protocol: "rest-json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateFunction: {
      permissions: (input: sdk.CreateFunctionRequest, call) => [
        ...onFunction("CreateFunction")(input, call),
        ...passRole(input.Role, "lambda.amazonaws.com"),
      ],
      run: (input: sdk.CreateFunctionRequest, call): sdk.FunctionConfiguration => {
        const FunctionArn = arnOf(call, input.FunctionName);
        if (call.state.functions.has(FunctionArn))
          throw new AwsError("ResourceConflictException", `Function already exist: ${input.FunctionName}`, 409);
        if (!call.state.roles.has(input.Role ?? ""))
          throw new AwsError(
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
          );
        const zip = input.Code?.ZipFile ?? new Uint8Array();
        const fn: StoredFunction = {
          account: call.account,
          region: call.region,
          FunctionName: input.FunctionName ?? "",
          FunctionArn,
          Role: input.Role ?? "",
          Runtime: input.Runtime ?? "",
          Handler: input.Handler ?? "",
          Timeout: input.Timeout ?? 3,
          MemorySize: input.MemorySize ?? 128,
          Description: input.Description ?? "",
          LastModified: new Date(call.now()).toISOString(),
          CodeSha256: codeHash(zip),
          environment: environmentOf(input.Environment?.Variables),
          logGroup: input.LoggingConfig?.LogGroup ?? `/aws/lambda/${input.FunctionName}`,
          zip,
          retries: 2,
        };
        call.state.functions.set(FunctionArn, fn);
        return facts(fn);
      },
    },
    AddPermission: {
      permissions: onFunction("AddPermission"),
      run: (input: sdk.AddPermissionRequest, call): sdk.AddPermissionResponse => {
        const fn = functionOf(call, input.FunctionName);
        const { StatementId = "", Principal = "" } = input;
        if (fn.invokers?.[StatementId] !== undefined)
          throw new AwsError(
            "ResourceConflictException",
            `The statement id (${StatementId}) provided already exists.`,
            409,
          );
        fn.invokers = { ...fn.invokers, [StatementId]: Principal };
        return { Statement: JSON.stringify({ Sid: input.StatementId, Principal: { Service: input.Principal } }) };
      },
    },
    UpdateFunctionCode: {
      permissions: onFunction("UpdateFunctionCode"),
      run: (input: sdk.UpdateFunctionCodeRequest, call): sdk.FunctionConfiguration => {
        const fn = functionOf(call, input.FunctionName);
        fn.zip = input.ZipFile ?? fn.zip;
        fn.CodeSha256 = codeHash(fn.zip);
        fn.LastModified = new Date(call.now()).toISOString();
        return facts(fn);
      },
    },
    UpdateFunctionConfiguration: {
      permissions: onFunction("UpdateFunctionConfiguration"),
      run: (input: sdk.UpdateFunctionConfigurationRequest, call): sdk.FunctionConfiguration => {
        const fn = functionOf(call, input.FunctionName);
        if (input.Timeout) fn.Timeout = input.Timeout;
        if (input.MemorySize) fn.MemorySize = input.MemorySize;
        if (input.Environment) fn.environment = environmentOf(input.Environment.Variables);
        fn.LastModified = new Date(call.now()).toISOString();
        return facts(fn);
      },
    },
    GetFunctionConfiguration: {
      permissions: onFunction("GetFunctionConfiguration"),
      run: (input: sdk.GetFunctionConfigurationRequest, call) => facts(functionOf(call, input.FunctionName)),
    },
    GetAccountSettings: {
      run: (_input: object, call): sdk.GetAccountSettingsResponse => {
        const { account, region, state } = call;
        const own = [...state.functions.values()].filter((each) => each.account === account && each.region === region);
        // What a company has besides is its estate's to count.
        if (!own.length && account !== state.auditAccount) return {};
        const most = state.concurrency?.get(account) ?? 1000;
        return {
          AccountLimit: { ConcurrentExecutions: most, UnreservedConcurrentExecutions: most },
          AccountUsage: { FunctionCount: own.length, TotalCodeSize: own.reduce((sum, { zip }) => sum + zip.length, 0) },
        };
      },
    },
    ListFunctions: {
      run: (_input: object, call): sdk.ListFunctionsResponse => ({
        Functions: [...call.state.functions.values()]
          .filter(({ account, region }) => account === call.account && region === call.region)
          .map(facts),
      }),
    },
    PutFunctionEventInvokeConfig: {
      permissions: onFunction("PutFunctionEventInvokeConfig"),
      run: (input: sdk.PutFunctionEventInvokeConfigRequest, call): sdk.FunctionEventInvokeConfig => {
        const fn = functionOf(call, input.FunctionName);
        fn.retries = input.MaximumRetryAttempts ?? 2;
        fn.onFailure = input.DestinationConfig?.OnFailure?.Destination;
        return { FunctionArn: fn.FunctionArn, MaximumRetryAttempts: fn.retries };
      },
    },
    Invoke: {
      permissions: onFunction("InvokeFunction"),
      run: async (input: sdk.InvocationRequest & { Payload?: Uint8Array }, call): Promise<sdk.InvocationResponse> => {
        const fn = functionOf(call, input.FunctionName);
        const text = Buffer.from(input.Payload ?? new Uint8Array()).toString("utf8");
        const asynchronous = input.InvocationType === "Event";
        if (Buffer.byteLength(text) > (asynchronous ? 1 : 6) * 1024 * 1024)
          throw new AwsError(
            "RequestTooLargeException",
            "Request must be smaller than the limit of the invocation type",
            413,
          );
        let event: unknown;
        try {
          event = text ? JSON.parse(text) : {};
        } catch {
          throw new AwsError("InvalidRequestContentException", "Could not parse request body into json");
        }
        if (input.InvocationType === "DryRun") return { StatusCode: 204 };
        if (asynchronous) {
          call.invoke.later(fn, event);
          return { StatusCode: 202 };
        }
        const { payload, error } = await call.invoke.now(fn, event);
        return {
          StatusCode: 200,
          ExecutedVersion: "$LATEST",
          Payload: Buffer.from(JSON.stringify(payload ?? null)) as unknown as sdk.InvocationResponse["Payload"],
          ...(error ? { FunctionError: error } : {}),
        };
      },
    },
    DeleteFunction: {
      permissions: onFunction("DeleteFunction"),
      run: (input: sdk.DeleteFunctionRequest, call) => {
        call.state.functions.delete(functionOf(call, input.FunctionName).FunctionArn);
        return {};
      },
    },
    DeleteFunctionEventInvokeConfig: {
      permissions: onFunction("DeleteFunctionEventInvokeConfig"),
      run: (input: sdk.DeleteFunctionEventInvokeConfigRequest, call) => {
        const fn = functionOf(call, input.FunctionName);
        fn.retries = 2;
        fn.onFailure = undefined;
        return {};
      },
    },
    RemovePermission: {
      permissions: onFunction("RemovePermission"),
      run: (input: sdk.RemovePermissionRequest, call) => {
        const fn = functionOf(call, input.FunctionName);
        const { [input.StatementId ?? ""]: granted, ...others } = fn.invokers ?? {};
        if (granted === undefined)
          throw new AwsError("ResourceNotFoundException", `Statement ${input.StatementId} is not found.`, 404);
        fn.invokers = others;
        return {};
      },
    },
  },
};
