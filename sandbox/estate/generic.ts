import type { NormalizedSchema } from "@smithy/core/schema";
import type { Batch, Collector, Detail, Input, Listing, Read } from "../../auditors/collector.ts";
import { inputFor } from "../../auditors/inputs.ts";
import { outputOf } from "../../auditors/paging.ts";
import { isTemplate, valueAt, valueFrom, type Where } from "../../auditors/paths.ts";
import { members, shapeAt } from "../../auditors/schema.ts";
import { nameOf as namedBy } from "../../collect/describe.ts";
import { randomOf } from "../random.ts";
import { AwsError, type Call, type Operation, type Service } from "../service.ts";
import { type Enumerations, madeOf } from "./generate.ts";
import { countOf, isHome, type Place, tagsOf } from "./words.ts";

/** Resources of a page, so that listings have several. */
const PAGE = 4;

type Values = Record<string, unknown>;
/** Where and when a call asks. */
type At = Pick<Call, "account" | "region" | "state">;

/** What is known of a service's declarations when it answers. */
export interface Audited {
  signingName: string;
  collectors: readonly Collector[];
  enumerations: Enumerations;
}

const whereOf = ({ account, region }: At): Where => ({ partition: "aws", account, region });

const placeOf = (what: string, kind: string, index: number, { signingName }: Audited, at: At): Place => ({
  seed: at.state.seed,
  account: at.account,
  region: at.region,
  service: signingName,
  kind,
  index,
  random: randomOf(`${at.state.seed} ${at.account} ${at.region} ${what} ${index}`),
});

/** `AWS::EC2::Volume` → `vol`, where the estate counts them, else `volume`. */
const kindOf = (type: string): string => {
  const name = type.split("::").at(-1)!.toLowerCase();
  const short: Record<string, string> = { instance: "i", volume: "vol", securitygroup: "sg", networkinterface: "eni" };
  return type.startsWith("AWS::EC2::") || type.startsWith("AWS::KMS::") ? (short[name] ?? name) : name;
};

/** Members of the input that page or narrow a listing, and do not make it another one. */
const PAGING =
  /^(max\w*|\w*limit|pagesize|resourcesperpage|(next|page|pagination|continuation)?_?token|(next)?marker|position|\w*starttablename|\w*streamname|include\w*|maxbuckets)$/i;
const essence = (input: Values): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(input)
        .filter(([name]) => !PAGING.test(name))
        .sort(),
    ),
  );

/** Finds the type that a listing is of, the one that names its resources. */
const collectorOf = (listing: Listing, { collectors }: Audited): Collector | undefined =>
  collectors.find((each) => each.listing === listing) ??
  collectors.find((each) => each.listing.operation === listing.operation && each.listing.items === listing.items);

/** The resources that a listing answers with for an input, all of them. */
export function listed(listing: Listing, input: Values, audited: Audited, at: At): Values[] {
  const { state, account, region } = at;
  const output = outputOf(listing.schema);
  const shape = listing.items === undefined ? output : shapeAt(output, listing.items)!;
  const collector = collectorOf(listing, audited);
  const kind = collector ? kindOf(collector.type) : listing.operation.toLowerCase();
  const what = `${audited.signingName} ${listing.operation} ${listing.items ?? ""} ${essence(input)}`;
  const random = randomOf(`${state.seed} ${account} ${region} ${what}`);
  const isWhole = !shape.isListSchema() && isSingle(output, listing.items);
  const home = isHome(state.seed, account, region) || collector?.scope !== "regional";
  const many = () => (random() < 0.15 ? 0 : 1 + Math.floor(random() * (listing.parent ? 2 : 5)));
  const count = isWhole ? 1 : home ? (countOf(kind) ?? many()) : 0;
  // What is listed by another input is something else, and bears other names.
  const first = countOf(kind) === undefined && essence(input) !== "{}" ? 10 * Math.floor(randomOf(what)() * 1000) : 0;
  const all = Array.from({ length: count }, (_none, n) => {
    const place = placeOf(what, kind, first + n, audited, at);
    if (!shape.isStructSchema())
      return { [listing.as ?? "value"]: madeOf(shape, listing.as ?? "name", place, audited.enumerations) };
    return { ...(madeOf(shape, kind, place, audited.enumerations) as Values), ...echoed(members(shape), input) };
  });
  if (collector && typeof collector.id === "string" && !isTemplate(collector.id)) distinct(all, collector.id);
  return all;
}

/** Gives each resource an id of its own, where the members' names alone would give them one. */
function distinct(all: readonly Values[], id: string): void {
  const seen = new Set<unknown>();
  for (const [n, each] of all.entries()) {
    const value = valueAt(each, id);
    if (typeof value === "string" && seen.has(value))
      set(each, id, /^\d{12}$/.test(value) ? String(Number(value) + n) : `${value}-${n}`);
    seen.add(value);
  }
}

/** Every resource of a listing in an account's region, whatever it is listed under. */
function everyOne(listing: Listing, audited: Audited, at: At): Values[] {
  const { parent } = listing;
  if (!parent) return listing.inputs(whereOf(at)).flatMap((input) => listed(listing, input, audited, at));
  return everyOne(parent.listing, audited, at).flatMap((each) =>
    listed(listing, inputFor(parent.input, each, { ...whereOf(at), arn: null }), audited, at),
  );
}

/** Resources of a type with their tags, as the Resource Groups Tagging API has them. */
export const taggedOf = (collector: Collector, audited: Audited, at: At): { ResourceARN: string; Tags: object[] }[] =>
  everyOne(collector.listing, audited, at).flatMap((resource, index) => {
    const ResourceARN = namedBy(collector.arn, resource, whereOf(at));
    const tags = tagsOf(placeOf(`tags ${collector.type}`, kindOf(collector.type), index, audited, at));
    return ResourceARN ? [{ ResourceARN, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }] : [];
  });

/** Whether a path leads through structures alone: then there is one resource. */
function isSingle(output: NormalizedSchema, items: string | undefined): boolean {
  if (items === undefined) return true;
  let schema = output;
  for (const member of items.split(".")) {
    const next = members(schema)[member];
    if (!next || next.isListSchema()) return false;
    schema = next;
  }
  return schema.isStructSchema();
}

/** Members that the request names and the answer has under the same name: it answers about what it was asked. */
const echoed = (shape: Record<string, NormalizedSchema>, input: Values): Values =>
  Object.fromEntries(
    Object.entries(input).filter(([name, value]) => {
      const schema = shape[name];
      return schema && !PAGING.test(name) && (typeof value === "string" ? schema.isStringSchema() : false);
    }),
  );

/** Puts a page of resources where the listing has them. */
function placed(schema: NormalizedSchema, path: readonly string[], resources: unknown[], make: () => unknown): unknown {
  const [member, ...rest] = path;
  if (schema.isListSchema()) {
    const element = schema.getValueSchema();
    // A list on the way: one wrapper for each resource.
    return member === undefined ? resources : resources.map((each) => placed(element, path, [each], make));
  }
  if (member === undefined) return resources[0];
  const base = (make() ?? {}) as Values;
  return { ...base, [member]: placed(members(schema)[member]!, rest, resources, () => undefined) };
}

function listOperation(listings: readonly Listing[], audited: Audited): Operation<Values, object>["run"] {
  return (input, at) => {
    // One operation can list several types, told apart by where they are or by what is asked for.
    const fitting = listings.filter((each) => fits(each, input, at));
    const answer: Values = {};
    for (const listing of new Map((fitting.length ? fitting : listings).map((each) => [each.items, each])).values()) {
      const output = outputOf(listing.schema);
      const all = listed(listing, input, audited, at);
      if (listing.items === undefined) return { ...all[0] };
      const { page } = listing;
      const [token] = page?.tokens ?? [];
      const paged = page?.tokens.length === 1 && !page.lastItem ? token : undefined;
      const start = paged ? Number(input[paged[0]] ?? 0) : 0;
      const end = paged ? start + PAGE : all.length;
      const resources = all.slice(start, end).map((each) => (listing.as ? each[listing.as] : each));
      const isWhole = isSingle(output, listing.items);
      Object.assign(
        answer,
        merged(
          answer,
          placed(
            output,
            listing.items.split("."),
            isWhole ? resources.slice(0, 1) : resources,
            () => undefined,
          ) as Values,
        ),
      );
      if (paged && end < all.length) set(answer, paged[1], String(end));
      if (page?.more) set(answer, page.more, Boolean(paged && end < all.length));
    }
    return answer;
  };
}

/** Whether a listing asks with such an input: its fixed members are in it. */
function fits(listing: Listing, input: Values, at: At): boolean {
  if (listing.parent) return true;
  return listing
    .inputs(whereOf(at))
    .some((own) => Object.entries(own).every(([name, value]) => JSON.stringify(input[name]) === JSON.stringify(value)));
}

const merged = (a: Values, b: Values): Values => ({ ...a, ...b });

function set(answer: Values, path: string, value: unknown): void {
  const names = path.split(".");
  let at = answer;
  for (const name of names.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Values;
  }
  at[names.at(-1)!] = value;
}

/** What a call about one resource answers: about that one, and the same each time. */
function detailOperation(
  detail: Detail,
  take: string | undefined,
  kind: string,
  audited: Audited,
): Operation<Values, object>["run"] {
  return (input, at) => {
    const what = `${audited.signingName} ${detail.operation} ${essence(input)}`;
    const place = placeOf(what, kind, indexIn(input), audited, at);
    if (detail.none.length && place.random() < 0.3) throw new AwsError(detail.none[0]!, "There is none.", 404);
    const output = outputOf(detail.schema);
    const made = (madeOf(output, detail.operation, place, audited.enumerations) ?? {}) as Values;
    for (const [token] of (detail.page?.tokens ?? []).map(([, to]) => [to])) set(made, token!, undefined);
    for (const more of Object.keys(made)) if (/^(istruncated|hasmore\w*|truncated)$/i.test(more)) made[more] = false;
    const target = take === undefined ? made : (valueAt(made, take) as Values | Values[] | undefined);
    const schema = take === undefined ? output : shapeAt(output, take);
    const about = aboutOf(detail.input, input);
    for (const each of Array.isArray(target) ? target.slice(0, 1) : [target])
      if (each && schema) Object.assign(each, echoed(members(schema), about));
    if (take !== undefined && Array.isArray(target) && !target.length && schema)
      target.push({
        ...(madeOf(schema, kind, place, audited.enumerations) as Values),
        ...echoed(members(schema), about),
      });
    return made;
  };
}

/** What the input says of the resource: under the input's names, and under the resource's own. */
function aboutOf(from: Input, input: Values): Values {
  const own =
    typeof from === "object"
      ? Object.entries(from).filter(([, word]) => typeof word === "string" && !isTemplate(word))
      : [];
  return { ...input, ...Object.fromEntries(own.map(([member, word]) => [String(word), input[member]])) };
}

/** The number at the end of what names a resource, as its names are made. */
const indexIn = (input: Values): number => {
  const text = Object.values(input).find((value) => typeof value === "string" && /-\d+$/.test(value));
  return text ? Number(/(\d+)$/.exec(text as string)![1]) : 0;
};

function batchOperation(batch: Batch, collector: Collector, audited: Audited): Operation<Values, object>["run"] {
  const kind = kindOf(collector.type);
  const [answered, resource] = batch.key;
  // What the input holds of each resource: it finds the one that is asked about.
  const words = typeof batch.input === "object" ? Object.entries(batch.input) : [];
  const [member, word] = words.find(([, each]) => typeof each === "string") ?? [];
  const isList = (value: unknown): value is string[] => Array.isArray(value) && typeof value[0] === "string";
  return (input, at) => {
    const output = outputOf(batch.schema);
    const shape = shapeAt(output, batch.items)!;
    const asked = member ? (input[member] as string[]) : Object.values(input).find(isList);
    const where = whereOf(at);
    const own = word && word !== resource ? everyOne(collector.listing, audited, at) : [];
    const answers = (asked ?? []).map((each, index) => {
      const what = `${audited.signingName} ${batch.operation} ${each}`;
      const made = madeOf(shape, kind, placeOf(what, kind, index, audited, at), audited.enumerations) as Values;
      const found = own.find((one) => valueFrom(word, one, where) === each);
      const arn = found ? namedBy(collector.arn, found, where) : null;
      set(made, answered, found ? valueFrom(resource, found, { ...where, arn }) : each);
      return made;
    });
    return placed(output, batch.items.split("."), answers, () => undefined) as object;
  };
}

/** Operations of all that the declarations of one client read, answered from the SDK's schemas. */
export function operationsOf(audited: Audited): { operations: Service["operations"]; sdk: Values } {
  const operations: Service["operations"] = {};
  const sdk: Values = {};
  const add = (read: Read, run: Operation<Values, object>["run"]) => {
    sdk[`${read.operation}$`] = read.schema;
    const before = operations[read.operation];
    const actions = [...new Set([...(before ? actionsOf(before) : []), ...read.actions])];
    operations[read.operation] = {
      ...((before ?? { run }) as Operation<unknown, object>),
      permissions: () => actions.map((action) => ({ action, resource: "*" })),
    };
  };
  const actionsOf = (operation: Operation<unknown, object>): string[] =>
    operation.permissions!({} as never, {} as never).map(({ action }) => action);
  const listings = new Map<string, Listing[]>();
  for (const collector of audited.collectors)
    for (let each: Listing | undefined = collector.listing; each; each = each.parent?.listing)
      listings.set(each.operation, [...(listings.get(each.operation) ?? []), each]);
  for (const own of listings.values()) for (const each of own) add(each, listOperation(own, audited));
  for (const collector of audited.collectors) {
    const { type, describe, details, tags } = collector;
    const kind = kindOf(type);
    if (describe?.kind === "each") add(describe.detail, detailOperation(describe.detail, describe.take, kind, audited));
    if (describe?.kind === "batch") add(describe.batch, batchOperation(describe.batch, collector, audited));
    for (const detail of details) add(detail, detailOperation(detail, undefined, kind, audited));
    if (tags.kind === "call") add(tags.detail, detailOperation(tags.detail, undefined, kind, audited));
    if (tags.kind === "batch") add(tags.batch, batchOperation(tags.batch, collector, audited));
    if (tags.kind === "bulk" && !tags.listing.client) add(tags.listing, listOperation([tags.listing], audited));
  }
  return { operations, sdk };
}
