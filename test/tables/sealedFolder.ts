import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { plannedAuditor } from "../../src/auditors/collector.ts";
import { rds } from "../../src/auditors/services/rds.ts";
import { evidenceJson, type Item } from "../../src/evidence/item.ts";
import { evidenceKey, manifestKey, outcomeKey, planKey } from "../../src/evidence/layout.ts";
import { ManifestBuilder, TaskSummary } from "../../src/evidence/manifest.ts";
import type { EvidenceObject, Outcome } from "../../src/evidence/outcome.ts";
import {
  type Narrowed,
  type Plan,
  type PlannedAuditor,
  plannedItems,
  planRun,
  sha256,
} from "../../src/evidence/plan.ts";

export const FIRST_RUN = "01JDT3SAPG0000000000000001";
export const SECOND_RUN = "01JDT3SAPG0000000000000002";

let current: string;
/** The running test's folder. */
export const folder = (): string => current;

/** Gives each test of the suite that asks for it a folder, gone afterwards. */
export function folderForEachTest(): void {
  beforeEach(async () => {
    current = await mkdtemp(join(tmpdir(), "tables-"));
  });
  afterEach(() => rm(current, { recursive: true }));
}

export interface RunSpec {
  run?: string;
  date?: string;
  accounts?: string[];
  regions?: string[];
  auditors?: PlannedAuditor[];
  narrowed?: Narrowed[];
  items?: Partial<Item>[];
  /** Laid over the outcome of the planned items that it says yes to. */
  outcome?: (item: { auditor: string; account_id: string; region: string }) => Partial<Outcome> | undefined;
  /** False: everything but the manifest. */
  sealed?: boolean;
}

const itemOf = (run: string, item: Partial<Item>): Item => ({
  run_id: run,
  collected_at: "2026-11-24T10:00:00.000Z",
  account_id: "111111111111",
  region: "eu-central-1",
  resource_type: "AWS::RDS::DBInstance",
  resource_id: "orders",
  arn: `arn:aws:rds:${item.region ?? "eu-central-1"}:${item.account_id ?? "111111111111"}:db:${item.resource_id ?? "orders"}`,
  name: item.resource_id ?? "orders",
  tags: {},
  configuration: {},
  auditor: "rds",
  operation: "DescribeDBInstances",
  ...item,
});

/** Writes a run into a folder as the functions of the system leave it in the bucket. */
export async function writeRun(into: string, spec: RunSpec = {}): Promise<Plan> {
  const run = spec.run ?? FIRST_RUN;
  const date = spec.date ?? "2026-11-24";
  const put = async (key: string, body: string | Uint8Array) => {
    const path = join(into, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  };
  const plan = planRun({
    runId: run,
    startedAt: new Date(`${date}T10:00:00Z`),
    requestedBy: "test",
    toolVersion: "0",
    accounts: spec.accounts ?? ["111111111111"],
    auditors: spec.auditors ?? [plannedAuditor({ name: "rds", services: [rds] })],
    regions: spec.regions ?? ["eu-central-1"],
    narrowed: spec.narrowed ?? [],
  });
  const byType = new Map<string, Item[]>();
  for (const item of (spec.items ?? []).map((each) => itemOf(run, each)))
    byType.set(item.resource_type, [...(byType.get(item.resource_type) ?? []), item]);
  const objects: EvidenceObject[] = [];
  for (const [type, items] of byType) {
    const key = evidenceKey(type, run, date, plan.tasks[0]!.id, "a");
    const body = gzipSync(items.map((item) => `${evidenceJson(item)}\n`).join(""));
    await put(key, body);
    objects.push({ key, resource_type: type, bytes: body.length, items: items.length, sha256: sha256(body) });
  }
  const committed = plan.tasks.map((task, index) => ({
    run_id: run,
    task: task.id,
    attempt: "a",
    committed_at: `${date}T10:00:01.000Z`,
    outcomes: plannedItems(task).map((item) => ({
      ...item,
      status: "collected" as const,
      counts: {},
      errors: [],
      calls: 1,
      retries: 0,
      ms: 1,
      ...spec.outcome?.(item),
    })),
    objects: index === 0 ? objects : [],
  }));
  const planText = JSON.stringify(plan);
  await put(planKey(run, date), planText);
  const builder = new ManifestBuilder(plan, Buffer.from(planText));
  for (const [index, task] of plan.tasks.entries()) {
    const summary = new TaskSummary(task);
    const bytes = Buffer.from(JSON.stringify(committed[index]));
    await put(outcomeKey(run, date, task.id), bytes);
    summary.add(committed[index]!, outcomeKey(run, date, task.id), bytes);
    builder.add(summary);
  }
  const link = { sequence: 1, run_id: run, run_date: date, claimed_at: `${date}T10:00:02.000Z` };
  if (spec.sealed !== false)
    await put(
      manifestKey(run, date),
      builder.seal({ link, previous: null, signingKey: null, bundleSha256: undefined }).text,
    );
  return plan;
}
