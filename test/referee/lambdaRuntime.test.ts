import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { runtimeClient } from "./runtimeClient/installed.mjs";

const REGION = "eu-central-1";
const MEMBER = "111111111111";
const TOPIC = `arn:aws:sns:${REGION}:${AUDIT_ACCOUNT}:findings`;
const BOOTSTRAP = fileURLToPath(new URL("./runtimeClient/bootstrap.mjs", import.meta.url));

/** A bucket as AWS Config records it, and asks a rule about it. */
const CONFIG_EVENT = {
  invokingEvent: JSON.stringify({
    messageType: "ConfigurationItemChangeNotification",
    configurationItem: {
      resourceType: "AWS::S3::Bucket",
      resourceId: "b",
      ARN: "arn:aws:s3:::b",
      awsAccountId: AUDIT_ACCOUNT,
      awsRegion: REGION,
      configurationItemStatus: "OK",
      configurationItemCaptureTime: "2026-11-24T10:00:00.000Z",
      configuration: {},
      supplementaryConfiguration: {},
      tags: {},
    },
  }),
  ruleParameters: JSON.stringify({ control: "s3-bucket-versioned" }),
  resultToken: "token",
  eventLeftScope: false,
};

describe("Lambda's own runtime client in Node.js 24", function () {
  this.timeout(600_000);
  let running: RunningSandbox;
  let folder: string;
  let lambda: LambdaClient;

  const invoke = async (FunctionName: string, event: unknown) => {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }),
    );
    return { failed: FunctionError, answer: JSON.parse(Buffer.from(Payload ?? []).toString() || "null") };
  };
  const lines = (name: string): string[] => {
    const group = [...running.sandbox.state.logGroups.values()].find((each) => each.name === `/aws/lambda/${name}`);
    return (group?.lines ?? []).map(({ message }) => message);
  };
  const keys = (pattern: RegExp): string[] =>
    [...running.sandbox.state.buckets.values()]
      .filter(({ owner }) => owner === AUDIT_ACCOUNT)
      .flatMap(({ objects }) => [...objects.keys()])
      .filter((key) => pattern.test(key));

  before(async function () {
    if (!runtimeClient()) {
      if (process.env.CI) throw new Error("Lambda's runtime client is required: .ci/lambda-runtime installs it");
      console.log("      skipped: Lambda's runtime client is not on this machine (.ci/lambda-runtime installs it)");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "lambda-runtime-"));
    running = await startSandbox({ ...handedIn, folder, port: 0, accounts: 2, bootstrap: BOOTSTRAP });
    const door = { endpoint: running.endpoint };
    const client = {
      ...door,
      region: REGION,
      maxAttempts: 1,
      credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
    };
    lambda = new LambdaClient(client);
    await new SNSClient(client).send(new CreateTopicCommand({ Name: "findings" }));
    const config = {
      kind: "audit",
      accounts: MEMBER,
      auditors: "rds,iam,s3",
      regions: REGION,
      tracing: "true",
      notifyTopicArn: TOPIC,
      configRules: "true",
      sageMakerAnomalies: "true",
      cloudControlTypes: "AWS::IoT::Policy",
      cloudControlActions: "iot:ListPolicies,iot:GetPolicy",
      configAggregator: `${AUDIT_ACCOUNT}/${REGION}/organization`,
      configAggregatorTypes: "AWS::IoT::Thing",
    };
    const { externalId } = await deploy(door, REGION, { name: "audit", account: AUDIT_ACCOUNT, config });
    const { auditors, cloudControlTypes, cloudControlActions } = config;
    const member = {
      kind: "member",
      auditAccountId: AUDIT_ACCOUNT,
      externalId: String(externalId),
      auditors,
      cloudControlTypes,
      cloudControlActions,
    };
    await deploy(door, REGION, { name: "member", account: MEMBER, config: member });
  });
  after(async () => {
    await running?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it("runs a whole run as it is deployed: boss, auditors of every kind, sealer, tabulator, notifier, anomalies", async () => {
    const { failed, answer } = await invoke("audit-boss", {});
    expect(failed, JSON.stringify(answer)).to.equal(undefined);
    await running.lambda.idle();
    expect(keys(/\/manifest\.sig$/)).to.have.length(1);
    const outcomes = keys(/\/outcomes\//);
    for (const auditor of ["rds", "iam", "s3", "cloudcontrol", "configaggregator"])
      expect(
        outcomes.some((key) => key.includes(`/outcomes/${auditor}`)),
        `${auditor}: ${outcomes}\n${lines(`audit-get-meta-${auditor}`).join("\n")}`,
      ).to.equal(true);
    expect(keys(/^tables\/latest\//), lines("audit-tabulator").join("\n")).not.to.be.empty;
    expect(keys(/^notifications\//), lines("audit-notifier").join("\n")).not.to.be.empty;
    const [, run_date, run_id] = /^runs\/run_date=([\d-]+)\/run_id=(\w+)\//.exec(keys(/\/manifest\.sig$/)[0]!)!;
    const scored = await invoke("audit-anomalies", { run_id, run_date });
    expect(scored.failed, JSON.stringify(scored.answer)).to.equal(undefined);
  });

  for (const [name, event] of [
    ["audit-doctor", { accounts: [MEMBER] }],
    ["audit-watchdog", {}],
    ["audit-config-rules", CONFIG_EVENT],
  ] as const)
    it(`gets an answer of ${name}`, async () => {
      const { failed, answer } = await invoke(name, event);
      expect(failed, JSON.stringify(answer)).to.equal(undefined);
    });

  it("tells of what a handler refuses, by its name and message", async () => {
    const { failed, answer } = await invoke("audit-recorder", { none: "of Lambda's records" });
    expect(failed).to.equal("Unhandled");
    expect(answer).to.include.keys("errorType", "errorMessage", "trace");
  });

  it("has nothing to say of the functions' modules but what they log", () => {
    const { state } = running.sandbox;
    for (const { name } of state.logGroups.values())
      expect(lines(name.replace("/aws/lambda/", "")).join("\n"), name).not.to.match(
        /Runtime\.(ImportModuleError|HandlerNotFound|UserCodeSyntaxError|CallbackHandlerDeprecated)|DeprecationWarning/,
      );
  });
});
