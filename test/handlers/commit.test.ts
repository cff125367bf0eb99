import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import type { Context } from "aws-lambda";
import { type AwsClientStub, mockClient } from "aws-sdk-client-mock";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { publicKeyOf, scalarOf, signDigest } from "../../sandbox/ecdsa.ts";
import { rds } from "../../src/auditors/services/rds.ts";
import {
  finishedTaskKey,
  manifestKey,
  outcomeKey,
  outcomesPrefix,
  planKey,
  signatureKey,
} from "../../src/evidence/layout.ts";
import { plannedItems, planRun } from "../../src/evidence/plan.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import { restoreEnvironment } from "../environment.ts";

use(chaiAsPromised);

const run = "01JDT3SAPG0000000000000000";
const date = "2026-11-24";
const plan = planRun({
  runId: run,
  startedAt: new Date(`${date}T10:00:00Z`),
  requestedBy: "test",
  toolVersion: "0",
  accounts: ["111111111111", "222222222222"],
  auditors: [{ name: "rds", global: [], regional: ["AWS::RDS::DBInstance"] }],
  regions: ["eu-central-1"],
});
const payload = (index: number) => ({ run_id: run, run_date: date, task: plan.tasks[index]! });
const committed = (index: number): TaskOutcome => ({
  run_id: run,
  task: plan.tasks[index]!.id,
  attempt: "first",
  committed_at: `${date}T10:00:01.000Z`,
  outcomes: plannedItems(plan.tasks[index]!).map((item) => ({
    ...item,
    status: "collected",
    counts: {},
    errors: [],
    calls: 1,
    retries: 0,
    ms: 1,
  })),
  objects: [],
});

/** Another task has committed, and has found that it was not the last. */
const finished = (index: number) => {
  const { id } = plan.tasks[index]!;
  bucket.set(outcomeKey(run, date, id), JSON.stringify(committed(index)));
  bucket.set(finishedTaskKey(run, date, 0, id), "{}");
};

let s3: AwsClientStub<S3Client>;
let lambda: AwsClientStub<LambdaClient>;
let sts: AwsClientStub<STSClient>;
let kms: AwsClientStub<KMSClient>;
let bucket: Map<string, string>;
const scalar = scalarOf(Buffer.from("commit"));

describe("committing and sealing", () => {
  let auditor: (event: unknown, context: Context) => Promise<unknown>;
  let recorder: (event: unknown) => Promise<unknown>;
  let sealer: (event: unknown, context: Context) => Promise<unknown>;
  const context = {
    invokedFunctionArn: "arn:aws:lambda:us-east-1:999999999999:function:audit-get-meta-rds",
    awsRequestId: "request",
    getRemainingTimeInMillis: () => 60_000,
  } as Context;
  const environmentBefore = { ...process.env };

  before(async () => {
    s3 = mockClient(S3Client);
    lambda = mockClient(LambdaClient);
    sts = mockClient(STSClient);
    kms = mockClient(KMSClient);
    Object.assign(process.env, {
      AWS_REGION: "us-east-1",
      EVIDENCE_BUCKET: "evidence",
      SEALER_FUNCTION: "audit-sealer",
      CROSS_ACCOUNT_ROLE_NAME: "audit-cross-account-access-role",
      EXTERNAL_ID: "external",
      SEAL_DEADLINE_MINUTES: "240",
      SIGNING_KEY: "arn:aws:kms:us-east-1:999999999999:key/signing",
      DIGEST_KEY: "0123456789abcdef",
    });
    const { auditorHandler } = await import("../../handlers/auditor.ts");
    auditor = auditorHandler({ name: "rds", services: [rds] });
    recorder = (await import("../../handlers/recorder.ts")).handler;
    sealer = (await import("../../handlers/sealer.ts")).handler;
  });
  after(() => {
    restoreEnvironment(environmentBefore);
    for (const mock of [s3, lambda, sts, kms]) mock.restore();
  });
  beforeEach(() => {
    for (const mock of [s3, lambda, sts, kms]) mock.reset();
    kms.on(GetPublicKeyCommand).resolves({ PublicKey: publicKeyOf(scalar) });
    kms.on(SignCommand).callsFake(({ Message }) => ({ Signature: signDigest(scalar, Message) }));
    bucket = new Map([[planKey(run, date), JSON.stringify(plan)]]);
    lambda.on(InvokeCommand).resolves({});
    s3.on(PutObjectCommand).callsFake(({ Key, Body, IfNoneMatch }) => {
      if (IfNoneMatch && bucket.has(Key))
        throw Object.assign(new Error("exists"), { name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } });
      bucket.set(Key, String(Body));
      return {};
    });
    s3.on(GetObjectCommand).callsFake(({ Key }) => {
      const text = bucket.get(Key);
      if (text === undefined) throw Object.assign(new Error("none"), { name: "NoSuchKey" });
      return { Body: { transformToByteArray: async () => Buffer.from(text) } };
    });
    s3.on(ListObjectsV2Command).callsFake(({ Prefix }) => ({
      Contents: [...bucket.keys()].filter((Key) => Key.startsWith(Prefix)).map((Key) => ({ Key })),
    }));
  });

  it("a task delivered again reads nothing again, and goes straight on to sealing", async () => {
    bucket.set(outcomeKey(run, date, plan.tasks[0]!.id), JSON.stringify(committed(0)));
    finished(1);
    expect(await auditor(payload(0), context)).to.include({ committed: false, sealing: true });
    expect(sts.calls()).to.be.empty;
    const written = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.Key);
    expect(written.filter((key) => !key?.includes("/finished/"))).to.be.empty;
    expect(lambda.commandCalls(InvokeCommand)[0]!.args[0].input.FunctionName).to.equal("audit-sealer");
  });

  for (const [what, response, status] of [
    ["crashed", { errorType: "Error", errorMessage: "boom" }, "failed"],
    ["ran out of memory", { errorType: "Runtime.OutOfMemory", errorMessage: "signal: killed" }, "failed"],
    ["timed out", { errorMessage: "2026-11-24 Task timed out after 900.00 seconds" }, "timed-out"],
  ] as const) {
    it(`a task that ${what} for good has an outcome for every planned item, and the last one out starts sealing`, async () => {
      finished(1);
      const record = {
        version: "1.0",
        requestContext: {
          functionArn: "arn:aws:lambda:us-east-1:999999999999:function:audit-get-meta-rds:$LATEST",
          condition: "RetriesExhausted",
          approximateInvokeCount: 3,
        },
        requestPayload: payload(0),
        responsePayload: response,
      };
      expect(await recorder(record)).to.deep.equal({ recorded: true, sealing: true });
      const outcome: TaskOutcome = JSON.parse(bucket.get(outcomeKey(run, date, plan.tasks[0]!.id))!);
      expect(outcome.outcomes.map((each) => [each.account_id, each.status])).to.deep.equal([["111111111111", status]]);
    });
  }

  it("the recorder never replaces what an attempt has committed", async () => {
    const key = outcomeKey(run, date, plan.tasks[0]!.id);
    bucket.set(key, JSON.stringify(committed(0)));
    const record = {
      requestContext: {
        functionArn: "arn:aws:lambda:us-east-1:999999999999:function:audit-get-meta-rds:$LATEST",
        condition: "RetriesExhausted",
      },
      requestPayload: payload(0),
    };
    expect(await recorder(record)).to.deep.equal({ recorded: false, sealing: false });
    expect(JSON.parse(bucket.get(key)!).attempt).to.equal("first");
  });

  it("the sealer writes nothing while a task is out, and one manifest whoever races", async () => {
    bucket.set(outcomeKey(run, date, plan.tasks[0]!.id), JSON.stringify(committed(0)));
    expect(await sealer({ run_id: run, run_date: date }, context)).to.include({ sealed: false });
    expect([...bucket.keys()]).not.to.include(manifestKey(run, date));
    bucket.set(outcomeKey(run, date, plan.tasks[1]!.id), JSON.stringify(committed(1)));
    await Promise.all([1, 2, 3].map(() => sealer({ run_id: run, run_date: date }, context)));
    const manifest = JSON.parse(bucket.get(manifestKey(run, date))!);
    expect(manifest.totals).to.deep.include({ planned: 2, outcomes: { collected: 2 } });
    const sealed = bucket.get(manifestKey(run, date));
    expect(kms.commandCalls(SignCommand)[0]!.args[0].input).to.include({
      KeyId: "arn:aws:kms:us-east-1:999999999999:key/signing",
      MessageType: "DIGEST",
      SigningAlgorithm: "ECDSA_SHA_256",
    });
    expect([...bucket.keys()]).to.include(signatureKey(run, date));
    await sealer({ run_id: run, run_date: date }, context);
    expect(bucket.get(manifestKey(run, date))).to.equal(sealed);
    expect([...bucket.keys()].filter((key) => key.startsWith(outcomesPrefix(run, date)))).to.have.length(2);
  });

  it("a payload that is no task is refused by name", async () => {
    await expect(auditor({ run_id: run }, context)).to.be.rejectedWith(/run_date/);
    expect(s3.calls()).to.be.empty;
  });
});
