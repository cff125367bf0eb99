import type { Client } from "@smithy/core/client";
import { NormalizedSchema } from "@smithy/core/schema";

/** The scope of an auditor's calls: once in each region, or once in each account. */
export type Scope = "regional" | "global";

/** Where the tags of a resource are: in the listing, behind one more call, or nowhere. */
export type Tags =
  | { kind: "inline"; member: string }
  | { kind: "call"; detail: Detail; member: string }
  | { kind: "none" };

// biome-ignore lint/suspicious/noExplicitAny: each command has its own input
type CommandClass = new (input: any) => any;

/** One more call for each resource, with the error codes by which AWS says that there is none. */
export interface Detail {
  command: CommandClass;
  operation: string;
  /** The IAM action, where AWS's name differs from the operation's. */
  action: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own members
  input: (resource: any, where: { account: string }) => Record<string, unknown>;
  none: readonly string[];
}

/** A type of resource: how its listing is called and where things are in the answer. */
export interface Collector {
  type: string;
  operation: string;
  action: string;
  command: CommandClass;
  input: Record<string, unknown>;
  /** Names of the token in the input and the output, where the listing is paged. */
  page?: { input: string; output: string };
  /** Member of the answer that holds the resources; undefined: the answer is the resource. */
  items?: string;
  id: string;
  arn: string;
  name?: string;
  tags: Tags;
  /** Member that says in which region a resource of a global listing is. */
  region?: string;
  details: readonly Detail[];
  /** Error codes by which AWS says that there is none of this. */
  none: readonly string[];
}

/** A service's collectors, and the client that calls it. */
export interface Auditor {
  name: string;
  scope: Scope;
  client: new (config: ClientConfig) => SdkClient;
  collectors: readonly Collector[];
}

/** What the engine tells a client; credentials and retries are the engine's. */
export interface ClientConfig {
  region: string;
  [option: string]: unknown;
}
// biome-ignore lint/suspicious/noExplicitAny: the SDK's clients differ in their inputs and outputs
export type SdkClient = Client<any, any, any, any>;

type Inputs<C extends AnyCommand> = InstanceType<C> extends { input: infer Input } ? Input : never;
type OutputOf<C extends AnyCommand> =
  // biome-ignore lint/suspicious/noExplicitAny: only the output is of interest
  InstanceType<C> extends { resolveMiddleware(...args: any[]): (...args: any[]) => Promise<{ output: infer Output }> }
    ? Output
    : never;
type ElementOf<T> = NonNullable<T> extends readonly (infer Element)[] ? Element : never;
type ListMember<Output> = {
  [K in keyof Output]-?: NonNullable<Output[K]> extends readonly unknown[] ? K : never;
}[keyof Output];

// biome-ignore lint/suspicious/noExplicitAny: each command has its own input
type AnyCommand = new (input: any) => object;

interface CollectorSpec<C extends AnyCommand, Items extends ListMember<OutputOf<C>>> {
  type: `AWS::${string}::${string}`;
  command: C;
  operation: string;
  items: Items & string;
  id: keyof ElementOf<OutputOf<C>[Items]> & string;
  /** A member, or a template: `arn:{partition}:s3:::{Name}`. */
  arn: (keyof ElementOf<OutputOf<C>[Items]> & string) | `arn:{partition}:${string}`;
  name?: keyof ElementOf<OutputOf<C>[Items]> & string;
  input?: Inputs<C>;
  page?: { input: string; output: keyof OutputOf<C> & string };
  tags?: Tags;
  region?: keyof ElementOf<OutputOf<C>[Items]> & string;
  action?: string;
  details?: readonly Detail[];
  none?: readonly string[];
}
/** Declares how one type of resource is read; a wrong member name is a compile error. */
export const collector =
  (prefix: string) =>
  <C extends AnyCommand, Items extends ListMember<OutputOf<C>>>(spec: CollectorSpec<C, Items>): Collector => ({
    ...spec,
    command: spec.command as unknown as CommandClass,
    action: spec.action ?? `${prefix}:${spec.operation}`,
    input: (spec.input ?? {}) as Record<string, unknown>,
    tags: spec.tags ?? { kind: "none" },
    details: spec.details ?? [],
    none: spec.none ?? [],
  });

/** Tags that the listing itself answers with. */
export const inline = (member: string): Tags => ({ kind: "inline", member });

/** Tags that cost one call for each resource; `member` holds them in that call's answer. */
export const tagsFrom = (member: string, detail: Detail): Tags => ({ kind: "call", member, detail });

/** One more call for each resource. */
export const detail =
  (prefix: string) =>
  <C extends AnyCommand, Resource>(
    operation: string,
    command: C,
    input: (resource: Resource, where: { account: string }) => Inputs<C>,
    options: { action?: string; none?: readonly string[] } = {},
  ): Detail => ({
    operation,
    command: command as unknown as CommandClass,
    action: options.action ?? `${prefix}:${operation}`,
    input: input as Detail["input"],
    none: options.none ?? [],
  });

/** The IAM actions an auditor needs in a member account, sorted. */
export const actionsOf = (auditor: Auditor): string[] =>
  [
    ...new Set(
      auditor.collectors.flatMap(({ action, details, tags }) => [
        action,
        ...details.map((each) => each.action),
        ...(tags.kind === "call" ? [tags.detail.action] : []),
      ]),
    ),
  ].sort();

/** What a configuration can hold: the resource's members with the SDK's schemas, and the operations of its details. */
export function shapeOf({ command, items, details }: Collector): {
  members: [string, NormalizedSchema][];
  details: string[];
} {
  const { schema } = new command({}) as { schema: readonly [9, string, string, object, () => never, () => never] };
  const output = NormalizedSchema.of(schema[5]());
  const resource = items ? output.getMemberSchemas()[items]!.getValueSchema() : output;
  return { members: [...resource.structIterator()], details: details.map(({ operation }) => operation) };
}
