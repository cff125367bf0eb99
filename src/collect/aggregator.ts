import pLimit from "p-limit";
import { type Aggregator, type ClientClass, type Listing, type SdkClient, typesOf } from "../auditors/collector.ts";
import type { Item } from "../evidence/item.ts";
import { type Session, sessionOf } from "./accountSession.ts";
import { gapOf, type Source, sourcesOf } from "./aggregated.ts";
import { withAwsTime } from "./awsClock.ts";
import type { Calls, Values } from "./calls.ts";
import { RETRIES, WAITS } from "./clientOptions.ts";
import { before, DeadlineReached } from "./deadline.ts";
import { tagMap } from "./describe.ts";
import { withGenuineAnswers } from "./genuineAnswers.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { pages } from "./pages.ts";
import { problemOf } from "./problem.ts";
import { RECORDER, type Recorder } from "./recorders.ts";
import { digestsOf, redactNamed } from "./redact.ts";
import { collectorsFor } from "./resources.ts";
import { Silence } from "./silence.ts";
import type { ReadItem, TaskRun } from "./taskRun.ts";

/** Accounts asked about at the same time, and with it calls: AWS Config lets few queries through a second. */
const ACCOUNTS_AT_ONCE = 4;
/** Characters of a query. @see https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html */
const QUERY_AT_MOST = 4096;
/** Results of a page, at most. */
const PAGE = 100;

/** What AWS Config knows of a resource, as a row of the query's answer. */
interface Row {
  awsRegion: string;
  resourceType: string;
  resourceId: string;
  resourceName?: string;
  arn?: string;
  tags?: unknown;
  configuration?: unknown;
}
/** What stands in evidence beside the resource's own configuration: since when AWS Config knows it, and what it adds. */
const ADDED = [
  "configurationItemCaptureTime",
  "configurationItemStatus",
  "resourceCreationTime",
  "availabilityZone",
  "supplementaryConfiguration",
  "relationships",
] as const;
const COLUMNS = [
  ...["awsRegion", "resourceType", "resourceId", "resourceName", "arn", "tags", "configuration"],
  ...ADDED,
];

/** Asks an aggregator about the planned items of a task. Accounts are not entered, but the one that has the aggregator. */
export async function readAggregator(
  run: TaskRun,
  aggregator: Aggregator,
  builders: ReadonlyMap<string, readonly OutcomeBuilder[]>,
  write: (item: Item) => Promise<void>,
): Promise<ReadItem[]> {
  const all = [...builders.values()].flat();
  const types = typesOf(run.auditor);
  const planned = ({ item }: OutcomeBuilder): string[] =>
    run.auditor.services.flatMap((each) => collectorsFor(each, item.region).map(({ type }) => type));
  const [service] = run.auditor.services;
  const select = service!.collectors[0]!.listing;
  const sources = select.parent!.listing;
  const { account, region, name } = aggregator;
  const unread = (of: readonly OutcomeBuilder[], read: Asking, error: unknown, remedy?: string, what = types): void => {
    for (const builder of of)
      for (const resourceType of planned(builder).filter((type) => what.includes(type)))
        builder.problem(problemOf(error, { ...read, resourceType, incomplete: "resources", open: true }), remedy);
  };
  const ended = all.map((builder) => ({ builder, finished: true }));
  const open = all.map((builder) => ({ builder, finished: false }));

  const { access } = run;
  const enter = () => access.session(account, run.runId);
  let session: Session | undefined;
  try {
    // In the audit account the function's own role asks.
    if (account !== run.account) session = await before(run.deadline, () => sessionOf(access.call, enter, run.now));
  } catch (error) {
    if (error instanceof DeadlineReached) return open;
    unread(all, select, error, `The aggregator is in ${account}. ${access.remedy(account)}`);
    return ended;
  }
  const clients = new Map<ClientClass, SdkClient>();
  const clientOf = (Client: ClientClass): SdkClient => {
    const client =
      clients.get(Client) ??
      withGenuineAnswers(
        withAwsTime(
          new Client({
            ...run.client(WAITS),
            ...RETRIES,
            region,
            ...(session ? { credentials: session.credentials } : {}),
          }),
          run.clock,
        ),
      );
    clients.set(Client, client);
    return client;
  };
  const limit = pLimit(ACCOUNTS_AT_ONCE);
  const callsFor = (builder: OutcomeBuilder): Calls => ({
    client: service!.client,
    session,
    clientOf,
    budget: (_client, call) => call(() => undefined),
    bucketsFor: () => [],
    hasEnded: access.hasEnded,
    builder,
    silence: new Silence(run.deadline),
    deadline: run.deadline,
    wait: run.wait,
  });
  const remedyOf = (error: unknown): string | undefined =>
    (error as Error).name === "NoSuchConfigurationAggregatorException"
      ? `Set configAggregator to an aggregator that ${account} has in ${region}: aws configservice describe-configuration-aggregators --region ${region}`
      : undefined;
  /** Every row of a query, page by page. */
  const query = <R = Row>(
    builder: OutcomeBuilder,
    expression: string,
    take: (rows: R[], next: Values | undefined) => Promise<void>,
    from?: Values,
  ): Promise<void> => {
    const input = { ConfigurationAggregatorName: name, Expression: expression, Limit: PAGE };
    const parsed = (answer: Values) => ((answer[select.items!] ?? []) as string[]).map((text) => JSON.parse(text));
    return pages(
      { calls: callsFor(builder), region },
      select,
      input,
      (answer, next) => take(parsed(answer), next),
      from,
    );
  };

  const readAccount = async (
    of: readonly OutcomeBuilder[],
    known: readonly Source[] | undefined,
  ): Promise<ReadItem[]> => {
    const [first] = of;
    const id = first!.item.account_id;
    const own = sourcesOf(known ?? [], id);
    const recorders: Recorder[] = [];
    const byRegion = new Map(of.map((builder) => [builder.item.region, builder]));
    const seen = new Set<string>();
    const writeRows = async (rows: readonly Row[]) => {
      const collectedAt = new Date(run.now()).toISOString();
      for (const row of rows) {
        const builder = byRegion.get(row.awsRegion);
        // Several recorders can keep what is global: it is one resource all the same.
        const resource = `${row.awsRegion} ${row.resourceType} ${row.resourceId}`;
        if (!builder || !planned(builder).includes(row.resourceType) || seen.has(resource) || isDeleted(row)) continue;
        seen.add(resource);
        await write(itemOf(run, select, builder, row, collectedAt));
        builder.kept(row.resourceType);
      }
    };
    const judge = (type: string, answered: boolean) => {
      for (const builder of of.filter((each) => planned(each).includes(type))) {
        const { region: asked } = builder.item;
        const gap = known && gapOf({ account: id, region: asked, type, found: builder.has(type) }, own, recorders);
        if (gap) builder.problem(gap);
        else if (known && answered) builder.listed(type);
        builder.saveCursor(type, null);
      }
    };
    try {
      // An account that is no source has nothing to ask about.
      if (known && !own.length) for (const type of types) judge(type, true);
      else {
        await query<Recorder>(first!, queryOf(id, [RECORDER]), async (rows) => void recorders.push(...rows));
        for (const some of partsOf(id, types)) {
          const place = first!.cursorOf(some[0]!) as { at: string } | null | undefined;
          if (place === null) continue;
          let answered = true;
          try {
            await query(
              first!,
              queryOf(id, some),
              async (rows, next) => {
                await writeRows(rows);
                for (const builder of next ? of : [])
                  for (const type of some) builder.saveCursor(type, { at: JSON.stringify(next) });
              },
              place && (JSON.parse(place.at) as Values),
            );
          } catch (error) {
            if (error instanceof DeadlineReached) throw error;
            answered = false;
            unread(of, select, error, remedyOf(error), some);
          }
          for (const type of some) judge(type, answered);
        }
      }
    } catch (error) {
      if (error instanceof DeadlineReached) return of.map((builder) => ({ builder, finished: false }));
      unread(of, select, error, remedyOf(error));
    }
    return of.map((builder) => ({ builder, finished: true }));
  };

  let known: Source[] | undefined = [];
  try {
    const input = { ConfigurationAggregatorName: name, Limit: PAGE };
    await pages({ calls: callsFor(all[0]!), region }, sources, input, async (answer) => {
      known!.push(...((answer[sources.items!] ?? []) as Source[]));
    });
  } catch (error) {
    if (error instanceof DeadlineReached) return open;
    known = undefined;
    unread(all, sources, error, remedyOf(error));
  }
  return (await Promise.all([...builders.values()].map((of) => limit(() => readAccount(of, known))))).flat();
}

type Asking = Pick<Listing, "operation" | "actions">;

const queryOf = (account: string, types: readonly string[]): string =>
  `SELECT ${COLUMNS.join(", ")} WHERE accountId = '${account}' AND resourceType IN (${types.map((type) => `'${type}'`).join(", ")})`;

/** Types in as many queries as their length asks for. */
function partsOf(account: string, types: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (const type of types) {
    const last = parts.at(-1);
    if (last && queryOf(account, [...last, type]).length <= QUERY_AT_MOST) last.push(type);
    else parts.push([type]);
  }
  return parts;
}

/** A resource that is gone, and whose record is not yet. */
const isDeleted = (row: Row): boolean =>
  /Deleted/.test(String((row as { configurationItemStatus?: string }).configurationItemStatus));

function itemOf(run: TaskRun, { operation }: Listing, { item }: OutcomeBuilder, row: Row, collectedAt: string): Item {
  const { configuration } = row;
  const own = typeof configuration === "object" && !Array.isArray(configuration) ? configuration : { configuration };
  const added = Object.fromEntries(ADDED.flatMap((member) => (member in row ? [[member, row[member as "arn"]]] : [])));
  const name = run.auditor.services[0]!.collectors[0]!.redactNames!;
  return {
    run_id: run.runId,
    collected_at: collectedAt,
    account_id: item.account_id,
    region: item.region,
    resource_type: row.resourceType,
    resource_id: row.resourceId,
    arn: row.arn ?? null,
    name: row.resourceName ?? row.resourceId,
    tags: row.tags === undefined || row.tags === null ? null : tagMap(row.tags),
    configuration: redactNamed({ ...own, ...added }, name, digestsOf(run.digestKey, item.account_id)) as Values,
    auditor: item.auditor,
    operation,
  };
}
