import * as pulumi from "@pulumi/pulumi";
import { withPlainStacks } from "../../sandbox/deploy/plainStacks.ts";

/** A resource as a program registered it. */
export interface Recorded {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
  inputs: any;
  /** Type and name of the resource it belongs to, as `type::name`. */
  parent: string;
  retainOnDelete: boolean;
  /** Outputs that a component registered; undefined where it did not. */
  // biome-ignore lint/suspicious/noExplicitAny: each component has its own outputs
  outputs?: any;
}

/** What a component registered. */
export interface Recording {
  all: readonly Recorded[];
  /** The resources of a type (`aws:s3/bucket:Bucket`), or of its last part (`Bucket`). */
  of: (type: string) => Recorded[];
  /** The only resource of a type. */
  one: (type: string) => Recorded;
}

/** The part of a URN that says what the resource is: `urn:pulumi:<stack>::<project>::<parents$type>::<name>`. */
const short = (urn: string): string => {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)}::${name}`;
};

/**
 * Makes a component under Pulumi's mocks and answers with all it registered, and with whose child each resource is,
 * which the mocks themselves do not tell.
 */
export async function recorded(
  make: () => pulumi.ComponentResource | Promise<unknown>,
  { partition = "aws", accountId = "999999999999", region = "eu-central-1" } = {},
): Promise<Recording> {
  const all: Recorded[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, inputs, name }) => ({
      id: `${name}-id`,
      // Names and drawn values that AWS would answer with, where the program gives none.
      state: {
        arn: `arn:${partition}:test:${region}:${accountId}:${type.split(":").at(-1)}/${name}`,
        bucket: name,
        result: name,
        ...inputs,
      },
    }),
    call: () => ({ partition, accountId, region, publicKeyPem: "PEM" }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's gRPC messages come without usable types
  const monitor = pulumi.runtime.getMonitor() as any;
  const { registerResource, registerResourceOutputs } = monitor;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  monitor.registerResource = (request: any, done: any) => {
    all.push({
      type: request.getType(),
      name: request.getName(),
      inputs: pulumi.runtime.deserializeProperties(request.getObject()),
      parent: short(request.getParent()),
      retainOnDelete: request.getRetainondelete(),
    });
    return registerResource.call(monitor, request, done);
  };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  monitor.registerResourceOutputs = (request: any, done: any) => {
    const urn = short(request.getUrn());
    const of = all.find(({ type, name }) => `${type}::${name}` === urn);
    if (of) of.outputs = request.getOutputs().toJavaScript();
    return registerResourceOutputs.call(monitor, request, done);
  };
  await withPlainStacks(async () => {
    await make();
    await pulumi.runtime.disconnect();
  });
  const of = (type: string) => all.filter((each) => each.type === type || each.type.endsWith(`:${type}`));
  return {
    all,
    of,
    one: (type) => {
      const found = of(type);
      if (found.length !== 1) throw new Error(`${found.length} resources of type ${type}, not one`);
      return found[0]!;
    },
  };
}
