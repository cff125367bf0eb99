import type { Collector, Detail, SdkClient } from "../auditors/collector.ts";
import type { Item } from "../evidence/item.ts";
import type { PlannedItem } from "../evidence/plan.ts";
import { before, DeadlineReached } from "./deadline.ts";
import { problemOf, saysNone } from "./problem.ts";
import type { Tally } from "./tally.ts";

type Answer = Record<string, unknown> & { $metadata?: { attempts?: number } };

/** What reading one planned item needs. */
export interface Reading {
  runId: string;
  partition: string;
  item: PlannedItem;
  clientIn: (region: string) => SdkClient;
  /** The region the listing is called in. */
  home: string;
  /** Runs a call within the account's budget of concurrent calls. */
  budget: <T>(call: () => Promise<T>) => Promise<T>;
  tally: Tally;
  /** Fires with the deadline, and when the region turns out not to answer. */
  signal: AbortSignal;
  /** Fires when the task has to commit. */
  deadline: AbortSignal;
  now: () => number;
  write: (item: Item) => Promise<void>;
  /** Says that the region does not answer: its other calls are not waited for. */
  silent: () => void;
}

const withoutMetadata = ({ $metadata: _, ...answer }: Answer): Record<string, unknown> => answer;

async function call(reading: Reading, region: string, command: Detail["command"], input: object): Promise<Answer> {
  const { deadline, tally } = reading;
  return reading.budget(async () => {
    try {
      const answer = await before(
        deadline,
        (): Promise<Answer> => reading.clientIn(region).send(new command(input), { abortSignal: reading.signal }),
      );
      tally.called(answer.$metadata?.attempts);
      return answer;
    } catch (error) {
      if (!(error instanceof DeadlineReached)) tally.called((error as Answer).$metadata?.attempts);
      throw error;
    }
  });
}

/**
 * Lists one type of resource page by page and hands over each resource as an item. Problems go into the tally, and so
 * does the place of the next page: a page is written whole or, when the deadline comes first, not at all.
 */
export async function readResources(auditor: string, collector: Collector, reading: Reading): Promise<void> {
  const where = { operation: collector.operation, action: collector.action, resourceType: collector.type };
  let token: unknown = reading.tally.placeOf(collector.type);
  if (token === null) return;
  try {
    do {
      const input = { ...collector.input, ...(token && collector.page ? { [collector.page.input]: token } : {}) };
      const answer = await call(reading, reading.home, collector.command, input);
      const collectedAt = new Date(reading.now()).toISOString();
      const resources = collector.items
        ? (answer[collector.items] as Record<string, unknown>[] | undefined)
        : [withoutMetadata(answer)];
      const items = await Promise.all(
        (resources ?? []).map((resource) => itemOf(auditor, collector, reading, resource, collectedAt)),
      );
      for (const item of items) {
        await reading.write(item);
        reading.tally.kept(collector.type);
      }
      const next = collector.page && answer[collector.page.output];
      // A service that answers with the same token for ever would keep the task until its deadline.
      if (next && next === token) throw new Error(`${collector.operation} answered twice with the same page token`);
      token = next;
      reading.tally.reached(collector.type, (token as string | undefined) || null);
    } while (token);
  } catch (error) {
    if (error instanceof DeadlineReached) return;
    reading.tally.reached(collector.type, null);
    if (saysNone(error, collector.none)) return;
    const problem = problemOf(error, where);
    reading.tally.problem(problem);
    if (problem.status === "timed-out") reading.silent();
  }
}

async function itemOf(
  auditor: string,
  collector: Collector,
  reading: Reading,
  resource: Record<string, unknown>,
  collectedAt: string,
): Promise<Item> {
  const { account_id, region } = reading.item;
  const home = collector.region ? ((resource[collector.region] as string | undefined) ?? region) : region;
  const configuration: Record<string, unknown> = { ...resource };
  const unread: Record<string, string> = {};
  const asked = new Map<string, Promise<Answer | null | undefined>>();

  /** The answer, null where AWS says there is none, undefined where it was not read. */
  const ask = (detail: Detail): Promise<Answer | null | undefined> => {
    const again = asked.get(detail.operation);
    if (again) return again;
    const callRegion = collector.region ? home : reading.home;
    const answer = call(reading, callRegion, detail.command, detail.input(resource, { account: account_id })).catch(
      (error: unknown) => {
        if (error instanceof DeadlineReached) throw error;
        if (saysNone(error, detail.none)) return null;
        const problem = problemOf(error, {
          operation: detail.operation,
          action: detail.action,
          resourceType: collector.type,
        });
        reading.tally.problem(problem);
        unread[detail.operation] = problem.error.code;
        return undefined;
      },
    );
    asked.set(detail.operation, answer);
    return answer;
  };

  const [tags] = await Promise.all([
    tagsOf(collector, resource, ask),
    ...collector.details.map(async (detail) => {
      const answer = await ask(detail);
      if (answer !== undefined) configuration[detail.operation] = answer && withoutMetadata(answer);
    }),
  ]);
  const text = (member: string | undefined): string | null => {
    const value = member === undefined ? undefined : resource[member];
    return value === undefined || value === null ? null : String(value);
  };
  return {
    run_id: reading.runId,
    collected_at: collectedAt,
    account_id,
    region: home,
    resource_type: collector.type,
    resource_id: text(collector.id) ?? "",
    arn: collector.arn.includes("{")
      ? fill(collector.arn, { ...resource, partition: reading.partition, account: account_id, region: home })
      : text(collector.arn),
    name: text(collector.name ?? collector.id),
    tags,
    configuration,
    ...(Object.keys(unread).length ? { unread } : {}),
    auditor,
    operation: collector.operation,
  };
}

const fill = (template: string, values: Record<string, unknown>): string =>
  template.replace(/\{(\w+)\}/g, (_all, member: string) => String(values[member] ?? ""));

async function tagsOf(
  collector: Collector,
  resource: Record<string, unknown>,
  ask: (detail: Detail) => Promise<Answer | null | undefined>,
): Promise<Record<string, string> | null> {
  const { tags } = collector;
  if (tags.kind === "none") return null;
  if (tags.kind === "inline") return tagMap(resource[tags.member]);
  const answer = await ask(tags.detail);
  if (answer === undefined) return null;
  return tagMap(answer?.[tags.member]);
}

/** AWS's list of `{Key, Value}` as a map. */
const tagMap = (list: unknown): Record<string, string> =>
  Object.fromEntries(
    ((list as { Key?: string; Value?: string }[] | undefined) ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]),
  );
