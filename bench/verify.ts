/**
 * Verifying one run of many objects: time and memory. The evidence is made up as it is read, so that what is measured
 * is the verifier and not a disk.
 * `node --import=tsx bench/verify.ts 1000000`
 */

import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { canonicalJson } from "../evidence/canonicalJson.ts";
import { chainKey, evidenceKey, manifestKey, outcomeKey, planKey } from "../evidence/layout.ts";
import { ManifestBuilder, TaskTally } from "../evidence/manifest.ts";
import { type Plan, plannedItems, sha256, TASKS_PER_GROUP, type Task } from "../evidence/plan.ts";
import type { EvidenceSource } from "../evidence/source.ts";
import { verify } from "../evidence/verify.ts";

const OBJECTS = Number(process.argv[2] ?? 100_000);
const TYPES = 20;
const RUN = "01KAVN2Q800000000000000000";
const DATE = "2026-11-24";
const TASKS = Math.ceil(OBJECTS / TYPES);

const typeOf = (index: number) => `AWS::Bench::Type${String(index).padStart(2, "0")}`;
const idOf = (index: number) => `bench-${String(index).padStart(6, "0")}`;
const body = gzipSync('{"resource_id":"one"}\n{"resource_id":"two"}\n');
const hash = sha256(body);

const tasks = Array.from({ length: TASKS }, (_none, index): Task => {
  const group = Math.floor(index / TASKS_PER_GROUP);
  return {
    id: idOf(index),
    auditor: "bench",
    accounts: [String(100_000_000_000 + index)],
    regions: ["eu-central-1"],
    group: {
      index: group,
      tasks: Math.min(TASKS_PER_GROUP, TASKS - group * TASKS_PER_GROUP),
      of: Math.ceil(TASKS / TASKS_PER_GROUP),
    },
  };
});
const plan: Plan = {
  run_id: RUN,
  started_at: `${DATE}T10:00:00.000Z`,
  requested_by: "bench",
  tool_version: "0",
  accounts: [],
  excluded: [],
  auditors: [],
  regions: ["eu-central-1"],
  tasks,
};
const commitBytes = (task: Task): Buffer =>
  Buffer.from(
    JSON.stringify({
      run_id: RUN,
      task: task.id,
      attempt: "a",
      committed_at: `${DATE}T10:00:01.000Z`,
      outcomes: plannedItems(task).map((item) => ({
        ...item,
        status: "collected",
        counts: Object.fromEntries(Array.from({ length: TYPES }, (_none, type) => [typeOf(type), 2])),
        errors: [],
        calls: 1,
        retries: 0,
        ms: 1,
      })),
      objects: Array.from({ length: TYPES }, (_none, type) => ({
        key: evidenceKey(typeOf(type), RUN, DATE, task.id, "a"),
        resource_type: typeOf(type),
        bytes: body.length,
        items: 2,
        sha256: hash,
      })),
    }),
  );
const planBytes = Buffer.from(JSON.stringify(plan));
const builder = new ManifestBuilder(plan, planBytes);
for (const task of tasks) {
  const tally = new TaskTally(task);
  const bytes = commitBytes(task);
  tally.add(JSON.parse(bytes.toString()), outcomeKey(RUN, DATE, task.id), bytes);
  builder.add(tally);
}
const link = { sequence: 1, run_id: RUN, run_date: DATE, claimed_at: `${DATE}T10:00:02.000Z` };
const manifest = Buffer.from(builder.seal(link, null, null, undefined).text);

function bytesOf(key: string): Uint8Array | undefined {
  if (key.startsWith("evidence/")) return body;
  if (key === manifestKey(RUN, DATE)) return manifest;
  if (key === planKey(RUN, DATE)) return planBytes;
  if (key === chainKey(1)) return Buffer.from(canonicalJson(link));
  const task = /outcomes\/bench-(\d+)\.json$/.exec(key)?.[1];
  return task ? commitBytes(tasks[Number(task)]!) : undefined;
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
    if (prefix.startsWith("runs/chain/")) yield { key: chainKey(1), bytes: 1 };
    else if (prefix.startsWith("evidence/"))
      for (let type = 0; type < TYPES; type++)
        for (const task of tasks) yield { key: evidenceKey(typeOf(type), RUN, DATE, task.id, "a"), bytes: body.length };
    else {
      yield { key: manifestKey(RUN, DATE), bytes: manifest.length };
      for (const task of tasks) yield { key: outcomeKey(RUN, DATE, task.id), bytes: 1 };
      yield { key: planKey(RUN, DATE), bytes: planBytes.length };
    }
  },
};

const megabytes = (bytes: number) => Math.round(bytes / 1e6);
const before = process.memoryUsage.rss();
let peak = before;
const started = performance.now();
const problems: Record<string, number> = {};
const verdict = await verify({
  source,
  keys: async () => undefined,
  run: "all",
  violation: ({ kind }) => {
    problems[kind] = (problems[kind] ?? 0) + 1;
  },
  notice: () => undefined,
  progress: (checked) => {
    if (checked % 1000 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  },
});
process.stdout.write(
  `${verdict.objects} objects, ${verdict.items} items: ${((performance.now() - started) / 1000).toFixed(1)} s; ` +
    `resident ${megabytes(before)} MB before, ${megabytes(peak)} MB at most; manifest ${megabytes(manifest.length)} MB; ` +
    `${JSON.stringify(problems)} (not signed, by construction)\n`,
);
