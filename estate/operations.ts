import type { NormalizedSchema } from "@smithy/core/schema";
import { AwsError, type Operation, type Service } from "../sandbox/service.ts";
import type { Values } from "../sandbox/wire/message.ts";
import type { Batch, Collector, Detail, Input, Listing, Read } from "../src/auditors/collector.ts";
import { outputOf } from "../src/auditors/paging.ts";
import { isTemplate, valueAt, valueFrom } from "../src/auditors/paths.ts";
import { members, shapeAt } from "../src/auditors/schema.ts";
import { nameOf as namedBy } from "../src/collect/describe.ts";
import { countingOf, countOperation } from "./counts.ts";
import { generatedValue } from "./generate.ts";
import { isPosed, posed } from "./posture.ts";
import {
  type At,
  type Audited,
  echoed,
  essence,
  everyOne,
  indexIn,
  isSingle,
  kindOf,
  listed,
  scopeOf,
  set,
  subjectOf,
  whereOf,
} from "./resources.ts";

/** Resources of a page, so that listings have several. */
const PAGE = 4;

/** Puts a page of resources where the listing has them. */
function placeIn(
  schema: NormalizedSchema,
  path: readonly string[],
  resources: unknown[],
  make: () => unknown,
): unknown {
  const [member, ...rest] = path;
  if (schema.isListSchema()) {
    const element = schema.getValueSchema();
    // A list on the way: one wrapper for each resource.
    return member === undefined ? resources : resources.map((each) => placeIn(element, path, [each], make));
  }
  if (member === undefined) return resources[0];
  const base = (make() ?? {}) as Values;
  return { ...base, [member]: placeIn(members(schema)[member]!, rest, resources, () => undefined) };
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
          placeIn(
            output,
            listing.items.split("."),
            isWhole ? resources.slice(0, 1) : resources,
            () => undefined,
          ) as Values,
        ),
      );
      const isMore = Boolean(paged && end < all.length);
      if (paged && isMore) set(answer, paged[1], String(end));
      if (page?.more) set(answer, page.more, isMore);
      else if (paged) for (const path of moreFlags(output, paged[1])) set(answer, path, isMore);
    }
    return answer;
  };
}

const MORE = /^(istruncated|hasmore\w*|truncated)$/i;

/** Members beside a token that say whether there is more: boto3 goes by them, and not by the token. */
function moreFlags(output: NormalizedSchema, token: string): string[] {
  const inside = token.split(".").slice(0, -1);
  const shape = inside.length ? shapeAt(output, inside.join(".")) : output;
  return Object.keys(shape ? members(shape) : {})
    .filter((name) => MORE.test(name))
    .map((name) => [...inside, name].join("."));
}

/** Whether a listing asks with such an input: its fixed members are in it. */
function fits(listing: Listing, input: Values, at: At): boolean {
  if (listing.parent) return true;
  return listing
    .inputs(whereOf(at))
    .some((own) => Object.entries(own).every(([name, value]) => JSON.stringify(input[name]) === JSON.stringify(value)));
}

const merged = (a: Values, b: Values): Values => ({ ...a, ...b });

/** What a call about one resource answers: about that one, and the same each time. */
function detailOperation(detail: Detail, collector: Collector, audited: Audited): Operation<Values, object>["run"] {
  const { describe } = collector;
  const kind = kindOf(collector.type);
  const describes = describe?.kind === "each" && describe.detail === detail;
  const take = describes ? describe.take : undefined;
  return (input, at) => {
    const what = `${audited.signingName} ${detail.operation} ${essence(input)}`;
    // What describes a resource in full says of it what the listing says.
    const about = describes ? subjectOf(detail, collector, input, audited, at) : undefined;
    const scope = scopeOf(what, kind, about?.index ?? indexIn(input) ?? 0, audited, at);
    const maybeNone = detail.none.length && !isPosed(audited.signingName, detail.operation);
    if (maybeNone && scope.random() < 0.3) throw new AwsError(detail.none[0]!, "There is none.", 404);
    const output = outputOf(detail.schema);
    const result = (generatedValue(output, detail.operation, scope, audited.enumerations) ?? {}) as Values;
    for (const [token] of (detail.page?.tokens ?? []).map(([, to]) => [to])) set(result, token!, undefined);
    for (const more of Object.keys(result)) if (MORE.test(more)) result[more] = false;
    const target = take === undefined ? result : (valueAt(result, take) as Values | Values[] | undefined);
    const schema = take === undefined ? output : shapeAt(output, take);
    const said = { ...aboutOf(detail.input, input), ...about?.found };
    for (const each of Array.isArray(target) ? target.slice(0, 1) : [target])
      if (each && schema) Object.assign(each, echoed(members(schema), said));
    if (take !== undefined && Array.isArray(target) && !target.length && schema)
      target.push({
        ...(generatedValue(schema, kind, scope, audited.enumerations) as Values),
        ...echoed(members(schema), said),
      });
    return posed(audited.signingName, detail.operation, result, scope);
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

function batchOperation(batch: Batch, collector: Collector, audited: Audited): Operation<Values, object>["run"] {
  const kind = kindOf(collector.type);
  const [keyPath, resource] = batch.key;
  // What the input holds of each resource: it finds the one that is asked about.
  const words = typeof batch.input === "object" ? Object.entries(batch.input) : [];
  const [member, word] = words.find(([, each]) => typeof each === "string") ?? [];
  const isList = (value: unknown): value is string[] => Array.isArray(value) && typeof value[0] === "string";
  return (input, at) => {
    const output = outputOf(batch.schema);
    const shape = shapeAt(output, batch.items)!;
    const ids = member ? (input[member] as string[]) : Object.values(input).find(isList);
    const where = whereOf(at);
    const describes = collector.describe?.kind === "batch" && collector.describe.batch === batch;
    const own = describes || (word && word !== resource) ? everyOne(collector.listing, audited, at) : [];
    const answers = (ids ?? []).map((each, index) => {
      const what = `${audited.signingName} ${batch.operation} ${each}`;
      const scope = scopeOf(what, kind, indexIn({ each }) ?? index, audited, at);
      const described = generatedValue(shape, kind, scope, audited.enumerations) as Values;
      const found = own.find((one) => valueFrom(word ?? resource, one, where) === each);
      const arn = found ? namedBy(collector.arn, found, where) : null;
      if (describes && found) Object.assign(described, echoed(members(shape), found));
      set(described, keyPath, found ? valueFrom(resource, found, { ...where, arn }) : each);
      return posed(audited.signingName, batch.operation, described, scope);
    });
    return placeIn(output, batch.items.split("."), answers, () => undefined) as object;
  };
}

/** A declared pattern as the resource that a call is about: it may mean any of what it matches, but in one partition. */
const inPartition = (pattern: string): string => pattern.replace(/^arn:\*:/, "arn:aws:");

/** Operations of all that the declarations of one client read, answered from the SDK's schemas. */
export function operationsOf(audited: Audited): { operations: Service["operations"]; sdk: Values } {
  const operations: Service["operations"] = {};
  const sdk: Values = {};
  // What is global is the same wherever it is asked for: clients sign with a region of their own choice.
  const isGlobal = audited.collectors.every(({ scope }) => scope === "global");
  const add = (read: Read, requested: Operation<Values, object>["run"]) => {
    const run: typeof requested = isGlobal
      ? (input, at) => requested(input, { ...at, region: "us-east-1" })
      : requested;
    sdk[`${read.operation}$`] = read.schema;
    const before = operations[read.operation];
    const resources = (read.resources ?? ["*"]).map(inPartition);
    const own = read.actions.flatMap((action) => resources.map((resource) => ({ action, resource })));
    const needed = new Map(
      [...(before?.permissions?.({} as never, {} as never) ?? []), ...own].map((each) => [
        `${each.action} ${each.resource}`,
        each,
      ]),
    );
    operations[read.operation] = {
      ...((before ?? { run }) as Operation<unknown, object>),
      permissions: () => [...needed.values()],
    };
  };
  const listings = new Map<string, Listing[]>();
  for (const collector of audited.collectors)
    for (let each: Listing | undefined = collector.listing; each; each = each.parent?.listing)
      listings.set(each.operation, [...(listings.get(each.operation) ?? []), each]);
  for (const counting of countingOf(audited)) {
    const own = listings.get(counting.operation);
    add(counting, countOperation(counting, audited, own && listOperation(own, audited)));
  }
  for (const own of listings.values()) for (const each of own) add(each, listOperation(own, audited));
  for (const collector of audited.collectors) {
    const { joined, describe, details, tags } = collector;
    if (joined) add(joined.listing, listOperation([joined.listing], audited));
    if (describe?.kind === "batch") add(describe.batch, batchOperation(describe.batch, collector, audited));
    const ofOne = [
      ...(describe?.kind === "each" ? [describe.detail] : []),
      ...details,
      ...(tags.kind === "call" ? [tags.detail] : []),
    ];
    for (const detail of ofOne) add(detail, detailOperation(detail, collector, audited));
    if (tags.kind === "batch") add(tags.batch, batchOperation(tags.batch, collector, audited));
    if (tags.kind === "bulk" && !tags.listing.client) add(tags.listing, listOperation([tags.listing], audited));
  }
  return { operations, sdk };
}
