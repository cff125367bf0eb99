import { createHash } from "node:crypto";
import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Context } from "aws-lambda";
import pLimit from "p-limit";
import { ulid } from "ulid";
import * as z from "zod";
import packageJson from "../package.json" with { type: "json" };
import { accountsFromOrganizations, accountsFromParameter, organizationsClient } from "../src/accounts/accounts.ts";
import { withCachedConfig } from "../src/collect/cachedConfig.ts";
import { completeTask } from "../src/evidence/completeTask.ts";
import { manifestKey, runDate } from "../src/evidence/layout.ts";
import {
  type Narrowed,
  type Plan,
  type PlannedAuditor,
  plannedItems,
  planRun,
  type Task,
} from "../src/evidence/plan.ts";
import { type RunStore, runStore } from "../src/evidence/store.ts";
import { notInvoked, type TaskOutcome, type Unread, unreadOutcome } from "../src/evidence/taskOutcome.ts";
import { evidenceS3, lambdaClient, WAITS } from "../src/runtime/clients.ts";
import { earlierDurations } from "../src/runtime/durations.ts";
import { invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { BossSettings, settingsFrom } from "../src/runtime/settings.ts";

/** Invocations under way at the same time. */
const INVOCATIONS_AT_ONCE = 32;

const list = z.array(z.string().min(1)).nonempty().optional();
/** The payload that narrows a run; `{}` or nothing means everything. */
const RunRequest = z.strictObject({
  accounts: list,
  auditors: list,
  regions: list,
  /** Which schedule asks, and the time it was due: the same at each delivery, and so is the run's id. */
  schedule: z.strictObject({ name: z.string().min(1), time: z.iso.datetime() }).optional(),
});

/** What the boss answers when the run has started. */
export interface RunStarted {
  run_id: string;
  tasks: number;
  planned_items: number;
  /** Tasks that could not be invoked; their outcomes say so. */
  not_started: number;
  excluded_accounts: { account_id: string; reason: string }[];
  bucket: string;
  manifest_key: string;
}

/**
 * Lambda entry point of the boss: plans a run and starts its tasks.
 * @param auditors those deployed, with their types; they are in the bundle, as an environment has 4 KB only
 */
export const bossHandler = (auditors: readonly PlannedAuditor[], runtime: Runtime = thisProcess) => {
  const s3 = evidenceS3(runtime);
  const lambda = lambdaClient(runtime);
  const ssm = withCachedConfig(new SSMClient(runtime.client(WAITS)));
  const organizations = organizationsClient(runtime.client(WAITS));
  const ec2 = withCachedConfig(new EC2Client(runtime.client(WAITS)));

  return async (event: unknown, context: Context): Promise<RunStarted> => {
    const settings = settingsFrom(BossSettings, runtime.env());
    const request = requestFrom(event);
    const names = chosen(
      "auditors",
      request.auditors,
      auditors.map(({ name }) => name),
    );
    const [listed, regions, took] = await Promise.all([
      settings.ACCOUNT_SOURCE === "organizations"
        ? accountsFromOrganizations(organizations, settings.ORGANIZATIONAL_UNITS, settings.EXCLUDE_ACCOUNTS)
        : accountsFromParameter(ssm, settings.ACCOUNTS_PARAMETER),
      settings.REGIONS.length ? settings.REGIONS : allRegions(ec2),
      earlierDurations(s3, settings.EVIDENCE_BUCKET, runtime),
    ]);
    const { schedule } = request;
    const accounts = chosen("accounts", request.accounts, listed.accounts);
    const covered = chosen("regions", request.regions, regions);
    const narrowed: Narrowed[] = [];
    if (accounts.length < listed.accounts.length) narrowed.push("accounts");
    if (names.length < auditors.length) narrowed.push("auditors");
    if (covered.length < regions.length) narrowed.push("regions");
    const startedAt = new Date(schedule?.time ?? runtime.now());
    const planned = planRun({
      runId: schedule ? scheduledRunId(schedule) : ulid(startedAt.getTime(), runtime.random),
      startedAt,
      requestedBy: schedule ? `schedule ${schedule.name}` : `${context.functionName} ${context.awsRequestId}`,
      toolVersion: packageJson.version,
      bundleSha256: settings.BUNDLE_SHA256,
      accounts,
      excluded: listed.excluded,
      organization: listed.organization,
      auditors: auditors.filter(({ name }) => names.includes(name)),
      regions: covered,
      narrowed,
      took,
    });
    log.appendKeys({ run_id: planned.run_id });
    const date = runDate(planned.started_at);
    const store = runStore(s3, settings.EVIDENCE_BUCKET);
    const { plan, done } = await opened(store, planned, date);

    const limit = pLimit(INVOCATIONS_AT_ONCE);
    let notStarted = 0;
    let sealing = false;
    const settled = async (task: Task, standing: TaskOutcome) => {
      if (await completeTask(store, date, task, standing)) sealing = true;
    };
    const start = async (task: Task) => {
      try {
        const payload = { run_id: plan.run_id, run_date: date, task };
        await invokeAsync(lambda, `${settings.AUDITOR_FUNCTION_PREFIX}${task.auditor}`, payload);
      } catch (error) {
        log.error("a task could not be invoked", { task: task.id, error: error as Error });
        notStarted += 1;
        const why: Unread = { attempt: "boss", bundleSha256: settings.BUNDLE_SHA256, ...notInvoked(error) };
        await settled(task, await store.commit(date, unreadOutcome(plan.run_id, task, why, runtime.now())));
      }
    };
    const goOn = async (task: Task) => {
      // An earlier delivery of the boss may have died between its commit for this task and the next step.
      const standing = await store.readOutcome(plan.run_id, date, task.id);
      if (standing) await settled(task, standing);
    };
    await Promise.all(plan.tasks.map((task) => limit(() => (done.has(task.id) ? goOn(task) : start(task)))));
    if (sealing) await invokeAsync(lambda, settings.SEALER_FUNCTION, { run_id: plan.run_id, run_date: date });
    return {
      run_id: plan.run_id,
      tasks: plan.tasks.length,
      planned_items: plan.tasks.reduce((sum, task) => sum + plannedItems(task).length, 0),
      not_started: notStarted,
      excluded_accounts: plan.excluded,
      bucket: settings.EVIDENCE_BUCKET,
      manifest_key: manifestKey(plan.run_id, date),
    };
  };
};

/**
 * Opens a run. A schedule is delivered at least once: where an earlier delivery has opened the run, its plan stands,
 * and only the tasks that have not committed are to be started.
 */
async function opened(store: RunStore, planned: Plan, date: string): Promise<{ plan: Plan; done: Set<string> }> {
  if (await store.writePlan(planned)) return { plan: planned, done: new Set() };
  const { plan } = await store.readPlan(planned.run_id, date);
  return { plan, done: new Set(await store.committedTasks(plan.run_id, date)) };
}

/** A ULID that the schedule's name and time decide. */
function scheduledRunId({ name, time }: { name: string; time: string }): string {
  const digits = createHash("sha256").update(`${name} ${time}`).digest();
  let at = 0;
  return ulid(Date.parse(time), () => digits[at++ % digits.length]! / 256);
}

function requestFrom(event: unknown): z.infer<typeof RunRequest> {
  const parsed = RunRequest.safeParse(event ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "payload"}: ${message}`);
  throw new Error(
    `${problems.join("; ")}. Try: {"accounts":["111111111111"],"auditors":["rds"],"regions":["eu-central-1"]}`,
  );
}

/** The requested names, each of which must be known; all known ones where nothing is requested. */
function chosen(what: string, requested: readonly string[] | undefined, known: readonly string[]): string[] {
  if (!requested) return [...known];
  const unknown = requested.filter((name) => !known.includes(name));
  if (unknown.length)
    throw new Error(`${what}: ${unknown.join(", ")} not among those configured: ${known.slice(0, 40).join(", ")}`);
  return [...new Set(requested)];
}

/** Every region of the partition, opted in to or not: which of them are closed differs from account to account. */
async function allRegions(ec2: EC2Client): Promise<string[]> {
  const { Regions } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }));
  return (Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []).sort();
}
