import type { Batch, Collector, Detail, Naming, Read } from "../auditors/collector.ts";
import { batchInputFor, inputFor } from "../auditors/inputs.ts";
import { valueAt, valueFrom, valuesAt, type Where, type WhereResource } from "../auditors/paths.ts";
import type { ReadError } from "../evidence/outcome.ts";
import { type Calls, call, type Values } from "./calls.ts";
import { DeadlineReached } from "./deadline.ts";
import type { Found } from "./listing.ts";
import { wholeAnswer } from "./pages.ts";
import { hasErrorCode, type Problem } from "./problem.ts";

/** What describing a page of resources needs. */
export interface Describing {
  collector: Collector;
  calls: Calls;
  where: Where;
  /** Takes down a call that did not answer, and says what it means. */
  problem: (
    read: Read,
    error: unknown,
    incomplete: NonNullable<ReadError["incomplete"]>,
    /** Whether AWS answered before, in the same listing or with the resource itself. */
    begun?: boolean,
  ) => Problem;
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
        const answer = await ask(describe.detail, resource, null, unread[index]!, "details", describing);
        const full = answer && (describe.take ? valuesAt(answer, describe.take)[0] : answer);
        return full && typeof full === "object" ? { ...resource, ...full } : resource;
      }),
    );
  }
  const { json } = collector;
  if (json) resources = resources.map((resource) => unfolded(resource, json));
  const batched = tags.kind === "batch" ? await askBatch(tags.batch, resources, unread, "tags", describing) : undefined;
  return Promise.all(
    resources.map(async (resource, index): Promise<Described> => {
      const of = unread[index]!;
      const region = (collector.region && (valueAt(resource, collector.region) as string | undefined)) ?? where.region;
      const arn = nameOf(collector.arn, resource, { ...where, region });
      // A detail that answers with the tags too is asked once.
      const asked = new Map<Detail, ReturnType<typeof ask>>();
      const once = (detail: Detail, incomplete: "details" | "tags") => {
        let answer = asked.get(detail);
        if (!answer) {
          answer = ask(detail, resource, arn, of, incomplete, { ...describing, where: { ...where, region } });
          asked.set(detail, answer);
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
      const tagged = async () =>
        tags.kind === "inline"
          ? tagMap(valueAt(resource, tags.member))
          : tags.kind === "call"
            ? tagsOf(await once(tags.detail, "tags"), tags.member)
            : tags.kind === "batch"
              ? tagsOf(batched![index], tags.member)
              : tags.kind === "bulk"
                ? await bulkTagsOf(arn, of, tags.listing.operation, describing)
                : null;
      // Together: at the deadline both may fail, and what nobody waits for would end the process.
      const [found] = await Promise.all([tagged(), answers]);
      const { joined } = collector;
      const said = joined && (await describing.joinedParts());
      if (typeof said === "string") of[joined!.as] = said;
      else if (said) details[joined!.as] = said.get(nameOf(joined!.key[1], resource, where) ?? "") ?? null;
      const { collectedAt } = page[index]!;
      return { resource, collectedAt, arn, region, tags: found, details, unread: of };
    }),
  );
}

/** A resource that comes as JSON in one of its members: what is in it takes that member's place. */
function unfolded(resource: Values, member: string): Values {
  const { [member]: text, ...rest } = resource;
  return typeof text === "string" ? { ...rest, ...(JSON.parse(text) as Values) } : rest;
}

/** The answer, null where AWS says there is none, undefined where it was not read. */
async function ask(
  detail: Detail,
  resource: Values,
  arn: string | null,
  unread: Record<string, string>,
  incomplete: "details" | "tags",
  { calls, where, problem }: Describing,
): Promise<Values | null | undefined> {
  try {
    return await wholeAnswer(calls, detail, where.region, inputFor(detail.input, resource, { ...where, arn }));
  } catch (error) {
    if (error instanceof DeadlineReached) throw error;
    if (hasErrorCode(error, detail.none)) return null;
    unread[detail.as] = problem(detail, error, incomplete, true).error.code;
    return undefined;
  }
}

/** The answers of a call for many: of each resource its own, null where there is none, undefined where it was not read. */
async function askBatch(
  batch: Batch,
  resources: readonly Values[],
  unread: readonly Record<string, string>[],
  incomplete: "details" | "tags",
  { collector, calls, where, problem }: Describing,
): Promise<(Values | null | undefined)[]> {
  const arns = resources.map((resource) => nameOf(collector.arn, resource, where));
  const answers: (Values | null | undefined)[] = resources.map(() => undefined);
  const [inAnswer, inResource] = batch.key;
  const chunks = Array.from({ length: Math.ceil(resources.length / batch.size) }, (_, n) => n * batch.size);
  await Promise.all(
    chunks.map(async (start) => {
      const end = start + batch.size;
      const mark = (code: string) => {
        for (const each of unread.slice(start, end)) each[batch.operation] = code;
      };
      try {
        const input = batchInputFor(batch.input, resources.slice(start, end), where, arns.slice(start, end));
        const answer = await call(calls, batch, where.region, input);
        const found = new Map(
          valuesAt(answer, batch.items).map((each) => [String(valueAt(each, inAnswer)), each as Values]),
        );
        for (const [offset, resource] of resources.slice(start, end).entries()) {
          const index = start + offset;
          const own = found.get(nameOf(inResource, resource, { ...where, arn: arns[index] ?? null }) ?? "");
          answers[index] = own ?? null;
          if (!own && incomplete === "details") {
            const gone = Object.assign(new Error(`${batch.operation} does not answer for it`), { name: "NotFound" });
            unread[index]![batch.operation] = problem(batch, gone, incomplete).error.code;
          }
        }
      } catch (error) {
        if (error instanceof DeadlineReached) throw error;
        if (hasErrorCode(error, batch.none)) answers.fill(null, start, Math.min(end, answers.length));
        else mark(problem(batch, error, incomplete, true).error.code);
      }
    }),
  );
  return answers;
}

/** The id, ARN or name of a resource; null where it has none. */
export function nameOf(naming: Naming | undefined, resource: Values, where: Where | WhereResource): string | null {
  if (naming === undefined) return null;
  const value = typeof naming === "function" ? naming(resource, where) : valueFrom(naming, resource, where);
  return value === undefined || value === null ? null : String(value);
}

const tagsOf = (answer: Values | null | undefined, member: string): Record<string, string> | null =>
  answer === undefined ? null : tagMap(answer ? valueAt(answer, member) : undefined);

async function bulkTagsOf(
  arn: string | null,
  unread: Record<string, string>,
  operation: string,
  { bulkTags }: Describing,
): Promise<Record<string, string> | null> {
  const all = await bulkTags();
  if (typeof all !== "string") return tagMap(all.get(arn ?? ""));
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
