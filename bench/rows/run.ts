import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { runOf } from "../../cli/runs.ts";
import { type Narrowing, startRun } from "../../cli/startRun.ts";
import { deployAll } from "../../estate/deployAll.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { OPEN_EVERYWHERE } from "../../sandbox/estate/regions.ts";
import { startSandbox } from "../../sandbox/server.ts";
import type { Item } from "../../src/evidence/item.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import { readObjects } from "../../src/evidence/readCommits.ts";
import { type RunStore, runStore } from "../../src/evidence/store.ts";
import { baselineEnvironment } from "../baseline/environment.ts";
import { cpuOfChildren } from "../processors.ts";
import { type Line, NotComparable, NotHere, type Row, seconds, times } from "../row.ts";

const run = promisify(execFile);
const REGION = "eu-central-1";
const ACCOUNTS = 5;
const LATENCY_MS = 40;
/** Of 20 tasks, which Lambda runs all at once: with more, two processors let calls wait beyond their time. */
const TASKS_AT_ONCE = 8;
/** Instances that live on to the next run, as they do in Lambda for a while: of each task, boss and sealer. */
const INSTANCES = 24;
/** Threads of the baseline that has them. */
const THREADS = 32;
const AUDITORS = "rds,iam,s3,ec2";
/** Runs of which the quickest counts, after one in which every function starts afresh. */
const RUNS = 8;
/** Runs of a baseline of which the quickest counts: threads need the processor too, one call after the other waits. */
const BASELINE_RUNS = { threads: 3, plain: 1 };

const Baseline = z.object({
  seconds: z.number(),
  cpu: z.number(),
  calls: z.number(),
  errors: z.record(z.string(), z.number()),
});

const ROLE = "audit-cross-account-access-role";
/** What the plain way asks for beside what the generated policy of the members grants. */
const TAGS = ["iam:ListUserTags", "iam:ListRoleTags"];

/** What a resource is told apart by, in our evidence and in a baseline's. */
type Named = Pick<Item, "account_id" | "region" | "resource_type" | "resource_id">;
const nameOf = ({ account_id, region, resource_type, resource_id }: Named): string =>
  [account_id, resource_type === "AWS::S3::Bucket" ? "global" : region, resource_type, resource_id].join(" ");

/** A whole run in real time over HTTP, against boto3 that reads the same estate. */
export const row = runRow("run", 1);

/** The row over accounts of a size: how many times as many databases and roles each has. */
export function runRow(name: string, size: number): Row {
  const title = `a run over ${ACCOUNTS} accounts × ${OPEN_EVERYWHERE.length} regions, ${AUDITORS}, ${LATENCY_MS} ms per call`;
  return {
    name,
    title: size === 1 ? title : `${title}; ${size} times the databases and roles`,
    measure: () => measured(size),
  };
}

async function measured(size: number): Promise<Line[]> {
  const version = await run("python3", ["-c", "import boto3; print(boto3.__version__)"]).catch(() => undefined);
  if (!version) throw new NotHere("this machine has no python3 with boto3: pip install boto3");
  const folder = await mkdtemp(join(tmpdir(), "bench-run-"));
  const running = await startSandbox({
    ...handedIn,
    folder,
    port: 0,
    accounts: ACCOUNTS,
    size,
    latency: LATENCY_MS,
    eventsAtOnce: TASKS_AT_ONCE,
    idleKept: INSTANCES,
  });
  try {
    return await compared(running, folder, version.stdout.trim());
  } finally {
    await running.stop();
    await rm(folder, { recursive: true });
  }
}

async function compared(
  { endpoint, sandbox, lambda: functions }: Awaited<ReturnType<typeof startSandbox>>,
  folder: string,
  boto3: string,
): Promise<Line[]> {
  const { auditAccount, members } = sandbox.state;
  const outputs = await deployAll({
    door: { endpoint },
    region: REGION,
    audit: { auditors: AUDITORS, regions: OPEN_EVERYWHERE.join(",") },
    member: { auditors: AUDITORS },
    members: members.map(({ id }) => id),
    onStack: (name) => process.stderr.write(`  deployed ${name}\n`),
  });
  const client = { endpoint, region: REGION, credentials: { accessKeyId: auditAccount, secretAccessKey: "sandbox" } };
  const lambda = new LambdaClient(client);
  const store = runStore(new S3Client({ ...client, forcePathStyle: true }), String(outputs.bucketName));

  const ours = async (narrowing: Narrowing = {}) => {
    // What follows the run before, such as its tables, is no part of this one.
    await functions.idle();
    const cpu = process.cpuUsage();
    const before = await cpuOfChildren();
    const began = performance.now();
    const started = await startRun(lambda, String(outputs.bossName), narrowing);
    const invoked = performance.now() - began;
    const manifest = await sealed(store, started.manifest_key);
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    const after = await cpuOfChildren();
    const functionsMs = before !== undefined && after !== undefined ? after - before : undefined;
    process.stderr.write(`  a run: ${seconds(ms)}, of which the boss ${seconds(invoked)}\n`);
    const { planned, outcomes } = manifest.totals;
    if (outcomes.collected !== planned)
      throw new NotComparable(`not everything was collected, so that less was read: ${JSON.stringify(outcomes)}`);
    return { ms, manifest, sandboxMs: (user + system) / 1000, functionsMs };
  };
  type Ours = Awaited<ReturnType<typeof ours>>;
  const cold = await ours();
  const warmed: Ours[] = [];
  for (let n = 0; n < RUNS; n++) warmed.push(await ours());
  const warm = warmed.reduce((a, b) => (b.ms < a.ms ? b : a));
  // A task at a time: with a processor of its own for each, as in Lambda, a run takes about as long as the longest.
  const alone: { auditor: string; ms: number }[] = [];
  for (const auditor of AUDITORS.split(",")) {
    const { ms } = await ours({ auditors: [auditor], accounts: [members[0]!.id] });
    alone.push({ auditor, ms });
  }
  const longest = alone.reduce((a, b) => (b.ms > a.ms ? b : a));
  const { items, calls } = warm.manifest.totals;
  const processors = availableParallelism();
  const processorOf = ({ sandboxMs, functionsMs }: Ours) =>
    functionsMs === undefined
      ? `the sandbox ${seconds(sandboxMs)}`
      : `the functions ${seconds(functionsMs)} and the sandbox ${seconds(sandboxMs)}, so that ${processors} processors need ${seconds((functionsMs + sandboxMs) / processors)} at least`;
  const own = new Set<string>();
  for await (const { key } of readObjects(store.source, warm.manifest)) {
    const bytes = await store.source.read(key);
    for (const line of gunzipSync(bytes!).toString().split("\n")) if (line) own.add(nameOf(JSON.parse(line) as Item));
  }

  // The baselines enter the accounts as the auditor of RDS does; its role is all that they have of the system.
  const { Role } = [...sandbox.state.functions.values()].find(({ FunctionName }) => FunctionName.endsWith("-rds"))!;
  for (const role of sandbox.state.roles.values())
    if (role.RoleName === ROLE)
      role.inline.set(
        "baseline",
        JSON.stringify({ Statement: [{ Sid: "Tags", Effect: "Allow", Action: TAGS, Resource: "*" }] }),
      );
  const boto3Run = async (way: keyof typeof BASELINE_RUNS, file: string) => {
    const before = process.cpuUsage();
    const { stdout } = await run(
      "python3",
      ["-B", fileURLToPath(new URL("../baseline/collect.py", import.meta.url)), way, file],
      {
        env: {
          PATH: process.env.PATH,
          ...baselineEnvironment({
            accounts: members.map(({ id }) => id),
            regions: OPEN_EVERYWHERE,
            role: ROLE,
            externalId: String(outputs.externalId),
            endpoint,
            homeRegion: REGION,
            accessKeyId: `${auditAccount}.${Role.split("/").at(-1)}`,
          }),
        },
      },
    );
    const { user, system } = process.cpuUsage(before);
    const baseline = Baseline.parse(JSON.parse(stdout));
    if (Object.keys(baseline.errors).length)
      throw new NotComparable(`boto3 was refused: ${JSON.stringify(baseline.errors)}`);
    return { baseline, sandboxMs: (user + system) / 1000 };
  };
  type Theirs = Awaited<ReturnType<typeof boto3Run>>;
  const lines: Line[] = [];
  const { run_id, run_date, tasks } = warm.manifest;
  const commits = await Promise.all(tasks.map(({ task }) => store.readOutcome(run_id, run_date, task)));
  const longestCalls = Math.max(
    ...commits.map((commit) => commit!.outcomes.reduce((sum, each) => sum + each.calls, 0)),
  );
  for (const [way, text, least, threads] of [
    ["threads", `boto3, ${THREADS} threads, tags from the listings`, 3, THREADS],
    ["plain", "boto3, one call after the other, a call for each resource's tags", 50, 1],
  ] as const) {
    const file = join(folder, `${way}.ndjson`);
    let quickest: Theirs | undefined;
    for (let n = 0; n < BASELINE_RUNS[way]; n++) {
      const theirs = await boto3Run(way, file);
      if (!quickest || theirs.baseline.seconds < quickest.baseline.seconds) quickest = theirs;
    }
    const { baseline, sandboxMs } = quickest!;
    const names = (await readFile(file, "utf8"))
      .split("\n")
      .flatMap((line) => (line ? nameOf(JSON.parse(line) as Named) : []));
    const theirs = new Set(names);
    const missing = [...own].filter((name) => !theirs.has(name));
    const more = [...theirs].filter((name) => !own.has(name));
    if (missing.length || more.length)
      throw new NotComparable(
        `the items are not the same: ${missing.length} only ours (${missing[0] ?? "none"}), ${more.length} only theirs (${more[0] ?? "none"})`,
      );
    const theirsMs = baseline.seconds * 1000;
    const ratio = theirsMs / warm.ms;
    // Nothing but AWS's own time: what a machine that costs nothing would take.
    const ideal = (baseline.calls * LATENCY_MS) / threads;
    lines.push({
      what: `quicker than ${text}`,
      measured: times(ratio),
      target: { text: `≥ ${least} ×`, met: ratio >= least },
      from:
        `${seconds(theirsMs)} and ${baseline.calls} calls of boto3 ${boto3} (at ${LATENCY_MS} ms a call, ${threads} at a time: ${seconds(ideal)} at least; processor: python ${seconds(baseline.cpu * 1000)}, the sandbox ${seconds(sandboxMs)}) ` +
        `against ${seconds(warm.ms)} and ${calls} calls (the longest task has ${longestCalls}; processor: ${processorOf(warm)}); ` +
        `the same ${items} items`,
    });
    lines.push({
      what: "the same against a run in which every function starts afresh",
      measured: times(theirsMs / cold.ms),
      from: `${seconds(cold.ms)}; processor: ${processorOf(cold)}`,
    });
    lines.push({
      what: "the same against the longest run of one task alone",
      measured: times(theirsMs / longest.ms),
      from: `from the boss's invocation to the seal: ${alone.map(({ auditor, ms }) => `${auditor} ${seconds(ms)}`).join(", ")}; Lambda gives each of the ${warm.manifest.tasks.length} tasks a processor, this machine all of them ${processors}`,
    });
  }
  return lines;
}

async function sealed(store: RunStore, key: string): Promise<Manifest> {
  const { run: id, date } = runOf(key);
  for (;;) {
    const read = await store.readManifest(id, date);
    if (read) return read.manifest;
    await wait(20);
  }
}
