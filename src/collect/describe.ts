import type { Batch, Collector, Detail, Naming, Read, Tags } from "../auditors/collector.ts";
import { batchInputFor, inputFor } from "../auditors/inputs.ts";
import { valueAt, valueFrom, valuesAt, type Where, type WhereResource } from "../auditors/paths.ts";
import { GONE_WHILE_READ, type TagsSource } from "../evidence/item.ts";
import type { ReadError } from "../evidence/outcome.ts";
import { type Calls, call, serviceIdOf, type Values } from "./calls.ts";
import { DeadlineReached } from "./deadline.ts";
import { isGone, namesIt } from "./gone.ts";
import type { Found } from "./listing.ts";
import { wholeAnswer } from "./pages.ts";
import { Gone, hasErrorCode, type Problem, wordsOf } from "./problem.ts";

/** What is known of a call that did not answer. */
export interface About {
  /** Whether AWS answered before, in the same listing or with the resource itself. */
  begun?: boolean;
  /** Whether the call names a thing that may be gone. */
  names?: boolean;
}

/** What describing a page of resources needs. */
export interface Describing {
  collector: Collector;
  calls: Calls;
  where: Where;
  /** Takes down a call that did not answer, and says what it means. */
  problem: (read: Read, error: unknown, incomplete: NonNullable<ReadError["incomplete"]>, about?: About) => Problem;
  /** Tags by ARN, where one listing answers for all resources; a string is the code of the error that it met. */
  bulkTags: () => Promise<ReadonlyMap<string, unknown> | string>;
  /** What one more listing says of all resources, by what it calls them; a string is the code of the error that it met. */
  joinedParts: () => Promise<ReadonlyMap<string, unknown> | string>;
}

/** A resource with all that is said of it. */
export interface Described {
  resource: Values;
  collectedAt: string;
  arn: string | null;
  /** Where it is; the region that was called unless the resource names its own. */
  region: string;
  tags: Record<string, string> | null;
  tagsSource: TagsSource;
  /** Answers of further calls by their names; null where AWS says that there is none. */
  details: Values;
  /** Calls that did not answer, with AWS's code. */
  unread: Record<string, string>;
}

/**
 * Asks for what a listing leaves out, for a page of it: the resources in full, their tags, their details.
 * @throws DeadlineReached when the page cannot be had whole before it
 */
export async function describePage(page: readonly Found[], describing: Describing): Promise<Described[]> {
  const { collector, where } = describing;
  const { describe, tags } = collector;
  const unread = page.map((): Record<string, string> => ({}));
  let resources = page.map(({ resource }) => resource);
  if (describe?.kind === "batch") {
    const described = await askBatch(describe.batch, resources, unread, "details", describing);
    resources = resources.map((resource, index) => ({ ...resource, ...described[index] }));
  } else if (describe) {
    resources = await Promise.all(
      resources.map(async (resource, index) => {
        if (describe.detail.when?.(resource) === false) return resource;
        const answer = await ask(
          describe.detail,
          { resource, arn: null, unread: unread[index]! },
          "details",
          describing,
        );
        const full = answer && (describe.take ? valuesAt(answer, describe.take)[0] : answer);
        if (full && typeof full === "object") return { ...resource, ...full };
        // It answers, and not about what it was asked about.
        if (answer) unread[index]![describe.detail.as] = notDescribed(describe.detail, describing);
        return resource;
      }),
    );
  }
  const { json } = collector;
  if (json) resources = resources.map((resource, index) => unfolded(resource, json, unread[index]!, describing));
  const batched = tags.kind === "batch" ? await askBatch(tags.batch, resources, unread, "tags", describing) : undefined;
  return Promise.all(
    resources.map(async (resource, index): Promise<Described> => {
      const of = unread[index]!;
      const region = collector.region?.(resource) ?? where.region;
      const arn = nameOf(collector.arn, resource, { ...where, region });
      // A detail that answers with the tags too is asked once.
      const results = new Map<Detail, ReturnType<typeof ask>>();
      const once = (detail: Detail, incomplete: "details" | "tags") => {
        let answer = results.get(detail);
        if (!answer) {
          answer = ask(detail, { resource, arn, unread: of }, incomplete, {
            ...describing,
            where: { ...where, region },
          });
          results.set(detail, answer);
        }
        return answer;
      };
      const details: Values = {};
      const answers = Promise.all(
        collector.details.map(async (detail) => {
          if (detail.when && !detail.when(resource)) return;
          const answer = await once(detail, "details");
          if (answer !== undefined) details[detail.as] = answer;
        }),
      );
      const tagged = async (): Promise<Described["tags"]> => {
        switch (tags.kind) {
          case "inline":
            return tagsIn(valueAt(resource, tags.member), collector.listing, of, describing);
          case "call":
            return tagsOf(await once(tags.detail, "tags"), tags.member, tags.detail, of, describing);
          case "batch":
            return tagsOf(batched![index], tags.member, tags.batch, of, describing);
          case "bulk":
            return arn === null ? null : bulkTagsOf(arn, of, tags.listing.operation, describing);
          case "none":
            return null;
        }
      };
      // Together: at the deadline both may fail, and what nobody waits for would end the process.
      const [found] = await Promise.all([tagged(), answers]);
      const { joined } = collector;
      const said = joined && (await describing.joinedParts());
      if (typeof said === "string") of[joined!.as] = said;
      else if (said) details[joined!.as] = said.get(nameOf(joined!.key[1], resource, where) ?? "") ?? null;
      const { collectedAt } = page[index]!;
      const tagsSource = arn === null && tags.kind === "bulk" ? "not-asked" : TAGS_SOURCES[tags.kind];
      return { resource, collectedAt, arn, region, tags: found, tagsSource, details, unread: of };
    }),
  );
}

const TAGS_SOURCES: Readonly<Record<Tags["kind"], TagsSource>> = {
  inline: "inline",
  call: "call",
  batch: "call",
  bulk: "bulk",
  none: "not-asked",
};

/** An answer that does not have what was asked for, as a problem of its own. */
const odd = (name: string, message: string): Error => Object.assign(new Error(message), { name });

/** Takes down a call that answered without the thing that it was asked about. */
function notDescribed(read: Read, { problem }: Describing, incomplete: "details" | "tags" = "details"): string {
  const error = odd("NotDescribed", `${read.operation} answered without what it was asked about`);
  return problem(read, error, incomplete, { begun: true }).error.code;
}

/** A resource that comes as JSON in one of its members: what is in it takes that member's place. */
function unfolded(resource: Values, member: string, unread: Record<string, string>, of: Describing): Values {
  const { [member]: text, ...rest } = resource;
  if (typeof text !== "string") return rest;
  try {
    const inside: unknown = JSON.parse(text);
    if (inside && typeof inside === "object" && !Array.isArray(inside)) return { ...rest, ...inside };
  } catch {}
  const { listing } = of.collector;
  const error = odd("NotJson", `${listing.operation} answered with ${member} that is no JSON object`);
  unread[listing.operation] = of.problem(listing, error, "details", { begun: true }).error.code;
  return resource;
}

/** The answer, null where AWS says there is none, undefined where it was not read. */
async function ask(
  detail: Detail,
  { resource, arn, unread }: { resource: Values; arn: string | null; unread: Record<string, string> },
  incomplete: "details" | "tags",
  { calls, where, problem }: Describing,
): Promise<Values | null | undefined> {
  const input = inputFor(detail.input, resource, { ...where, arn });
  try {
    return await wholeAnswer(calls, detail, where.region, input);
  } catch (error) {
    if (error instanceof DeadlineReached) throw error;
    if (hasErrorCode(error, detail.none)) return null;
    const met = problem(detail, error, incomplete, { begun: true, names: namesIt(input, resource, arn) });
    unread[detail.as] = met.error.code;
    // What is gone is not judged by what was listed of it before.
    if (met.status === "deleted") unread[GONE_WHILE_READ] = met.error.code;
    return undefined;
  }
}

/** The answers of a call for many: of each resource its own, null where there is none, undefined where it was not read. */
async function askBatch(
  batch: Batch,
  resources: readonly Values[],
  unread: readonly Record<string, string>[],
  incomplete: "details" | "tags",
  describing: Describing,
): Promise<(Values | null | undefined)[]> {
  const chunks = Array.from({ length: Math.ceil(resources.length / batch.size) }, (_, n) => n * batch.size);
  const answers = await Promise.all(
    chunks.map((start) => {
      const end = start + batch.size;
      return askChunk(batch, resources.slice(start, end), unread.slice(start, end), incomplete, describing);
    }),
  );
  return answers.flat();
}

async function askChunk(
  batch: Batch,
  resources: readonly Values[],
  unread: readonly Record<string, string>[],
  incomplete: "details" | "tags",
  describing: Describing,
): Promise<(Values | null | undefined)[]> {
  const { collector, calls, where, problem } = describing;
  const arns = resources.map((resource) => nameOf(collector.arn, resource, where));
  const [inAnswer, inResource] = batch.key;
  try {
    const answer = await call(calls, batch, where.region, batchInputFor(batch.input, resources, where, arns));
    const found = new Map(
      valuesAt(answer, batch.items).map((each) => [String(valueAt(each, inAnswer)), each as Values]),
    );
    return resources.map((resource, index) => {
      const name = nameOf(inResource, resource, { ...where, arn: arns[index] ?? null }) ?? "";
      const own = found.get(name);
      if (own) return own;
      if (incomplete === "tags") {
        unread[index]![batch.operation] = notDescribed(batch, describing, "tags");
        return undefined;
      }
      unread[index]![batch.operation] = problem(batch, notAnswered(batch, answer, name), incomplete).error.code;
      return null;
    });
  } catch (error) {
    if (error instanceof DeadlineReached) throw error;
    if (hasErrorCode(error, batch.none)) return resources.map(() => null);
    // What is gone takes the others of its call with it: each is asked about by itself, to tell which one it is.
    const names = resources.length === 1;
    if (!names && isGone(wordsOf(error), serviceIdOf(calls, batch, where.region))) {
      const alone = resources.map((each, index) => askChunk(batch, [each], [unread[index]!], incomplete, describing));
      return (await Promise.all(alone)).flat();
    }
    const { code } = problem(batch, error, incomplete, { begun: true, names }).error;
    for (const each of unread) each[batch.operation] = code;
    return resources.map(() => undefined);
  }
}

/** Members by which services say in an answer for many which they could not answer for, and why. */
const FAILED = /fail|error|unprocessed/i;
const REASONS = ["errorCode", "code", "reason", "Code", "ErrorCode", "Reason"];
const MESSAGES = ["errorMessage", "message", "detail", "reason", "Message"];

/** Why a call for many does not answer for one of them: by its own word where it has one, else it is not there any more. */
function notAnswered({ operation, items }: Batch, answer: Values, name: string): Error {
  const said = Object.entries(answer)
    .filter(([member, list]) => FAILED.test(member) && Array.isArray(list))
    .flatMap(([, list]) => list as Values[])
    .find((each) => each && typeof each === "object" && Object.values(each).includes(name));
  const first = (members: readonly string[]) =>
    members.map((member) => said?.[member]).find((value) => typeof value === "string") as string | undefined;
  const code = first(REASONS);
  // Without its list it may be another operation's answer, which says nothing of what is there.
  if (code === undefined && valueAt(answer, items) === undefined)
    return Object.assign(new Error(`an answer without ${items}`), { name: "NotAnAnswer" });
  const gone = code === undefined || /^MISSING$|NotFound|DoesNotExist/i.test(code);
  if (gone) return new Gone(`${operation} does not answer for it`);
  return Object.assign(new Error(first(MESSAGES) ?? code), { name: code });
}

/** The id, ARN or name of a resource; null where it has none. */
export function nameOf(naming: Naming | undefined, resource: Values, where: Where | WhereResource): string | null {
  if (naming === undefined) return null;
  const value = typeof naming === "function" ? naming(resource, where) : valueFrom(naming, resource, where);
  return value === undefined || value === null ? null : String(value);
}

const tagsOf = (
  answer: Values | null | undefined,
  member: string,
  read: Read,
  unread: Record<string, string>,
  describing: Describing,
): Record<string, string> | null =>
  answer === undefined ? null : tagsIn(answer ? valueAt(answer, member) : undefined, read, unread, describing);

/** Tags as a map; null where what stands for them is none, which is a problem of the call that has them. */
function tagsIn(
  tags: unknown,
  read: Read,
  unread: Record<string, string>,
  { problem }: Describing,
): Record<string, string> | null {
  if (areTags(tags)) return tagMap(tags);
  const error = odd("NotTags", `${read.operation} answered with tags that are none`);
  unread[read.operation] = problem(read, error, "tags", { begun: true }).error.code;
  return null;
}

/** Whether it is a map of texts, or a list whose elements have keys; nothing at all is no tags. */
function areTags(tags: unknown): boolean {
  if (tags === undefined || tags === null) return true;
  if (typeof tags !== "object") return false;
  if (!Array.isArray(tags)) return Object.values(tags).every((value) => typeof value === "string");
  return tags.every((tag: Values | null) => KEYS.some((key) => typeof tag?.[key] === "string"));
}

async function bulkTagsOf(
  arn: string,
  unread: Record<string, string>,
  operation: string,
  { bulkTags }: Describing,
): Promise<Record<string, string> | null> {
  const all = await bulkTags();
  if (typeof all !== "string") return tagMap(all.get(arn));
  unread[operation] = all;
  return null;
}

const KEYS = ["Key", "key", "TagKey", "tagKey", "tag_key"];
const VALUES = ["Value", "value", "TagValue", "tagValue", "tag_value"];

/** AWS's tags as a map: they come as one, or as a list whose members each service names in its own way. */
export function tagMap(tags: unknown): Record<string, string> {
  if (!Array.isArray(tags)) return { ...(tags as Record<string, string> | undefined) };
  const member = (tag: Record<string, string>, names: readonly string[]) =>
    names.map((name) => tag[name]).find((value) => value !== undefined) ?? "";
  return Object.fromEntries((tags as Record<string, string>[]).map((tag) => [member(tag, KEYS), member(tag, VALUES)]));
}
