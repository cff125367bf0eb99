import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import { Unsigned } from "../../sandbox/unsigned.ts";
import type { EvidenceObject, Outcome } from "../../src/evidence/outcome.ts";
import { type Plan, plannedItems, planRun, type Task } from "../../src/evidence/plan.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";

export const BUCKET = "evidence";
export const RUN = "01JDT3SAPG0000000000000000";
export const DATE = "2026-11-24";

/** An S3 of this process with an empty bucket, and how many requests it has answered by operation. */
export async function emptyBucket() {
  const requests: Record<string, number> = {};
  const sandbox = createSandbox(populate(1, 1), {
    ...handedIn,
    now: Date.now,
    random: randomOf("bucket"),
    invoke: { now: async () => ({ payload: null }), later: () => undefined },
  });
  const door = inProcess(sandbox);
  const client = {
    region: "eu-central-1",
    credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
    requestHandler: door as never,
    sha256: Unsigned,
  };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  s3.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        requests[commandName ?? ""] = (requests[commandName ?? ""] ?? 0) + 1;
        return next(args);
      },
    { step: "initialize" },
  );
  const objects = () => sandbox.state.buckets.get(BUCKET)!.objects;
  return { s3, client, sandbox, requests, objects, keys: () => [...objects().keys()].sort() };
}

export const planOf = (accounts: number, runId = RUN, auditors: string[] = ["rds", "iam"]): Plan =>
  planRun({
    runId,
    startedAt: new Date(`${DATE}T10:00:00Z`),
    requestedBy: "test",
    toolVersion: "0",
    accounts: Array.from({ length: accounts }, (_, i) => String(100000000001 + i)),
    auditors: auditors.map((name) => ({
      name,
      global: name === "iam" ? ["AWS::IAM::User"] : [],
      regional: name === "iam" ? [] : ["AWS::RDS::DBInstance"],
    })),
    regions: ["eu-central-1", "us-east-1"],
  });

export const collected = (items: ReturnType<typeof plannedItems>): Outcome[] =>
  items.map((item) => ({ ...item, status: "collected", counts: {}, errors: [], calls: 1, retries: 0, ms: 1 }));

export const commitOf = (plan: Plan, task: Task, objects: EvidenceObject[] = []): TaskOutcome => ({
  run_id: plan.run_id,
  task: task.id,
  attempt: "a",
  committed_at: `${DATE}T10:00:01.000Z`,
  outcomes: collected(plannedItems(task)),
  objects,
});
