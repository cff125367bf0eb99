import { createHash } from "node:crypto";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as ssm from "@aws-sdk/client-ssm";
import * as pulumi from "@pulumi/pulumi";
import { zipSync } from "fflate";

// biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
type Inputs = any;
interface Made {
  id: string;
  state?: Record<string, unknown>;
}
interface Clients {
  account: string;
  iam: iam.IAMClient;
  lambda: lambda.LambdaClient;
  logs: logs.CloudWatchLogsClient;
  s3: s3.S3Client;
  ssm: ssm.SSMClient;
}
type Provider = (inputs: Inputs, name: string, to: Clients) => Promise<Made>;

/** Pulumi marks some inputs as secret, such as a parameter's value: the value itself is what AWS gets. */
const SECRET = "4dabf18193072939515e22adb298388d";
const unwrapped = (inputs: Inputs): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, value]: [string, Inputs]) => [key, value?.[SECRET] ? value.value : value]),
  );

/** Does `create`; where the resource stands already, does `update` instead. */
async function upsert(create: () => Promise<unknown>, standing: string, update: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if ((error as Error).name !== standing) throw error;
    await update();
  }
}
const nothing = async () => undefined;
const hex = (text: string, length: number) => createHash("sha256").update(text).digest("hex").slice(0, length);

/** Names of members as Pulumi spells them → as the API does, all the way down. */
const capitals = (value: Inputs): Inputs =>
  Array.isArray(value)
    ? value.map(capitals)
    : value && typeof value === "object"
      ? Object.fromEntries(
          Object.entries(value).map(([key, each]) => [key[0]!.toUpperCase() + key.slice(1), capitals(each)]),
        )
      : value;

async function zipOf(code: pulumi.asset.AssetArchive): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const [name, asset] of Object.entries(await code.assets))
    files[name] = Buffer.from(await (asset as pulumi.asset.StringAsset).text);
  return zipSync(files, { mtime: new Date(Date.UTC(2000, 0, 1)), level: 1 });
}

const bucketSetting =
  (set: (Bucket: string, inputs: Inputs) => object): Provider =>
  async (inputs, _name, to) => {
    await to.s3.send(set(inputs.bucket, inputs) as never);
    return { id: inputs.bucket };
  };

/** How each type of resource of the program is made; one that is not here stops the deployment. */
const providers: Record<string, Provider> = {
  "aws:s3/bucket:Bucket": async (inputs, name, to) => {
    const bucket = inputs.bucket ?? `${name}-${hex(`${to.account} ${name}`, 7)}`;
    await upsert(() => to.s3.send(new s3.CreateBucketCommand({ Bucket: bucket })), "BucketAlreadyOwnedByYou", nothing);
    return { id: bucket, state: { bucket, arn: `arn:aws:s3:::${bucket}` } };
  },
  "aws:s3/bucketVersioning:BucketVersioning": bucketSetting(
    (Bucket, { versioningConfiguration: { status } }) =>
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: status } }),
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketSetting(
    (Bucket, { rules }) =>
      new s3.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: rules.map((rule: Inputs) => ({
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: rule.applyServerSideEncryptionByDefault.sseAlgorithm },
          })),
        },
      }),
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting(
    (Bucket, { bucket: _bucket, ...block }) =>
      new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: capitals(block) }),
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting(
    (Bucket, { rule }) =>
      new s3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [capitals(rule)] } }),
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting(
    (Bucket, { rules }) =>
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: rules.map(({ id, ...rule }: Inputs) => ({ ID: id, ...capitals(rule) })),
        },
      }),
  ),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketSetting(
    (Bucket, { rule }) =>
      new s3.PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: capitals(rule) },
      }),
  ),
  "aws:s3/bucketPolicy:BucketPolicy": bucketSetting(
    (Bucket, { policy }) => new s3.PutBucketPolicyCommand({ Bucket, Policy: policy }),
  ),
  "aws:ssm/parameter:Parameter": async ({ name, type, value, description }, _name, to) => {
    await to.ssm.send(
      new ssm.PutParameterCommand({ Name: name, Type: type, Value: value, Description: description, Overwrite: true }),
    );
    return { id: name, state: { arn: `arn:aws:ssm:${await to.ssm.config.region()}:${to.account}:parameter${name}` } };
  },
  "aws:cloudwatch/logGroup:LogGroup": async ({ name, retentionInDays }, _name, to) => {
    const create = () => to.logs.send(new logs.CreateLogGroupCommand({ logGroupName: name }));
    await upsert(create, "ResourceAlreadyExistsException", nothing);
    await to.logs.send(new logs.PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }));
    return {
      id: name,
      state: { arn: `arn:aws:logs:${await to.logs.config.region()}:${to.account}:log-group:${name}` },
    };
  },
  "aws:iam/role:Role": async (inputs, _name, to) => {
    const { name, path = "/", assumeRolePolicy, description, maxSessionDuration } = inputs;
    await upsert(
      () =>
        to.iam.send(
          new iam.CreateRoleCommand({
            RoleName: name,
            Path: path,
            AssumeRolePolicyDocument: assumeRolePolicy,
            Description: description,
            MaxSessionDuration: maxSessionDuration,
          }),
        ),
      "EntityAlreadyExistsException",
      () => to.iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: assumeRolePolicy })),
    );
    return { id: name, state: { arn: `arn:aws:iam::${to.account}:role${path}${name}` } };
  },
  "aws:iam/rolePolicy:RolePolicy": async ({ role, policy }, name, to) => {
    await to.iam.send(new iam.PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: policy }));
    return { id: `${role}:${name}` };
  },
  "aws:iam/policy:Policy": async ({ policy }, name, to) => {
    const arn = `arn:aws:iam::${to.account}:policy/${name}`;
    await upsert(
      () => to.iam.send(new iam.CreatePolicyCommand({ PolicyName: name, PolicyDocument: policy })),
      "EntityAlreadyExistsException",
      () =>
        to.iam.send(new iam.CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: policy, SetAsDefault: true })),
    );
    return { id: arn, state: { arn } };
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": async ({ role, policyArn }, name, to) => {
    await to.iam.send(new iam.AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }));
    return { id: name };
  },
  "aws:lambda/function:Function": async (inputs, _name, to) => {
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
        to.lambda.send(
          new lambda.CreateFunctionCommand({
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
        await to.lambda.send(new lambda.UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
        await to.lambda.send(new lambda.UpdateFunctionConfigurationCommand(settings));
      },
    );
    const region = await to.lambda.config.region();
    return { id: FunctionName, state: { arn: `arn:aws:lambda:${region}:${to.account}:function:${FunctionName}` } };
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": async (inputs, name, to) => {
    await to.lambda.send(
      new lambda.PutFunctionEventInvokeConfigCommand({
        FunctionName: inputs.functionName,
        MaximumRetryAttempts: inputs.maximumRetryAttempts,
        DestinationConfig: { OnFailure: { Destination: inputs.destinationConfig?.onFailure?.destination } },
      }),
    );
    return { id: name };
  },
  "random:index/randomUuid:RandomUuid": async (_inputs, name, to) => {
    // The same on each deployment, as Pulumi's state would keep it.
    const digits = hex(`${to.account} ${name}`, 32);
    const result = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    return { id: result, state: { result } };
  },
};

/** A stack to deploy: an account and its configuration. */
export interface Stack {
  name: string;
  account: string;
  /** Keys of the project, without the namespace. */
  config: Record<string, string>;
}

/**
 * Runs the unchanged Pulumi program for a stack and makes its resources in the sandbox.
 * @returns the stack's outputs
 * @throws Error naming a type of resource that the sandbox does not know, or what the program refused
 */
export async function deploy(endpoint: string, region: string, stack: Stack): Promise<Record<string, unknown>> {
  const common = { endpoint, region, credentials: { accessKeyId: stack.account, secretAccessKey: "sandbox" } };
  const to: Clients = {
    account: stack.account,
    iam: new iam.IAMClient(common),
    lambda: new lambda.LambdaClient(common),
    logs: new logs.CloudWatchLogsClient(common),
    s3: new s3.S3Client({ ...common, forcePathStyle: true }),
    ssm: new ssm.SSMClient(common),
  };
  const problems: Error[] = [];
  const made: Promise<unknown>[] = [];
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(stack.config).map(([key, value]) => [`audit-ecosystem:${key}`, value])),
  );
  await pulumi.runtime.setMocks(
    {
      call: ({ token }) => {
        if (token === "aws:index/getPartition:getPartition") return { partition: "aws" };
        if (token === "aws:index/getCallerIdentity:getCallerIdentity") return { accountId: stack.account };
        throw new Error(`the sandbox does not know the function ${token}`);
      },
      newResource: async ({ type, name, inputs }) => {
        if (type.startsWith("audit-ecosystem:")) return { id: name, state: inputs };
        const provider = providers[type];
        const making = provider
          ? provider(unwrapped(inputs), name, to)
          : Promise.reject(new Error(`the sandbox does not know the type of resource ${type} (${name})`));
        made.push(making);
        try {
          const { id, state } = await making;
          return { id, state: { ...inputs, ...state } };
        } catch (error) {
          problems.push(error as Error);
          throw error;
        }
      },
    },
    "audit-ecosystem",
    stack.name,
    false,
  );
  // Another address, another module: the program runs once for each stack.
  const program = (await import(`../index.ts?stack=${stack.name}-${Date.now()}`)) as Record<string, unknown>;
  await pulumi.runtime.disconnect();
  if (problems[0]) throw problems[0];
  const outputs: Record<string, unknown> = {};
  for (const [name, output] of Object.entries(program))
    if (pulumi.Output.isInstance(output)) outputs[name] = await new Promise((resolve) => output.apply(resolve));
  return outputs;
}
