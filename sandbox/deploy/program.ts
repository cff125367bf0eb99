import * as pulumi from "@pulumi/pulumi";
import { athenaProviders } from "./athena.ts";
import { budgetsProviders } from "./budgets.ts";
import { cloudformationProviders } from "./cloudformation.ts";
import { cloudwatchProviders } from "./cloudwatch.ts";
import { configProviders } from "./config.ts";
import { eventsProviders } from "./events.ts";
import { glueProviders } from "./glue.ts";
import { iamProviders } from "./iam.ts";
import { getPublicKey, kmsProviders } from "./kms.ts";
import { getFunction, lambdaProviders } from "./lambda.ts";
import { logsProviders } from "./logs.ts";
import { withPlainStacks } from "./plainStacks.ts";
import {
  type Created,
  type Door,
  type Inputs,
  type Providers,
  type Recorded,
  type Target,
  targetOf,
} from "./provider.ts";
import { quicksightProviders } from "./quicksight.ts";
import { randomProviders } from "./random.ts";
import { onRegistered, type Registered } from "./registered.ts";
import { s3Providers } from "./s3.ts";
import { prebuiltImage } from "./sagemaker.ts";
import { schedulerProviders } from "./scheduler.ts";
import { sqsProviders } from "./sqs.ts";
import { ssmProviders } from "./ssm.ts";

/** How each type of resource of the program is made; one that is not here stops the deployment. */
const providers: Providers = {
  ...athenaProviders,
  ...budgetsProviders,
  ...cloudformationProviders,
  ...glueProviders,
  ...cloudwatchProviders,
  ...configProviders,
  ...eventsProviders,
  ...iamProviders,
  ...kmsProviders,
  ...lambdaProviders,
  ...logsProviders,
  ...quicksightProviders,
  ...randomProviders,
  ...s3Providers,
  ...schedulerProviders,
  ...sqsProviders,
  ...ssmProviders,
};

/** Pulumi marks some inputs as secret, such as a parameter's value: the value itself is what AWS gets. */
const SECRET = "4dabf18193072939515e22adb298388d";
const unwrapped = (inputs: Inputs): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, value]: [string, Inputs]) => [key, value?.[SECRET] ? value.value : value]),
  );

/** A stack to deploy: an account and its configuration. */
export interface Stack {
  name: string;
  account: string;
  /** Keys of the project, without the namespace. */
  config: Record<string, string>;
}

/** Makes a resource, or brings it up to date. @throws Error naming a type that the sandbox does not know */
export async function make(
  type: string,
  name: string,
  inputs: Inputs,
  to: Target,
  recorded?: Recorded,
): Promise<Created> {
  const provider = providers[type];
  if (!provider) throw new Error(`the sandbox does not know the type of resource ${type} (${name})`);
  return provider(unwrapped(inputs), name, to, recorded);
}

/** Answers one of the provider's functions. @throws Error naming one that the sandbox does not know */
export async function call(token: string, inputs: Inputs, to: Target): Promise<Inputs> {
  if (token === "aws:index/getPartition:getPartition") return { partition: "aws" };
  if (token === "aws:index/getCallerIdentity:getCallerIdentity") return { accountId: to.account };
  if (token === "aws:index/getRegion:getRegion") return { region: to.region };
  if (token === "aws:kms/getPublicKey:getPublicKey") return getPublicKey(inputs, to);
  if (token === "aws:lambda/getFunction:getFunction") return getFunction(inputs, to);
  if (token === "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage") return prebuiltImage(inputs, to);
  throw new Error(`the sandbox does not know the function ${token}`);
}

/** A Pulumi program, which the sandbox is handed. */
export interface Program {
  /** Its project's name: the namespace of its configuration keys and of its components' types. */
  project: string;
  /** Loads the program anew, as it runs once for each stack; its default export makes the resources. */
  load: (deployment: number) => Promise<{ default: () => Promise<Record<string, unknown>> }>;
}

let deployments = 0;

/**
 * Runs a Pulumi program, unchanged, for a stack and makes its resources in the sandbox.
 * @param registered is told of each resource
 * @returns the stack's outputs
 * @throws Error naming a type of resource that the sandbox does not know, or what the program refused
 */
export async function deploy(
  { project, load }: Program,
  door: Door,
  region: string,
  stack: Stack,
  registered?: (resource: Registered) => void,
): Promise<Record<string, unknown>> {
  const to = targetOf(door, stack.account, region);
  const others = new Map<string, Target>();
  const targetIn = (other: string): Target => {
    const target = others.get(other) ?? targetOf(door, stack.account, other);
    others.set(other, target);
    return target;
  };
  const problems: Error[] = [];
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(stack.config).map(([key, value]) => [`${project}:${key}`, value])),
  );
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs }) => call(token, inputs, to),
      newResource: async ({ type, name, inputs }) => {
        if (type.startsWith(`${project}:`)) return { id: name, state: inputs };
        try {
          const { id, state } = await make(type, name, inputs, inputs.region ? targetIn(inputs.region) : to);
          return { id, state: { ...inputs, ...state } };
        } catch (error) {
          problems.push(error as Error);
          throw error;
        }
      },
    },
    project,
    stack.name,
    false,
  );
  if (registered) onRegistered(registered);
  const program = await withPlainStacks(async () => {
    const { default: run } = await load(++deployments);
    const result = await run();
    await pulumi.runtime.disconnect();
    return result;
  });
  if (problems[0]) throw problems[0];
  const outputs: Record<string, unknown> = {};
  for (const [name, output] of Object.entries(program))
    if (pulumi.Output.isInstance(output)) outputs[name] = await new Promise((resolve) => output.apply(resolve));
  return outputs;
}
