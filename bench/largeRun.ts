import { once } from "node:events";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { canonicalJson } from "../src/evidence/canonicalJson.ts";
import { chainKey, evidenceKey, manifestKey, outcomeKey, planKey } from "../src/evidence/layout.ts";
import { ManifestBuilder, TaskSummary } from "../src/evidence/manifest.ts";
import type { EvidenceObject } from "../src/evidence/outcome.ts";
import { plannedItems, planRun, sha256 } from "../src/evidence/plan.ts";
import { fileSink } from "../src/tables/fileSink.ts";

const OBJECTS = 20;
export const DATE = "2026-11-24";
export const RUNS = ["01JDT3SAPG0000000000000001", "01JDT3SAPG0000000000000002"] as const;
const type = "AWS::RDS::DBInstance";

/** About 900 bytes of configuration, one in a thousand of which is another in the second run. */
export const largeItem = (run: number, n: number): string =>
  JSON.stringify({
    run_id: RUNS[run],
    collected_at: `${DATE}T10:00:00.000Z`,
    account_id: "111111111111",
    region: "eu-central-1",
    resource_type: type,
    resource_id: `db-${n}`,
    arn: `arn:aws:rds:eu-central-1:111111111111:db:db-${n}`,
    name: `db-${n}`,
    tags: { team: `team-${n % 50}`, cost: String(n % 1000) },
    configuration: {
      DBInstanceIdentifier: `db-${n}`,
      DBInstanceClass: "db.r7g.large",
      Engine: "postgres",
      EngineVersion: run === 1 && n % 1000 === 0 ? "16.5" : "16.4",
      Endpoint: { Address: `db-${n}.abcdefghijkl.eu-central-1.rds.amazonaws.com`, Port: 5432 },
      AllocatedStorage: 20 + (n % 200),
      InstanceCreateTime: "2025-01-02T03:04:05.000Z",
      VpcSecurityGroups: [
        { VpcSecurityGroupId: `sg-${n % 500}`, Status: "active" },
        { VpcSecurityGroupId: "sg-1", Status: "active" },
      ],
      DBSubnetGroup: {
        DBSubnetGroupName: "default",
        VpcId: "vpc-1",
        Subnets: [{ SubnetIdentifier: "subnet-1" }, { SubnetIdentifier: "subnet-2" }],
      },
      MultiAZ: n % 2 === 0,
      StorageEncrypted: true,
      KmsKeyId: `arn:aws:kms:eu-central-1:111111111111:key/${n % 20}`,
      DbiResourceId: `db-ABCDEFGHIJKLMNOPQRSTUVWX${n}`,
      LatestRestorableTime: `${DATE}T09:5${run}:00.000Z`,
      TagList: [
        { Key: "team", Value: `team-${n % 50}` },
        { Key: "cost", Value: String(n % 1000) },
      ],
    },
    auditor: "rds",
    operation: "DescribeDBInstances",
  });

/**
 * Writes a sealed run of so many databases into a folder, as it stands in the bucket. The second run lacks one of them.
 * It is not signed.
 */
export async function writeRun(folder: string, run: 0 | 1, items: number): Promise<void> {
  const runId = RUNS[run];
  const plan = planRun({
    runId,
    startedAt: new Date(`${DATE}T10:00:00Z`),
    requestedBy: "bench",
    toolVersion: "0",
    accounts: ["111111111111"],
    auditors: [{ name: "rds", global: [], regional: [type] }],
    regions: ["eu-central-1"],
  });
  const objects: EvidenceObject[] = [];
  for (let part = 0; part < OBJECTS; part++) {
    const key = evidenceKey(type, runId, DATE, `rds-0000.${part}`, "a");
    const gzip = createGzip({ level: 1 });
    const chunks: Buffer[] = [];
    gzip.on("data", (chunk: Buffer) => chunks.push(chunk));
    let count = 0;
    for (let n = part; n < items; n += OBJECTS) {
      if (run === 1 && n === 7) continue;
      count += 1;
      if (!gzip.write(`${largeItem(run, n)}\n`)) await once(gzip, "drain");
    }
    gzip.end();
    await once(gzip, "end");
    const body = Buffer.concat(chunks);
    const sink = fileSink(join(folder, key));
    await sink.write(body);
    await sink.finish();
    objects.push({ key, resource_type: type, bytes: body.length, items: count, sha256: sha256(body) });
  }
  const committed = plan.tasks.map((task) => ({
    run_id: runId,
    task: task.id,
    attempt: "a",
    committed_at: `${DATE}T10:00:01.000Z`,
    outcomes: plannedItems(task).map((each) => ({
      ...each,
      status: "collected" as const,
      counts: { [type]: objects.reduce((sum, object) => sum + object.items, 0) },
      errors: [],
      calls: 1,
      retries: 0,
      ms: 1,
    })),
    objects,
  }));
  const write = async (key: string, text: string) => {
    const sink = fileSink(join(folder, key));
    await sink.write(Buffer.from(text));
    await sink.finish();
  };
  const planText = JSON.stringify(plan);
  await write(planKey(runId, DATE), planText);
  const builder = new ManifestBuilder(plan, Buffer.from(planText));
  for (const [index, task] of plan.tasks.entries()) {
    const key = outcomeKey(runId, DATE, task.id);
    const text = JSON.stringify(committed[index]);
    await write(key, text);
    const summary = new TaskSummary(task);
    summary.add(committed[index]!, key, Buffer.from(text));
    builder.add(summary);
  }
  const link = { sequence: 1, run_id: runId, run_date: DATE, claimed_at: `${DATE}T10:00:02.000Z` };
  await write(chainKey(1), canonicalJson(link));
  await write(
    manifestKey(runId, DATE),
    builder.seal({ link, previous: null, signingKey: null, bundleSha256: undefined }).text,
  );
}
