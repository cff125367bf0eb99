import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { type Caller, findCaller } from "../../src/desk/caller.ts";
import { accessFacts, sessionsOf } from "../../src/desk/deskAccess.ts";
import { deskClient } from "../../src/desk/deskConnections.ts";
import { DeskFolderError, folderProblem, holdFolder } from "../../src/desk/deskFolder.ts";
import { DeskKeyError, deskDigestKey } from "../../src/desk/deskKey.ts";
import { deskPlan } from "../../src/desk/deskPlan.ts";
import { collectRun, openTasks, sealRun, standingCommits } from "../../src/desk/deskRun.ts";
import { laneModule } from "../../src/desk/laneModule.ts";
import { startLanes } from "../../src/desk/lanes.ts";
import { newestRun } from "../../src/desk/newestRun.ts";
import { tookFrom } from "../../src/evidence/durations.ts";
import type { EvidenceStore } from "../../src/evidence/evidenceStore.ts";
import { folderStore } from "../../src/evidence/folderStore.ts";
import { makeFolder } from "../../src/evidence/folders.ts";
import { DURATIONS_KEY, runDate } from "../../src/evidence/layout.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import { type Plan, plannedItems } from "../../src/evidence/plan.ts";
import type { Signer } from "../../src/evidence/signer.ts";
import { runStoreIn } from "../../src/evidence/store.ts";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";
import { checkOutput } from "../outputFile.ts";
import { print, say } from "../terminal.ts";
import { collecting } from "./collecting.ts";
import { enteredBefore, forgetEntered, noteEntered } from "./entered.ts";
import { type Interruption, interruption } from "./interruption.ts";
import { mfaCode } from "./mfaCode.ts";
import type { CollectOptions } from "./options.ts";
import { preflight } from "./preflight.ts";
import { ORGANIZATION_ROLE, type Scope, type ScopeOptions, scopeOf } from "./scope.ts";
import { signerOf } from "./signerOf.ts";

/** Exit code of a run that was stopped, and can be gone on with. */
const STOPPED = 3;
/** Threads that read, one for each processor; of many accounts each would take as much memory as an auditor's function. */
const LANES = Math.min(4, availableParallelism());
/** Tasks under way at the same time in a thread: each has dozens of calls under way in each of its regions. */
const TASKS_OF_A_LANE = { least: 3, most: 8 };
/** Planned items under way at the same time in a thread, where its tasks are small: calls wait for AWS, and not for each other. */
const ITEMS_OF_A_LANE = 60;
/** Of each rate that AWS documents, how much a run takes, as the functions do unless they are told otherwise. */
const API_SHARE = 0.5;

/** Collects from a desk, and shows what there is. @returns the exit code */
export async function collectFromDesk(options: CollectOptions): Promise<number> {
  checkTogether(options);
  for (const [option, path] of Object.entries({
    "--out": options.out,
    "--sarif": options.sarif,
    "--ocsf": options.ocsf,
  }))
    await checkOutput(option, path);
  if (options.dryRun) {
    const scope = await scopeOf(options);
    if (options.kmsKey) await signerOf(options.kmsKey, async () => scope.callers[0]);
    say((await preflight(options.dir, scope, deskPlan(planned(scope), new Date()))).join("\n"));
    return 0;
  }
  const interrupted = interruption(say);
  try {
    const release = await holdFolder(options.dir, packageJson.version);
    try {
      return await inFolder(options, interrupted);
    } finally {
      await release();
    }
  } catch (error) {
    const problem = folderProblem(options.dir, error);
    throw problem instanceof DeskFolderError || problem instanceof DeskKeyError
      ? new CliError(problem.message)
      : problem;
  } finally {
    interrupted.end();
  }
}

/** Options of which one alone can be followed. */
function checkTogether({ dryRun, json, sarif, ocsf, ...options }: CollectOptions): void {
  const { accounts, organization, regions, auditors } = options;
  const ways = Object.entries({ "--dry-run": dryRun, "--continue": options.continue, "--end": options.end });
  const outputs = Object.entries({ "--json": json, "--sarif -": sarif === "-", "--ocsf -": ocsf === "-" });
  for (const [all, why] of [
    [ways, "name one of them"],
    [outputs, "standard output takes one of them; name a file for the others"],
  ] as const) {
    const given = all.filter(([, value]) => value).map(([name]) => name);
    if (given.length > 1) throw new CliError(`${given.join(" and ")}: ${why}`);
  }
  if (!options.continue && !options.end) return;
  const way = options.continue ? "--continue" : "--end";
  for (const [name, value] of Object.entries({ accounts, organization, regions, auditors }))
    if (value) throw new CliError(`${way} and --${name}: the run keeps what it was planned with; leave --${name} out`);
}

async function inFolder(options: CollectOptions, interrupted: Interruption): Promise<number> {
  const { dir } = options;
  const evidence = folderStore(dir);
  const newest = await newestRun(evidence);
  const open = newest && !newest.sealed ? newest.plan : undefined;
  if ((options.continue || options.end) && !open) {
    if (newest && (await enteredBefore(dir, newest.plan))) return showRun(options, newest.plan, interrupted);
    throw new CliError(`${dir} has no run that was stopped; itaudit collect starts one`);
  }
  if (options.end) {
    await ended(options, evidence, open!);
    return showRun(options, open!, interrupted);
  }
  const module = laneModule();
  const scope = options.continue ? await scopeAgain(options, open!) : await scopeOf(options);
  // Before anything is read: a run that nobody can sign would be for nothing.
  const signer = await signerOf(options.kmsKey, async () => scope.callers[0]);
  if (open && !options.continue) {
    // Not before it is known that another run can begin in its place.
    const { run_id, complete } = await ended(options, evidence, open);
    await forgetEntered(dir, open);
    say(`run ${run_id}, which was stopped, is sealed${complete ? "" : " as incomplete"}`);
  }
  const plan = options.continue ? open! : await planOf(options, scope, evidence);
  interrupted.keeping();
  if (!options.continue) {
    const { profiles, role, externalId, organization } = options;
    await noteEntered(dir, plan, { profiles, role, externalId, organization });
    await runStoreIn(evidence).writePlan(plan);
  }
  return collect(options, evidence, { scope, plan, signer, interrupted, module: await module });
}

/** Shows the results of a sealed run; an end in the middle of it costs only what is derived anew. */
async function showRun(
  options: CollectOptions,
  run: Pick<Plan, "run_id" | "started_at">,
  interrupted: Interruption,
): Promise<number> {
  interrupted.endingAtOnce(notShown(options, run), STOPPED);
  const { showResults } = await import("./showResults.ts");
  const code = await showResults(options, { run_id: run.run_id, run_date: runDate(run.started_at) });
  await forgetEntered(options.dir, run);
  return code;
}

/** A run, with what is known of where it reads, and what ends it early. */
interface Collected {
  scope: Scope;
  plan: Plan;
  signer: Signer;
  interrupted: Interruption;
  /** Module of the threads that read. */
  module: URL;
}

const planned = ({ callers, ...scope }: Scope) => ({ ...scope, caller: callers[0], toolVersion: packageJson.version });

async function planOf(options: CollectOptions, scope: Scope, evidence: EvidenceStore): Promise<Plan> {
  const hint = await evidence.source.read(DURATIONS_KEY);
  const plan = deskPlan(
    { ...planned(scope), took: hint && tookOf(hint) },
    new Date(Date.now() + scope.callers[0].clockOffset),
  );
  say((await preflight(options.dir, scope, plan)).join("\n"));
  return plan;
}

const tookOf = (bytes: Uint8Array) => {
  try {
    return tookFrom(bytes);
  } catch {
    return undefined;
  }
};

/** The plan stands; who calls may be another than the one that stopped, as long as the accounts are the same. */
async function scopeAgain(options: CollectOptions, plan: Plan): Promise<Scope> {
  const before = (await enteredBefore(options.dir, plan)) ?? {};
  const { accounts, regions, auditors } = plan;
  const names = auditors.map(({ name }) => name);
  const { organization, ...entered } = { ...before, ...stripped(options) };
  const role = entered.role ?? (organization ? ORGANIZATION_ROLE : undefined);
  const scope = await scopeOf(
    { ...entered, ...(role ? { role } : {}), accounts, regions, auditors: names },
    (callers) => checkSameAccount(options.dir, plan, callers),
  );
  say(`going on with run ${plan.run_id} of ${plan.started_at}, as ${printable(scope.callers[0].arn)}`);
  return scope;
}

/** Credentials of another account would find its roles closed, and what they are denied would stand in the run. */
function checkSameAccount(dir: string, { run_id, desk }: Plan, callers: readonly Caller[]): void {
  const account = desk?.caller_arn.split(":")[4];
  if (!account || callers.some((each) => each.account === account)) return;
  throw new CliError(
    `run ${run_id} was begun with credentials of ${account}; these are of ${callers.map((each) => each.account).join(", ")} (${printable(callers[0]!.arn)}). Sign in to ${account} and try again, or end the run: itaudit collect --end ${dirOption(dir)}`,
  );
}

const stripped = ({ profiles, role, externalId }: ScopeOptions): ScopeOptions =>
  Object.fromEntries(Object.entries({ profiles, role, externalId }).filter(([, value]) => value !== undefined));

async function ended(options: CollectOptions, evidence: EvidenceStore, plan: Plan): Promise<Manifest> {
  const [profile] = options.profiles ?? [];
  const caller = () => findCaller({ profile, mfaCode, client: deskClient(process.env) });
  const signer = await signerOf(options.kmsKey, caller);
  // Where nothing is open, it died between its last commit and its seal.
  const open = await openTasks(runStoreIn(evidence), plan);
  const incomplete = open.length ? { requested_by: plan.requested_by } : undefined;
  return sealRun({ plan, signer, now: Date.now, evidence }, incomplete);
}

async function collect(
  options: CollectOptions,
  evidence: EvidenceStore,
  { scope, plan, signer, interrupted, module }: Collected,
): Promise<number> {
  const { callers, role } = scope;
  const [first] = callers;
  const { clockOffset } = first;
  const standing = await standingCommits(runStoreIn(evidence), plan);
  const items = plan.tasks.reduce((sum, task) => sum + plannedItems(task).length, 0);
  const shown = collecting(
    items,
    standing.flatMap(({ outcomes }) => outcomes),
  );
  const access = accessFacts(callers, role);
  const lanes = startLanes(
    { count: LANES, module },
    {
      plan: { run_id: plan.run_id, started_at: plan.started_at },
      auditors: plan.auditors.map(({ name }) => name),
      folder: options.dir,
      access,
      account: first.account,
      homeRegion: first.region,
      digestKey: await deskDigestKey(),
      apiShare: API_SHARE,
      clockOffset,
    },
    {
      open: sessionsOf(callers, access, plan.run_id, deskClient(process.env)),
      ended: ({ message }) => interrupted.stop(`the credentials have ended (${message}): sign in again`),
      finished: shown.finished,
      stop: interrupted.signal,
    },
  );
  // The database and the controls are loaded while the threads start.
  const [{ firstFindings }] = await Promise.all([import("./firstFindings.ts"), import("./showResults.ts")]);
  const found = firstFindings(options.dir, plan, scope.catalog, shown.above);
  for (const commit of standing) found.committed(commit);
  try {
    const end = await collectRun({
      plan,
      evidence,
      read: lanes.read,
      atOnce: LANES * tasksAtOnce(items / Math.max(1, plan.tasks.length)),
      signer,
      stop: interrupted.signal,
      now: () => Date.now() + clockOffset,
      leaveDurations: (text) => leave(join(options.dir, DURATIONS_KEY), text),
      committed: found.committed,
    });
    await lanes.close();
    await found.end();
    shown.end();
    const open = "open" in end ? end.open.length : 0;
    if (open || interrupted.isAskedFor()) return stopped(options, plan, open, interrupted.why() ?? "it was stopped");
    return await showRun(options, plan, interrupted);
  } finally {
    await found.end();
    shown.end();
    await lanes.close();
  }
}

/** @param items planned items of a task */
const tasksAtOnce = (items: number): number =>
  Math.min(TASKS_OF_A_LANE.most, Math.max(TASKS_OF_A_LANE.least, Math.floor(ITEMS_OF_A_LANE / items)));

async function leave(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path));
  await writeFile(path, text);
}

function stopped(options: CollectOptions, plan: Plan, open: number, why: string): number {
  const { dir, json } = options;
  if (json)
    print(JSON.stringify({ run_id: plan.run_id, run_date: runDate(plan.started_at), stopped: why, open_tasks: open }));
  say(
    open
      ? `run ${plan.run_id} is not ended: ${printable(why)}. ${open} of ${plan.tasks.length} tasks are open; nothing that was read is lost.
to go on:  itaudit collect --continue ${dirOption(dir)}
to end it: itaudit collect --end ${dirOption(dir)}   (sealed as incomplete)`
      : notShown(options, plan),
  );
  return STOPPED;
}

const notShown = ({ dir }: CollectOptions, { run_id }: Pick<Plan, "run_id">): string =>
  `run ${run_id} is sealed; its results were not shown to the end.
to see them: itaudit collect --continue ${dirOption(dir)}`;

/** As a shell takes it. */
const dirOption = (dir: string): string =>
  `--dir ${/^[\w./~:@%+-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", `'\\''`)}'`}`;
