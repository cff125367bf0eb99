import type { Client } from "@smithy/core/client";
import { type Extent, extentOf, type OperationSchema, type Paging, pagingOf } from "./paging.ts";
import type { Path, Where, WhereResource } from "./paths.ts";

/** Where a type of resource is read: in every region, once for the account, or once in the one region that has it. */
export type Scope = "regional" | "global" | `${string}-${string}-${number}`;

/** What the engine tells a client; credentials and retries are the engine's. */
export interface ClientConfig {
  region: string;
  [option: string]: unknown;
}
// biome-ignore lint/suspicious/noExplicitAny: the SDK's clients differ in their inputs and outputs
export type SdkClient = Client<any, any, any, any>;
export type ClientClass = new (config: ClientConfig) => SdkClient;
// biome-ignore lint/suspicious/noExplicitAny: each command has its own input
export type CommandClass = new (input: any) => any;
// biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own members
export type Resource = any;
type Values = Record<string, unknown>;

/** One API operation, and what it asks of IAM. */
export interface Read {
  command: CommandClass;
  operation: string;
  schema: OperationSchema;
  /** IAM actions; more than one where AWS asks for more than the operation's own. */
  actions: readonly string[];
  /** What the actions are granted on, as IAM's patterns; everything where it is undefined. */
  resources?: readonly string[];
  /** Error codes by which AWS says that there is none. */
  none: readonly string[];
  /** Error codes by which AWS says that it is still making it: it is asked again a few times. */
  pending?: readonly string[];
  /** How it is continued, where it is paged. */
  page?: Paging;
  /** What its answer says of how much there is. */
  extent?: Extent;
  /** The client, where it is not the service's own. */
  client?: ClientClass;
}

/** Members of a call's input: a string is a path in the resource or a template of it, any other value stands as it is. */
export type Input = Values | ((resource: Resource, where: WhereResource) => Values);
/** The same for several resources: a string becomes the list of their values. */
export type BatchInput = Values | ((resources: Resource[], where: Where, arns: (string | null)[]) => Values);

/** A call that answers with resources, page by page; or for each of a parent's resources, so many at a time. */
export interface Listing extends Read {
  /** Where the resources are; undefined: the answer is the one resource. */
  items?: Path;
  /** Name of the member under which a bare string (a name, an ARN, a URL) stands in the resource. */
  as?: string;
  /** Input of the call, or of each of several calls. */
  inputs: (where: Where) => readonly Values[];
  parent?: Parent;
}

/** The listing in front of this one, and the input that its resources lead to. */
export interface Parent {
  listing: Listing;
  input: Input;
  /** What it answers with is a parent in turn: organizational units below organizational units. */
  recursive: boolean;
}

/** One more call for each resource; its answer stands in the configuration under `as`. */
export interface Detail extends Read {
  as: string;
  input: Input;
  /** Which resources are asked about; all where it is undefined. */
  when?: (resource: Resource) => boolean;
}

/** A call that says of several resources at a time what the listing left out. */
export interface Batch extends Read {
  /** Resources of one call. */
  size: number;
  input: BatchInput;
  /** Where its answers are: one of each resource that is still there. */
  items: Path;
  /** What ties an answer to its resource: a path in the answer, and what the resource calls the same. */
  key: readonly [answer: Path, resource: Naming];
}

/** One listing that says of all resources something more; a resource's part of it stands in the configuration under `as`. */
export interface JoinedListing {
  as: string;
  listing: Listing;
  /** What ties a part to its resource: a path in the part, and what the resource calls the same. */
  key: readonly [part: Path, resource: Naming];
}

/** Where the tags of a resource are: in the resource, behind one more call, in a call for many, or nowhere. */
export type Tags =
  | { kind: "none" }
  | { kind: "inline"; member: Path }
  | { kind: "call"; member: Path; detail: Detail }
  | { kind: "batch"; member: Path; batch: Batch }
  /** One listing answers for all resources of the region; a resource that it does not name has no tags. */
  | { kind: "bulk"; member: Path; key: Path; listing: Listing };

/** A member's path, a template (`arn:{partition}:s3:::{Name}`), or what makes it of the resource. */
export type Naming = string | ((resource: Resource, where: Where) => string | undefined);

/** What says of a type, before it is asked for, that AWS has no resource of it in an account and region. */
export type OnlyWith = WithoutOther | Counted;

/** Another type of the same auditor, without which AWS has none of this one. */
export interface WithoutOther {
  type: ResourceType;
  /** Not that there is none of the other, but that its service is not in use says the same of this one. */
  inUse?: true;
  /** AWS's page that says it. */
  because: AwsPage;
}

/** A call whose answer says of several types how many there are: read once for all of them. */
export interface Counted {
  countedBy: Listing;
  /** Which of what it answers with is about the type: the value of a member. Left out, all of it is. */
  of?: readonly [member: Path, value: string];
  /** Where the numbers are, all of them 0 where there is none. Left out, it answers with the resources themselves. */
  counts?: readonly Path[];
  because: AwsPage;
}

type AwsPage = `https://docs.aws.amazon.com/${string}`;

/** A type of resource: how it is found, told about and named. */
export interface Collector {
  type: ResourceType;
  scope: Scope;
  listing: Listing;
  /** What it cannot be without, or is counted by: where AWS answers that there is none, this type is not asked for. */
  onlyWith?: OnlyWith;
  /** Undefined: there is one in an account or region, and it bears the account's id or the region's name. */
  id?: Naming;
  /** Undefined: AWS gives it none. */
  arn?: Naming;
  /** Default: the id. */
  name?: Naming;
  /** In which region a resource of a global listing is, by what is listed and described of it. */
  region?: (resource: Resource) => string | undefined;
  /** A call whose answer is the resource in full: one for each, or a batch. What it says is laid over what the listing said. */
  describe?: { kind: "each"; detail: Detail; take?: Path } | { kind: "batch"; batch: Batch };
  details: readonly Detail[];
  joined?: JoinedListing;
  /** Which resources are evidence, told by their configuration; all where it is undefined. */
  only?: (configuration: Resource) => boolean;
  tags: Tags;
  /** Members that can carry secrets: a digest and the key names stand in their place. */
  redact: readonly Path[];
  /** Names of members that can carry secrets wherever they are, for types whose shape is not known. */
  redactNames?: RegExp;
  /** Member that holds the resource as JSON: what is in it is the configuration. */
  json?: Path;
  /** Members whose names look like secrets and that are none, each with the reason. */
  notSecret: Readonly<Record<Path, string>>;
  /** Errors (`code: message`) by which the service says that it is not in use in this account or region. */
  notEnabled: readonly RegExp[];
}

/** CloudFormation's name where it has one, else AWS Config's, else one made in the same way. */
export type ResourceType = `AWS::${string}::${string}`;

/** An AWS service: its client, and what is read with it. Its name is that of its file, and of what the file exports. */
export interface Service {
  name: string;
  /** `import.meta.url` of its file, where that is not one of `services/`. */
  module?: string;
  /** What it is about, for the list of resources. */
  title: string;
  client: ClientClass;
  collectors: readonly Collector[];
}

/** An aggregator of AWS Config: where it is, and its name there. */
export interface Aggregator {
  account: string;
  region: string;
  name: string;
}

/** The deployed unit: a service alone, or a group of them. */
export interface Auditor {
  name: string;
  services: readonly Service[];
  /** What is asked about all accounts at once, where the accounts themselves are not. */
  aggregator?: Aggregator;
}

// From here on: how a declaration is written. Names of an answer's first level are checked by TypeScript, all paths by a test.

// biome-ignore lint/suspicious/noExplicitAny: each command has its own input
type AnyCommand = new (input: any) => object;
type InputsOf<C extends AnyCommand> = InstanceType<C> extends { input: infer Input } ? Input : never;
type OutputOf<C extends AnyCommand> =
  // biome-ignore lint/suspicious/noExplicitAny: only the output is of interest
  InstanceType<C> extends { resolveMiddleware(...args: any[]): (...args: any[]) => Promise<{ output: infer Output }> }
    ? Omit<Output, "$metadata">
    : never;
type Element<T> = NonNullable<T> extends readonly (infer Each)[] ? NonNullable<Each> : NonNullable<T>;
type Name<T> = keyof T & string;
/** A member of the first level, or a path that starts with one. */
type PathIn<T> = Name<T> | `${Name<T>}.${string}`;
type Template = `${string}{${string}}${string}`;
type NamingOf<T> = PathIn<T> | Template | ((resource: T, where: Where) => string | undefined);

/** What a path leads to: known for a member of the first level, anything behind a longer one. */
type At<Output, P> = P extends keyof Output ? Element<Output[P]> : Resource;
type Named<Item, As extends string> = Item extends string ? Record<As, string> : Item;

type InputFrom<Input, W> =
  | { [K in keyof Input]?: string | Exclude<Input[K], undefined> }
  | ((resource: Resource, where: W) => Input);
type BatchInputFrom<Input> =
  | { [K in keyof Input]?: string | Exclude<Input[K], string | undefined> }
  | ((resources: Resource[], where: Where, arns: (string | null)[]) => Input);

/** A listing of resources of one shape. */
export type ListingOf<T> = Listing & { readonly shape?: T };
type DescribeOf<D> = NonNullable<Collector["describe"]> & { readonly shape?: D };

interface ReadOptions {
  /** The IAM actions, where they are not the operation's name behind the service's prefix. */
  action?: string | readonly string[];
  /** Patterns of what the actions are granted on, where on everything they would give away more. */
  resources?: readonly string[];
  none?: readonly string[];
  pending?: readonly string[];
}
export interface DescribeOptions extends ReadOptions {
  /** Which resources are described; all where it is undefined. */
  when?: (resource: Resource) => boolean;
}
interface ListingOptions<C extends AnyCommand, As extends string> extends ReadOptions {
  input?: InputsOf<C> | readonly InputsOf<C>[] | ((where: Where) => InputsOf<C> | readonly InputsOf<C>[]);
  /** How it is paged, where the members' names do not say it. */
  page?: Paging;
  as?: As;
}
interface CollectorOptions<T, D> {
  id?: NamingOf<T & D>;
  arn?: NamingOf<T & D>;
  name?: NamingOf<T & D>;
  region?: (resource: T & D) => string | undefined;
  scope?: Scope;
  onlyWith?: OnlyWith;
  tags?: Tags;
  describe?: DescribeOf<D>;
  details?: readonly Detail[];
  joined?: JoinedListing;
  only?: (configuration: Resource) => boolean;
  /** Paths in the configuration; a detail's answer is under its operation's name. */
  redact?: readonly string[];
  redactNames?: RegExp;
  json?: PathIn<T>;
  /** Members that look like carriers of secrets and are none: path to reason. */
  notSecret?: Readonly<Record<string, string>>;
  notEnabled?: readonly RegExp[];
}

/** The words of a declaration, for a service's IAM prefix (`rds`, `elasticfilesystem`) and the scope most of it has. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the vocabulary of declarations, a few lines each
export function reads(prefix: string, scope: Scope = "regional") {
  const read = (command: AnyCommand, { action, resources, none, pending }: ReadOptions) => {
    const { schema } = new (command as CommandClass)({}) as { schema: OperationSchema };
    return {
      command: command as CommandClass,
      operation: schema[2],
      schema,
      actions: [action ?? `${prefix}:${schema[2]}`].flat(),
      ...(resources ? { resources } : {}),
      none: none ?? [],
      ...(pending ? { pending } : {}),
    };
  };

  /** A call that answers with resources; without `items` the answer is the resource. */
  function from<C extends AnyCommand, P extends PathIn<OutputOf<C>>, As extends string = never>(
    command: C,
    items: P,
    options?: ListingOptions<C, As>,
  ): ListingOf<Named<At<OutputOf<C>, P>, As>>;
  function from<C extends AnyCommand>(command: C, options?: ListingOptions<C, never>): ListingOf<OutputOf<C>>;
  function from(command: AnyCommand, second?: string | ListingOptions<AnyCommand, string>, third = {}): Listing {
    const items = typeof second === "string" ? second : undefined;
    const options: ListingOptions<AnyCommand, string> = typeof second === "string" ? third : (second ?? {});
    const { input = {} } = options;
    return {
      ...listed(command, items, options),
      inputs: (where) => [typeof input === "function" ? input(where) : input].flat() as Values[],
    };
  }

  /** A call for each resource of another listing, which is read once whoever needs it. The input's names of the parent stand in the resource too. */
  function under<T, C extends AnyCommand, P extends PathIn<OutputOf<C>>, As extends string = never>(
    parent: ListingOf<T>,
    command: C,
    items: P,
    input: InputFrom<InputsOf<C>, Where>,
    options: Omit<ListingOptions<C, As>, "input"> & { recursive?: boolean } = {},
  ): ListingOf<Named<At<OutputOf<C>, P>, As> & Record<Name<InputsOf<C>>, string>> {
    return {
      ...listed(command, items, options),
      inputs: () => [{}],
      parent: { listing: parent, input: input as Input, recursive: options.recursive ?? false },
    };
  }

  const listed = (command: AnyCommand, items: string | undefined, options: ListingOptions<AnyCommand, string>) => {
    const facts = read(command, options);
    const page = options.page ?? pagingOf(facts.schema, items);
    const extent = extentOf(facts.schema, items);
    return {
      ...facts,
      ...(page ? { page } : {}),
      ...(extent ? { extent } : {}),
      ...(items ? { items } : {}),
      ...(options.as ? { as: options.as } : {}),
    };
  };

  /** Declares a type of resource. */
  // biome-ignore lint/complexity/noBannedTypes: no described members are no members
  const list = <T, D = {}>(
    type: ResourceType,
    listing: ListingOf<T>,
    options: CollectorOptions<T, D> = {},
  ): Collector => ({
    ...(options as Omit<Collector, "type">),
    type,
    listing,
    scope: options.scope ?? scope,
    tags: options.tags ?? { kind: "none" },
    details: options.details ?? [],
    redact: options.redact ?? [],
    notSecret: options.notSecret ?? {},
    notEnabled: options.notEnabled ?? [],
  });

  /** One more call for each resource. */
  const detail = <C extends AnyCommand>(
    command: C,
    input: InputFrom<InputsOf<C>, WhereResource> = {},
    { as, when, ...options }: ReadOptions & { as?: string; when?: (resource: Resource) => boolean } = {},
  ): Detail => {
    const facts = listed(command, undefined, options);
    return { ...facts, as: as ?? facts.operation, input: input as Input, ...(when ? { when } : {}) };
  };

  /** One more call for up to `size` resources, whose answers at `items` are tied to them by `key`. */
  // biome-ignore lint/complexity/useMaxParams: a word of declarations, read as one
  const batch = <C extends AnyCommand>(
    command: C,
    size: number,
    input: BatchInputFrom<InputsOf<C>>,
    items: PathIn<OutputOf<C>>,
    key: readonly [answer: string, resource: Naming],
    options: ReadOptions = {},
  ): Batch => ({
    ...read(command, options),
    size,
    items,
    key,
    input: input as BatchInput,
  });

  /** The call that answers with a resource in full, at `take` or as a whole. */
  function describe<C extends AnyCommand>(
    command: C,
    input: InputFrom<InputsOf<C>, Where>,
    take?: undefined,
    options?: DescribeOptions,
  ): DescribeOf<OutputOf<C>>;
  function describe<C extends AnyCommand, P extends PathIn<OutputOf<C>>>(
    command: C,
    input: InputFrom<InputsOf<C>, Where>,
    take: P,
    options?: DescribeOptions,
  ): DescribeOf<At<OutputOf<C>, P>>;
  function describe<C extends AnyCommand>(
    command: C,
    input: InputFrom<InputsOf<C>, Where>,
    take?: Path,
    options: DescribeOptions = {},
  ): DescribeOf<Resource> {
    const described = detail(command, input as InputFrom<InputsOf<C>, WhereResource>, options);
    return { kind: "each", detail: described, ...(take ? { take } : {}) };
  }

  /** The call that answers with up to `size` resources in full. */
  // biome-ignore lint/complexity/useMaxParams: a word of declarations, read as one
  const describeInBatches = <C extends AnyCommand, P extends PathIn<OutputOf<C>>>(
    command: C,
    size: number,
    input: BatchInputFrom<InputsOf<C>>,
    items: P,
    key: readonly [answer: string, resource: Naming],
    options: ReadOptions = {},
  ): DescribeOf<At<OutputOf<C>, P>> => ({
    kind: "batch",
    batch: batch(command, size, input, items, key, options),
  });

  return { from, under, list, detail, batch, describe, describeInBatches };
}

/** What one more listing says of all resources, under its operation's name. */
export const joinListing = (listing: Listing, key: JoinedListing["key"]): JoinedListing => ({
  as: listing.operation,
  listing,
  key,
});

/** Tags that the resource itself has, as a list or as a map. */
export const inline = (member: Path): Tags => ({ kind: "inline", member });

/** Tags that cost one call for each resource; `member` holds them in its answer. */
export const tagsFrom = (detail: Detail, member: Path): Tags => ({ kind: "call", member, detail });

/** Tags from a call for many resources; `member` holds them in each of its answers. */
export const tagsInBatches = (batch: Batch, member: Path): Tags => ({ kind: "batch", member, batch });

/** Every operation that a collector calls, its listing's parents first. */
export function readsOf({ listing, describe, details, joined, tags, onlyWith }: Collector): Read[] {
  const chain = (each: Listing): Read[] => [...(each.parent ? chain(each.parent.listing) : []), each];
  return [
    ...chain(listing),
    ...(describe ? [describe.kind === "each" ? describe.detail : describe.batch] : []),
    ...details,
    ...(joined ? [joined.listing] : []),
    ...(tags.kind === "call" ? [tags.detail] : []),
    ...(tags.kind === "batch" ? [tags.batch] : []),
    ...(tags.kind === "bulk" ? [tags.listing] : []),
    ...(onlyWith && "countedBy" in onlyWith ? [onlyWith.countedBy] : []),
  ];
}

/** The IAM actions a service needs in a member account, sorted. */
export const actionsOf = ({ collectors }: Pick<Service, "collectors">): string[] =>
  [...new Set(collectors.flatMap(readsOf).flatMap(({ actions }) => actions))].sort();

/** Whether it is read once for the account, and stands under the region `global`. */
export const isGlobal = ({ scope }: Pick<Collector, "scope">): boolean => scope !== "regional";

/** As much of an auditor as tells which types it covers. */
export interface Covering extends Pick<Auditor, "name" | "aggregator"> {
  services: readonly { collectors: readonly Pick<Collector, "type" | "scope">[] }[];
}

/** The resource types of an auditor, sorted: each is a folder of evidence and a table. */
export const typesOf = ({ services }: Covering): string[] =>
  [...new Set(services.flatMap(({ collectors }) => collectors.map(({ type }) => type)))].sort();

/** Accounts of a task that asks an aggregator: each task asks first which of all accounts are aggregated. */
const ACCOUNTS_OF_AN_AGGREGATOR = 500;

/** What a plan says of an auditor: which types it covers once for an account, and which in each region. */
export function plannedAuditor({ name, services, aggregator }: Covering): {
  name: string;
  global: string[];
  regional: string[];
  accounts_per_task?: number;
} {
  const collectors = services.flatMap((service) => service.collectors);
  const types = (global: boolean) =>
    [...new Set(collectors.filter((each) => isGlobal(each) === global).map(({ type }) => type))].sort();
  return {
    name,
    global: types(true),
    regional: types(false),
    ...(aggregator ? { accounts_per_task: ACCOUNTS_OF_AN_AGGREGATOR } : {}),
  };
}
