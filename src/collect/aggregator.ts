import pLimit from "p-limit";
import { type Aggregator, type ClientClass, type Listing, type SdkClient, typesOf } from "../auditors/collector.ts";
import type { Item } from "../evidence/item.ts";
import { type Session, sessionOf } from "./accountSession.ts";
import { gapOf, type Source, sourcesOf } from "./aggregated.ts";
import { isDeleted, itemOf, partsOf, queryOf, type Row } from "./aggregatedRow.ts";
import { withAwsTime } from "./awsClock.ts";
import type { Calls, Values } from "./calls.ts";
import { RETRIES, WAITS } from "./clientOptions.ts";
import { before, DeadlineReached } from "./deadline.ts";
import { withGenuineAnswers } from "./genuineAnswers.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { pages } from "./pages.ts";
import { problemOf } from "./problem.ts";
import { RECORDER, type Recorder } from "./recorders.ts";
import { collectorsFor } from "./resources.ts";
import { Silence } from "./silence.ts";
import type { ReadItem, TaskRun } from "./taskRun.ts";

/** Accounts asked about at the same time, and with it calls: AWS Config lets few queries through a second. */
const ACCOUNTS_AT_ONCE = 4;
/** Results of a page, at most. */
const PAGE = 100;

/** A task's questions to one aggregator. */
interface AggregatorReading {
  run: TaskRun;
  aggregator: Aggregator;
  /** The query that finds resources. */
  select: Listing;
  /** The listing of the accounts and regions that the aggregator copies. */
  sources: Listing;
  /** Every type of resource that is asked about. */
  types: readonly string[];
  callsFor: (builder: OutcomeBuilder) => Calls;
  write: (item: Item) => Promise<void>;
}

/** Asks an aggregator about the planned items of a task. Accounts are not entered, but the one that has the aggregator. */
export async function readAggregator(
  run: TaskRun,
  aggregator: Aggregator,
  builders: ReadonlyMap<string, readonly OutcomeBuilder[]>,
  write: (item: Item) => Promise<void>,
): Promise<ReadItem[]> {
  const all = [...builders.values()].flat();
  const ended = all.map((builder) => ({ builder, finished: true }));
  const open = all.map((builder) => ({ builder, finished: false }));
  const { account } = aggregator;
  const { access } = run;
  let session: Session | undefined;
  try {
    const enter = () => access.session(account, run.runId);
    // In the audit account the function's own role asks.
    if (account !== run.account) session = await before(run.deadline, () => sessionOf(access.call, enter, run.now));
  } catch (error) {
    if (error instanceof DeadlineReached) return open;
    const remedy = `The aggregator is in ${account}. ${access.remedy(account)}`;
    markUnread(readingOf(run, aggregator, write, undefined), all, error, { remedy });
    return ended;
  }
  const reading = readingOf(run, aggregator, write, session);
  let sources: Source[] | undefined;
  try {
    sources = await listSources(reading, all[0]!);
  } catch (error) {
    if (error instanceof DeadlineReached) return open;
    markUnread(reading, all, error, { read: reading.sources });
  }
  const limit = pLimit(ACCOUNTS_AT_ONCE);
  const accounts = [...builders.values()].map((of) => limit(() => readAccount(reading, of, sources)));
  return (await Promise.all(accounts)).flat();
}

/** How the aggregator is asked. @param session in the aggregator's account; undefined for the function's own role */
function readingOf(
  run: TaskRun,
  aggregator: Aggregator,
  write: AggregatorReading["write"],
  session: Session | undefined,
): AggregatorReading {
  const [service] = run.auditor.services;
  const select = service!.collectors[0]!.listing;
  const clients = new Map<ClientClass, SdkClient>();
  const clientOf = (Client: ClientClass): SdkClient => {
    const credentials = session ? { credentials: session.credentials } : {};
    const options = { ...run.client(WAITS), ...RETRIES, region: aggregator.region, ...credentials };
    const client = clients.get(Client) ?? withGenuineAnswers(withAwsTime(new Client(options), run.clock));
    clients.set(Client, client);
    return client;
  };
  const callsFor = (builder: OutcomeBuilder): Calls => ({
    client: service!.client,
    session,
    clientOf,
    budget: (_client, call) => call(() => undefined),
    bucketsFor: () => [],
    hasEnded: run.access.hasEnded,
    builder,
    silence: new Silence(run.deadline),
    deadline: run.deadline,
    wait: run.wait,
  });
  return { run, aggregator, select, sources: select.parent!.listing, types: typesOf(run.auditor), callsFor, write };
}

/** The sources of the aggregator. @throws DeadlineReached, or AWS's error */
async function listSources(reading: AggregatorReading, builder: OutcomeBuilder): Promise<Source[]> {
  const { aggregator, callsFor, sources } = reading;
  const listed: Source[] = [];
  const input = { ConfigurationAggregatorName: aggregator.name, Limit: PAGE };
  await pages({ calls: callsFor(builder), region: aggregator.region }, sources, input, async (answer) => {
    listed.push(...((answer[sources.items!] ?? []) as Source[]));
  });
  return listed;
}

/** Every row of a query, page by page. @throws DeadlineReached, or AWS's error */
function query<R>(
  { aggregator, callsFor, select }: AggregatorReading,
  builder: OutcomeBuilder,
  expression: string,
  take: (rows: R[], next: Values | undefined) => Promise<void>,
  from?: Values,
): Promise<void> {
  const { name, region } = aggregator;
  const input = { ConfigurationAggregatorName: name, Expression: expression, Limit: PAGE };
  const rowsOf = (answer: Values) => ((answer[select.items!] ?? []) as string[]).map((text) => JSON.parse(text));
  const calls = callsFor(builder);
  return pages({ calls, region }, select, input, (answer, next) => take(rowsOf(answer), next), from);
}

/** The types of the task that exist in a planned item's region. */
const typesIn = ({ run }: AggregatorReading, { item }: OutcomeBuilder): string[] =>
  run.auditor.services.flatMap((each) => collectorsFor(each, item.region).map(({ type }) => type));

/** Records that resources of the types could not be read, and why. */
function markUnread(
  reading: AggregatorReading,
  builders: readonly OutcomeBuilder[],
  error: unknown,
  { read = reading.select, types = reading.types, remedy = remedyOf(reading.aggregator, error) }: UnreadOptions = {},
): void {
  for (const builder of builders)
    for (const resourceType of typesIn(reading, builder).filter((type) => types.includes(type)))
      builder.problem(problemOf(error, { ...read, resourceType, incomplete: "resources", open: true }), remedy);
}

interface UnreadOptions {
  /** The call that failed; the query for resources when left out. */
  read?: Pick<Listing, "operation" | "actions">;
  /** All of the task when left out. */
  types?: readonly string[];
  remedy?: string | undefined;
}

const remedyOf = ({ account, region }: Aggregator, error: unknown): string | undefined =>
  (error as Error).name === "NoSuchConfigurationAggregatorException"
    ? `Set configAggregator to an aggregator that ${account} has in ${region}: aws configservice describe-configuration-aggregators --region ${region}`
    : undefined;

/** One account's planned items, and what the aggregator has said of the account so far. */
interface AccountReading {
  account: string;
  builders: readonly OutcomeBuilder[];
  /** The aggregator's sources that speak of the account; undefined where they could not be listed. */
  sources: readonly Source[] | undefined;
  recorders: Recorder[];
  /** Resources that are written already. */
  seen: Set<string>;
}

async function readAccount(
  reading: AggregatorReading,
  builders: readonly OutcomeBuilder[],
  listed: readonly Source[] | undefined,
): Promise<ReadItem[]> {
  const [first] = builders;
  const account = first!.item.account_id;
  const sources = listed && sourcesOf(listed, account);
  const accountReading: AccountReading = { account, builders, sources, recorders: [], seen: new Set() };
  try {
    // An account that is no source has nothing to ask about.
    if (sources && !sources.length) for (const type of reading.types) judge(reading, accountReading, type, true);
    else {
      const keep = async (rows: Recorder[]) => void accountReading.recorders.push(...rows);
      await query<Recorder>(reading, first!, queryOf(account, [RECORDER]), keep);
      for (const types of partsOf(account, reading.types)) await readTypes(reading, accountReading, types);
    }
  } catch (error) {
    if (error instanceof DeadlineReached) return builders.map((builder) => ({ builder, finished: false }));
    markUnread(reading, builders, error);
  }
  return builders.map((builder) => ({ builder, finished: true }));
}

/** Reads the types that one query asks for, from where a task before this one stopped. @throws DeadlineReached */
async function readTypes(reading: AggregatorReading, of: AccountReading, types: readonly string[]): Promise<void> {
  const { account, builders } = of;
  const [first] = builders;
  const cursor = first!.cursorOf(types[0]!) as { at: string } | null | undefined;
  if (cursor === null) return;
  let isComplete = true;
  const take = async (rows: Row[], next: Values | undefined) => {
    await writeRows(reading, of, rows);
    for (const builder of next ? builders : [])
      for (const type of types) builder.saveCursor(type, { at: JSON.stringify(next) });
  };
  try {
    await query(reading, first!, queryOf(account, types), take, cursor && (JSON.parse(cursor.at) as Values));
  } catch (error) {
    if (error instanceof DeadlineReached) throw error;
    isComplete = false;
    markUnread(reading, builders, error, { types });
  }
  for (const type of types) judge(reading, of, type, isComplete);
}

async function writeRows(reading: AggregatorReading, of: AccountReading, rows: readonly Row[]): Promise<void> {
  const { run, select, write } = reading;
  const collectedAt = new Date(run.now()).toISOString();
  for (const row of rows) {
    const builder = of.builders.find(({ item }) => item.region === row.awsRegion);
    // Several recorders can keep what is global: it is one resource all the same.
    const resource = `${row.awsRegion} ${row.resourceType} ${row.resourceId}`;
    if (!builder || !typesIn(reading, builder).includes(row.resourceType)) continue;
    if (of.seen.has(resource) || isDeleted(row)) continue;
    of.seen.add(resource);
    await write(itemOf(run, select, builder, row, collectedAt));
    builder.itemWritten(row.resourceType);
  }
}

/** Ends the reading of a type: what the aggregator found of it is all there is, or there is a gap with a reason. */
function judge(reading: AggregatorReading, of: AccountReading, type: string, isComplete: boolean): void {
  const { account, builders, sources, recorders } = of;
  for (const builder of builders.filter((each) => typesIn(reading, each).includes(type))) {
    const { region } = builder.item;
    const gap = sources && gapOf({ account, region, type, found: builder.has(type) }, sources, recorders);
    if (gap) builder.problem(gap);
    else if (sources && isComplete) builder.listed(type);
    builder.saveCursor(type, null);
  }
}
