import type { NormalizedSchema } from "@smithy/core/schema";
import { countOf, isHome, type Scope, tagsOf } from "../sandbox/estate/words.ts";
import { randomOf } from "../sandbox/random.ts";
import type { Call } from "../sandbox/service.ts";
import type { Values } from "../sandbox/wire/message.ts";
import type { Collector, Detail, Listing } from "../src/auditors/collector.ts";
import { inputFor } from "../src/auditors/inputs.ts";
import { outputOf } from "../src/auditors/paging.ts";
import { isTemplate, pathsIn, valueAt, type Where } from "../src/auditors/paths.ts";
import { members, shapeAt } from "../src/auditors/schema.ts";
import { nameOf as namedBy } from "../src/collect/describe.ts";
import { type Enumerations, generatedValue } from "./generate.ts";
import { posed } from "./posture.ts";

/** Where and when a call asks. */
export type At = Pick<Call, "account" | "region" | "state">;

/** What is known of a service's declarations when it answers. */
export interface Audited {
  signingName: string;
  collectors: readonly Collector[];
  enumerations: Enumerations;
  /** Of how many listings, in hundredths, there is anything: of all that the estate draws when left out. */
  share?: number | undefined;
}

export const whereOf = ({ account, region }: At): Where => ({ partition: "aws", account, region });

export const scopeOf = (what: string, kind: string, index: number, { signingName }: Audited, at: At): Scope => ({
  seed: at.state.seed,
  account: at.account,
  region: at.region,
  service: signingName,
  kind,
  index,
  random: randomOf(`${at.state.seed} ${at.account} ${at.region} ${what} ${index}`),
});

/** `AWS::EC2::Volume` → `vol`, where the estate counts them, else `volume`. */
export const kindOf = (type: string): string => {
  const name = type.split("::").at(-1)!.toLowerCase();
  const short: Record<string, string> = { instance: "i", volume: "vol", securitygroup: "sg", networkinterface: "eni" };
  return type.startsWith("AWS::EC2::") || type.startsWith("AWS::KMS::") ? (short[name] ?? name) : name;
};

/** Members of the input that page or narrow a listing, and do not make it another one. */
const PAGING =
  /^(max\w*|\w*limit|pagesize|resourcesperpage|(next|page|pagination|continuation)?_?token|(next)?marker|position|exclusivestart\w*|include\w*|maxbuckets)$/i;
export const essence = (input: Values): string =>
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

/** Resources as they were made last: an estate is the same each time, and what is asked of a resource asks for its listing again. */
const before = new WeakMap<Listing, Map<string, readonly Values[]>>();
const KEPT_OF_EACH = 500;

/** The resources that a listing answers with for an input, all of them. */
export function listed(listing: Listing, input: Values, audited: Audited, at: At): readonly Values[] {
  const cached = before.get(listing) ?? new Map<string, readonly Values[]>();
  before.set(listing, cached);
  const key = `${at.state.seed} ${at.account} ${at.region} ${essence(input)}`;
  let all = cached.get(key);
  if (!all) {
    all = generate(listing, input, audited, at);
    if (cached.size >= KEPT_OF_EACH) cached.clear();
    cached.set(key, all);
  }
  return all;
}

function generate(listing: Listing, input: Values, audited: Audited, at: At): Values[] {
  const { state, account, region } = at;
  const output = outputOf(listing.schema);
  const shape = listing.items === undefined ? output : shapeAt(output, listing.items)!;
  const collector = collectorOf(listing, audited);
  const kind = collector ? kindOf(collector.type) : listing.operation.toLowerCase();
  const what = `${audited.signingName} ${listing.operation} ${listing.items ?? ""} ${essence(input)}`;
  const random = randomOf(`${state.seed} ${account} ${region} ${what}`);
  const isWhole = !shape.isListSchema() && isSingle(output, listing.items);
  const home = isHome(state.seed, account, region) || collector?.scope !== "regional";
  // What other resources cannot be without is there.
  const isNeeded = audited.collectors.some(
    ({ onlyWith }) => onlyWith && "type" in onlyWith && !onlyWith.inUse && onlyWith.type === collector?.type,
  );
  const many = () => (random() < 0.15 && !isNeeded ? 0 : 1 + Math.floor(random() * (listing.parent ? 2 : 5)));
  const there =
    isNeeded || randomOf(`${state.seed} ${account} ${region} share ${what}`)() * 100 < (audited.share ?? 100);
  const count = isWhole ? 1 : home && there ? (countOf(kind) ?? many()) : 0;
  // What is listed by another input is something else, and bears other names.
  const first = countOf(kind) === undefined && essence(input) !== "{}" ? 10 * Math.floor(randomOf(what)() * 1e5) : 0;
  const all = Array.from({ length: count }, (_none, n) => {
    const scope = scopeOf(what, kind, first + n, audited, at);
    if (!shape.isStructSchema())
      return { [listing.as ?? "value"]: generatedValue(shape, listing.as ?? "name", scope, audited.enumerations) };
    const one = {
      ...(generatedValue(shape, kind, scope, audited.enumerations) as Values),
      ...echoed(members(shape), input),
    };
    return posed(audited.signingName, listing.operation, one, scope);
  });
  const named = collector ?? { id: listing.as };
  return isWhole || !named.id ? all : distinct(all, named, input, whereOf(at));
}

/** Resources with an id each, where the members' names alone would give some of them the same. */
function distinct(all: Values[], { id }: Pick<Collector, "id">, input: Values, where: Where): Values[] {
  const seen = new Set<string | null>();
  return all.filter((each, n) => {
    const idOf = () => namedBy(id, { ...namesIn(input), ...each }, where);
    const path =
      typeof id === "string" ? pathsIn(id).findLast((one) => typeof valueAt(each, one) === "string") : undefined;
    if (path && seen.has(idOf())) {
      const value = valueAt(each, path) as string;
      set(each, path, /^\d{12}$/.test(value) ? String(Number(value) + n) : `${value}-${n}`);
    }
    const own = idOf();
    // What is named by more than its members cannot be renamed: there is one of it.
    return !seen.has(own) && Boolean(seen.add(own));
  });
}

/** What names the parent, which stands in the resource where AWS leaves it out. */
const namesIn = (input: Values): Values =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => typeof value === "string"));

/** Every resource of a listing in an account's region, whatever it is listed under. */
export function everyOne(listing: Listing, audited: Audited, at: At): Values[] {
  const { parent } = listing;
  const below = (input: Values) => listed(listing, input, audited, at).map((each) => ({ ...namesIn(input), ...each }));
  if (!parent) return listing.inputs(whereOf(at)).flatMap(below);
  return everyOne(parent.listing, audited, at).flatMap((each) =>
    below(inputFor(parent.input, each, { ...whereOf(at), arn: null })),
  );
}

/** The listed resource that a call about one asks about, and the number by which its names are made. */
export function subjectOf(
  { input: from }: Detail,
  { listing, arn, id }: Collector,
  input: Values,
  audited: Audited,
  at: At,
): { found: Values; index: number } | undefined {
  const where = whereOf(at);
  const essential = essence(input);
  const all = everyOne(listing, audited, at);
  const position = all.findIndex(
    (each) => essence(inputFor(from, each, { ...where, arn: namedBy(arn, each, where) })) === essential,
  );
  const found = all[position];
  // A template's last number can be the parent's.
  const own = typeof id === "string" && !isTemplate(id) ? indexIn({ id: valueAt(found, id) }) : undefined;
  return found && { found, index: own ?? position };
}

/** The number at the end of what names a resource, as its names are made. */
export function indexIn(input: Values): number | undefined {
  const text = Object.values(input).find((value) => typeof value === "string" && /-\d+$/.test(value));
  return text ? Number(/(\d+)$/.exec(text as string)![1]) : undefined;
}

/** Resources of a type with their tags, as the Resource Groups Tagging API has them. */
export const taggedOf = (collector: Collector, audited: Audited, at: At): { ResourceARN: string; Tags: object[] }[] =>
  everyOne(collector.listing, audited, at).flatMap((resource, index) => {
    const ResourceARN = namedBy(collector.arn, resource, whereOf(at));
    const tags = tagsOf(scopeOf(`tags ${collector.type}`, kindOf(collector.type), index, audited, at));
    return ResourceARN ? [{ ResourceARN, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }] : [];
  });

/** Whether a path leads through structures alone: then there is one resource. */
export function isSingle(output: NormalizedSchema, items: string | undefined): boolean {
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
export const echoed = (shape: Record<string, NormalizedSchema>, input: Values): Values =>
  Object.fromEntries(
    Object.entries(input).filter(([name, value]) => {
      const schema = shape[name];
      return schema && !PAGING.test(name) && (typeof value === "string" ? schema.isStringSchema() : false);
    }),
  );

export function set(answer: Values, path: string, value: unknown): void {
  const names = path.split(".");
  let at = answer;
  for (const name of names.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Values;
  }
  at[names.at(-1)!] = value;
}
