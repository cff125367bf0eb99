import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { type AwsSecurityFinding, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import type { SandboxState } from "../../sandbox/state.ts";
import { notifierFindings } from "../../src/doctor/notifierFindings.ts";
import { deployed, REGION, type System, systemOver, told } from "./system.ts";

const MEMBER = "111111111111";
const CONTROL = "s3-bucket-public-access-blocked";
const TOPIC = `arn:aws:sns:${REGION}:${AUDIT_ACCOUNT}:findings`;
const WEBHOOK = "https://hooks.example.com/services/T00/B00/a-secret";

/** What each channel was told, as numbers of findings or their resources. */
interface Heard {
  topic: string[];
  webhook: string[];
  events: [type: string, bucket: string][];
}

describe("people are told of findings", function () {
  this.timeout(120_000);
  let beginning: SandboxState;
  let system: System;
  /** Status codes with which the webhook answers next; 200 when there are none. */
  let webhook: number[];
  let posted: string[];

  before(async () => {
    const common = { externalId: "an-external-id", auditors: "s3" };
    const audit = {
      ...common,
      kind: "audit",
      accounts: MEMBER,
      bucketName: "evidence-audit",
      schedule: "off",
      notifyTopicArn: TOPIC,
      notifyEventBus: "default",
      notifySecurityHub: "true",
      notifyWebhookParameter: "/audit/webhook",
    };
    beginning = await deployed(1, [
      { account: AUDIT_ACCOUNT, config: audit },
      { account: MEMBER, config: { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT } },
    ]);
    const ARN = `arn:aws:ssm:${REGION}:${AUDIT_ACCOUNT}:parameter/audit/webhook`;
    beginning.topics.set(TOPIC, []);
    beginning.securityHubs.set(`arn:aws:securityhub:${REGION}:${AUDIT_ACCOUNT}:hub/default`, new Map());
    beginning.parameters.set(ARN, {
      Name: "/audit/webhook",
      Type: "SecureString",
      Value: WEBHOOK,
      Version: 1,
      ARN,
      LastModifiedDate: new Date(0),
    });
  });

  beforeEach(() => {
    webhook = [];
    posted = [];
    const fetch: typeof globalThis.fetch = async (address, request) => {
      expect(String(address)).to.equal(WEBHOOK);
      const status = webhook.shift() ?? 200;
      if (status === 200) posted.push(JSON.parse(String(request?.body)).text);
      return new Response(null, { status });
    };
    system = systemOver(beginning, { controls: [CONTROL], web: { fetch, wait: async () => undefined } });
  });

  /** A run, and what it led to. */
  async function run(): Promise<Heard> {
    const { state } = system.sandbox;
    state.topics.set(TOPIC, []);
    state.busEvents.splice(0);
    posted.splice(0);
    system.trouble.splice(0);
    await system.run("audit-boss", { regions: [REGION] });
    return {
      topic: state.topics.get(TOPIC)!.map(({ subject }) => subject),
      webhook: posted.map((text) => text.split("\n")[0]!.replace(/ in run .*/, "")),
      events: state.busEvents.map(({ detailType, detail }) => [
        detailType,
        (detail as { resource_id: string }).resource_id,
      ]),
    };
  }
  const buckets = () => [...system.sandbox.state.buckets.values()].filter(({ owner }) => owner === MEMBER);
  const isClosed = (name: string): boolean => {
    const blocked = system.sandbox.state.buckets.get(name)!.configuration.get("GetPublicAccessBlock") as
      | { PublicAccessBlockConfiguration: { RestrictPublicBuckets: boolean } }
      | undefined;
    return blocked?.PublicAccessBlockConfiguration.RestrictPublicBuckets ?? false;
  };
  const set = (name: string, closed: boolean) =>
    system.sandbox.state.buckets.get(name)!.configuration.set("GetPublicAccessBlock", {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: closed,
      },
    });
  const imported = (): AwsSecurityFinding[] => [...[...system.sandbox.state.securityHubs.values()][0]!.values()];
  const NOTHING: Heard = { topic: [], webhook: [], events: [] };
  const one = "1 new finding (1 high)";

  /** A system whose first run has been told, and a bucket of its member that is closed. */
  async function settled(): Promise<string> {
    const closed = buckets().find(({ name }) => isClosed(name))!.name;
    await run();
    expect(system.trouble).to.deep.equal([]);
    return closed;
  }

  it("all of them after the first run, the new one after the next, and nothing when nothing is new", async () => {
    const open = buckets()
      .map(({ name }) => name)
      .filter((name) => !isClosed(name));
    expect(open).not.to.be.empty;
    const first = await run();
    expect(system.trouble).to.deep.equal([]);
    const all = `${open.length} new finding${open.length > 1 ? "s" : ""} (${open.length} high)`;
    expect(first.topic).to.deep.equal([`Audit: ${all}`]);
    expect(first.webhook).to.deep.equal([all]);
    expect(first.events.sort()).to.deep.equal(open.map((name) => ["Audit Finding", name]).sort());
    expect(
      imported()
        .map(({ Resources }) => Resources![0]!.Id)
        .sort(),
    ).to.deep.equal(open.map((name) => `arn:aws:s3:::${name}`).sort());

    const closed = buckets().find(({ name }) => isClosed(name))!.name;
    set(closed, false);
    expect(await run()).to.deep.equal({
      topic: [`Audit: ${one}`],
      webhook: [one],
      events: [["Audit Finding", closed]],
    });
    expect(await run()).to.deep.equal(NOTHING);
    expect(imported()).to.have.length(open.length + 1);
  });

  it("once more when one is back after it was gone; those that keep findings hear of its end", async () => {
    const bucket = await settled();
    set(bucket, false);
    await run();
    set(bucket, true);
    expect(await run()).to.deep.equal({ ...NOTHING, events: [["Audit Finding Ended", bucket]] });
    const ofBucket = () => imported().find(({ Resources }) => Resources![0]!.Id === `arn:aws:s3:::${bucket}`)!;
    expect(ofBucket()).to.deep.include({ RecordState: "ARCHIVED", Compliance: { Status: "PASSED" } });
    set(bucket, false);
    expect((await run()).topic).to.deep.equal([`Audit: ${one}`]);
    expect(ofBucket()).to.deep.include({ RecordState: "ACTIVE", AwsAccountId: AUDIT_ACCOUNT });
    expect(ofBucket().Resources![0]!.Type).to.equal("AwsS3Bucket");
  });

  it("never of an end, where the run could not look", async () => {
    await settled();
    const role = [...system.sandbox.state.roles.values()].find(
      ({ account, RoleName }) => account === MEMBER && RoleName === "audit-cross-account-access-role",
    )!;
    const { attached } = role;
    role.attached = new Set();
    expect(await run()).to.deep.equal(NOTHING);
    expect(told(system, "evidence-audit").outcomes.map(({ status }) => status)).to.include("denied");
    role.attached = attached;
    expect(await run()).to.deep.equal(NOTHING);
    expect(imported().map(({ RecordState }) => RecordState)).to.not.include("ARCHIVED");
  });

  it("by the other channels where one is down, and by that one later; its secret stands in no message", async () => {
    const bucket = await settled();
    set(bucket, false);
    webhook = [500, 503, 429, 500];
    const heard = await run();
    expect(heard).to.deep.equal({ topic: [`Audit: ${one}`], webhook: [], events: [["Audit Finding", bucket]] });
    expect(system.trouble.join()).to.include("webhook").and.not.include("hooks.example.com");
    const failed = [...system.sandbox.state.queues.values()].find(({ arn }) => arn.endsWith("audit-notifier-failed"))!;
    expect(failed.messages).to.have.length(1);
    expect(failed.messages[0]!.body).not.to.include("hooks.example.com");
    expect(await run()).to.deep.equal({ ...NOTHING, webhook: [one] });
    const { environment } = system.function("audit-notifier");
    expect(JSON.stringify(environment)).not.to.include("hooks.example.com");
  });

  it("once, however often a run is delivered, and not of a run that was overtaken", async () => {
    const bucket = await settled();
    set(bucket, false);
    await run();
    const { objects } = system.sandbox.state.buckets.get("evidence-audit")!;
    const runs = [...objects.keys()].flatMap((key) => {
      const [, run_date, run_id] = /run_date=([^/]+)\/run_id=([^/]+)\/manifest\.json$/.exec(key) ?? [];
      return run_id ? [{ run_id, run_date }] : [];
    });
    expect(runs).to.have.length(2);
    posted.splice(0);
    for (const each of runs) await system.run("audit-notifier", each);
    expect(posted).to.deep.equal([]);
    expect(system.sandbox.state.topics.get(TOPIC)).to.have.length(1);
    expect(system.trouble).to.deep.equal([]);
  });

  /** What the doctor says of the channels. */
  async function examined(): Promise<{ says: string[]; remedies: (string | undefined)[] }> {
    const client = <T>(Client: new (config: object) => T): T =>
      new Client({
        region: REGION,
        requestHandler: inProcess(system.sandbox),
        credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
        maxAttempts: 1,
      });
    const findings = await notifierFindings(
      {
        lambda: client(LambdaClient),
        sns: client(SNSClient),
        events: client(EventBridgeClient),
        securityHub: client(SecurityHubClient),
        ssm: client(SSMClient),
        sqs: client(SQSClient),
      },
      "audit-notifier",
      REGION,
    );
    return {
      says: findings.map(({ verdict, message }) => `${verdict}: ${message}`),
      remedies: findings.flatMap(({ verdict, remedy }) => (verdict === "problem" ? [remedy] : [])),
    };
  }

  it("the doctor finds channels that can hear, and reads no secret", async () => {
    const { says } = await examined();
    expect(says).to.deep.equal([
      "note: nobody has subscribed to the topic findings",
      "note: no rule of the event bus default takes events to anybody",
      "ok: Security Hub is enabled",
      "ok: the parameter /audit/webhook is there, encrypted",
      "ok: no run waits in its queue",
    ]);
    expect(says.join()).not.to.include(WEBHOOK);
  });

  it("the doctor finds channels that are gone, with what to do", async () => {
    const { state } = system.sandbox;
    state.topics.clear();
    state.securityHubs.clear();
    [...state.parameters.values()].find(({ Name }) => Name === "/audit/webhook")!.Type = "String";
    const [queue] = [...state.queues.values()].filter(({ arn }) => arn.endsWith(":audit-notifier-failed"));
    queue!.messages.push({ id: "1", body: "{}" });
    const fn = [...state.functions.values()].find(({ FunctionName }) => FunctionName === "audit-notifier")!;
    fn.environment.EVENT_BUS = `arn:aws:events:${REGION}:${AUDIT_ACCOUNT}:event-bus/findings`;
    const troubled = await examined();
    expect(troubled.says).to.deep.equal([
      `problem: the topic ${TOPIC} is not there`,
      "problem: the event bus findings is not there",
      "problem: Security Hub is not enabled in the audit account and region: it takes no findings",
      "problem: the webhook's address in /audit/webhook is not encrypted: the parameter is a String",
      "problem: people were not told of all findings: a run waits in the queue audit-notifier-failed",
    ]);
    for (const remedy of troubled.remedies) expect(remedy).to.match(/^(aws|pulumi|repair) /);
    state.parameters.clear();
    state.queues.clear();
    fn.environment.TOPIC_ARN = `arn:aws:sns:us-east-1:${AUDIT_ACCOUNT}:findings`;
    expect((await examined()).says).to.include.members([
      `problem: the topic arn:aws:sns:us-east-1:${AUDIT_ACCOUNT}:findings is in us-east-1, and the notifier publishes in ${REGION}`,
      "problem: the parameter /audit/webhook with the webhook's address is not there",
      "problem: the queue audit-notifier-failed, which keeps what could not be told, is not there",
    ]);
  });

  it("the doctor says nothing of a notifier that is not deployed", async () => {
    const { functions } = system.sandbox.state;
    for (const [arn, { FunctionName }] of functions) if (FunctionName === "audit-notifier") functions.delete(arn);
    expect((await examined()).says).to.deep.equal([]);
  });
});
