/**
 * Verifying many objects: time and memory. The evidence is made up as it is read, so that what is measured is the
 * verifier and not a disk, and nothing of it is kept: the process holds what the verifier holds.
 * `node --import=tsx bench/verify.ts 1000000`, and `… 1000000 50000` for runs of 50,000 tasks instead of 512.
 */

import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { canonicalJson } from "../src/evidence/canonicalJson.ts";
import { chainKey, evidenceKey, manifestKey, outcomeKey, planKey, runDocumentOf } from "../src/evidence/layout.ts";
import { type Manifest, ManifestBuilder, TaskSummary } from "../src/evidence/manifest.ts";
import { type Plan, plannedItems, sha256, TASKS_PER_GROUP, type Task } from "../src/evidence/plan.ts";
import type { EvidenceSource } from "../src/evidence/source.ts";
import { verify } from "../src/evidence/verify.ts";

const OBJECTS = Number(process.argv[2] ?? 100_000);
/** Tasks of a run: what 500 and more accounts with 16 auditors are cut into. */
const TASKS = Number(process.argv[3] ?? 512);
const TYPES = 20;
const RUNS = Math.ceil(OBJECTS / TYPES / TASKS);
const DATE = "2026-11-24";

const typeOf = (index: number) => `AWS::Bench::Type${String(index).padStart(2, "0")}`;
const taskIdOf = (index: number) => `bench-${String(index).padStart(6, "0")}`;
const runIdOf = (n: number) => `01KAVN2Q8${String(n).padStart(17, "0")}`;
const numberOf = (run: string) => Number(run.slice(9));
const body = gzipSync('{"resource_id":"one"}\n{"resource_id":"two"}\n');
const hash = sha256(body);

const taskOf = (index: number): Task => {
  const group = Math.floor(index / TASKS_PER_GROUP);
  return {
    id: taskIdOf(index),
    auditor: "bench",
    accounts: [String(100_000_000_000 + index)],
    regions: ["eu-central-1"],
    group: {
      index: group,
      tasks: Math.min(TASKS_PER_GROUP, TASKS - group * TASKS_PER_GROUP),
      of: Math.ceil(TASKS / TASKS_PER_GROUP),
    },
  };
};
const planOf = (run: number): Plan => ({
  run_id: runIdOf(run),
  started_at: `${DATE}T10:00:00.000Z`,
  requested_by: "bench",
  tool_version: "0",
  accounts: [],
  excluded: [],
  auditors: [],
  regions: ["eu-central-1"],
  tasks: Array.from({ length: TASKS }, (_none, index) => taskOf(index)),
});
const counts = Object.fromEntries(Array.from({ length: TYPES }, (_none, type) => [typeOf(type), 2]));
const commitBytes = (run: number, index: number): Buffer => {
  const task = taskOf(index);
  return Buffer.from(
    JSON.stringify({
      run_id: runIdOf(run),
      task: task.id,
      attempt: "a",
      committed_at: `${DATE}T10:00:01.000Z`,
      outcomes: plannedItems(task).map((item) => ({
        ...item,
        status: "collected",
        counts,
        errors: [],
        calls: 1,
        retries: 0,
        ms: 1,
      })),
      objects: Array.from({ length: TYPES }, (_none, type) => ({
        key: evidenceKey(typeOf(type), runIdOf(run), DATE, task.id, "a"),
        resource_type: typeOf(type),
        bytes: body.length,
        items: 2,
        sha256: hash,
      })),
    }),
  );
};
const linkOf = (run: number) => ({
  sequence: run,
  run_id: runIdOf(run),
  run_date: DATE,
  claimed_at: `${DATE}T10:00:02.000Z`,
});

/** SHA-256 of each run's manifest, by its number: what the next one names. */
const manifestHashes: string[] = [];
function manifestBytes(run: number): Buffer {
  const plan = planOf(run);
  const builder = new ManifestBuilder(plan, Buffer.from(JSON.stringify(plan)));
  for (const [index, task] of plan.tasks.entries()) {
    const summary = new TaskSummary(task);
    const bytes = commitBytes(run, index);
    summary.add(JSON.parse(bytes.toString()), outcomeKey(runIdOf(run), DATE, task.id), bytes);
    builder.add(summary);
  }
  const before = manifestHashes[run - 1];
  const previous: Manifest["previous"] = before
    ? { run_id: runIdOf(run - 1), run_date: DATE, manifest_sha256: before }
    : null;
  return Buffer.from(builder.seal({ link: linkOf(run), previous, signingKey: null, bundleSha256: undefined }).text);
}
for (let run = 1; run <= RUNS; run++) manifestHashes[run] = sha256(manifestBytes(run));

function bytesOf(key: string): Uint8Array | undefined {
  if (key.startsWith("evidence/")) return body;
  for (let run = 1; run <= RUNS; run++) if (key === chainKey(run)) return Buffer.from(canonicalJson(linkOf(run)));
  const document = runDocumentOf(key);
  if (!document) return undefined;
  const run = numberOf(document.run);
  if (document.name === "manifest.json") return manifestBytes(run);
  if (document.name === "plan.json") return Buffer.from(JSON.stringify(planOf(run)));
  const task = /^outcomes\/bench-(\d+)\.json$/.exec(document.name)?.[1];
  return task ? commitBytes(run, Number(task)) : undefined;
}
const source: EvidenceSource = {
  name: "bench",
  read: async (key) => bytesOf(key),
  open: async (key) => {
    const bytes = bytesOf(key);
    return bytes && Readable.from([bytes]);
  },
  folders: async () => [],
  list: async function* (prefix) {
    if (prefix.startsWith("runs/chain/")) for (let run = RUNS; run >= 1; run--) yield { key: chainKey(run), bytes: 1 };
    else if (prefix.startsWith("evidence/")) {
      for (let type = 0; type < TYPES; type++)
        for (let run = 1; run <= RUNS; run++)
          for (let task = 0; task < TASKS; task++)
            yield { key: evidenceKey(typeOf(type), runIdOf(run), DATE, taskIdOf(task), "a"), bytes: body.length };
    } else
      for (let run = 1; run <= RUNS; run++) {
        yield { key: manifestKey(runIdOf(run), DATE), bytes: 1 };
        for (let task = 0; task < TASKS; task++)
          yield { key: outcomeKey(runIdOf(run), DATE, taskIdOf(task)), bytes: 1 };
        yield { key: planKey(runIdOf(run), DATE), bytes: 1 };
      }
  },
};

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
const before = process.memoryUsage.rss();
const started = { at: performance.now(), cpu: process.cpuUsage() };
const problems: Record<string, number> = {};
const verdict = await verify({
  source,
  keys: async () => undefined,
  run: "all",
  violation: ({ kind }) => {
    problems[kind] = (problems[kind] ?? 0) + 1;
  },
  notice: () => undefined,
});
const { user, system } = process.cpuUsage(started.cpu);
process.stdout.write(
  `${verdict.objects} objects, ${verdict.items} items, ${verdict.runs} runs: ${((performance.now() - started.at) / 1000).toFixed(1)} s, ` +
    `${((user + system) / 1e6).toFixed(1)} s of processor; resident ${megabytes(before)} MB before, ` +
    `${megabytes(process.resourceUsage().maxRSS * 1024)} MB at most; ${JSON.stringify(problems)} (not signed, by construction)\n`,
);
