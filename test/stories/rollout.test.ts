import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { runOf } from "../../cli/runs.ts";
import { startRun } from "../../cli/startRun.ts";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { AUDIT_ACCOUNT, accountsOf, MANAGEMENT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { readOutcomes } from "../../src/evidence/readCommits.ts";
import { runStore } from "../../src/evidence/store.ts";

const REGION = "eu-central-1";

describe("the role rolled out to an organization", function () {
  this.timeout(120_000);
  let running: RunningSandbox;
  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-ecosystem-"));
    running = await startSandbox({ ...handedIn, folder, port: 0, accounts: 4, seed: 1, latency: 0 });
  });
  after(() => running.stop());

  it("lets the auditors into every account of the units by one stack", async () => {
    const door = { endpoint: running.endpoint };
    const audit = await deploy(door, REGION, {
      name: "audit",
      account: AUDIT_ACCOUNT,
      config: { kind: "audit", accountSource: "organizations", auditors: "iam", schedule: "off" },
    });
    const rollout = await deploy(door, REGION, {
      name: "rollout",
      account: MANAGEMENT_ACCOUNT,
      config: {
        kind: "rollout",
        organizationalUnits: "r-sbox",
        auditAccountId: AUDIT_ACCOUNT,
        externalId: String(audit.externalId),
        auditors: "iam",
      },
    });
    expect(rollout.stackSetName).to.equal("audit-ecosystem-member");
    const client = { ...door, region: REGION, credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" } };
    const started = await startRun(new LambdaClient(client), String(audit.bossName), {});
    await running.lambda.idle();
    const { run, date } = runOf(started.manifest_key);
    const store = runStore(new S3Client({ ...client, forcePathStyle: true }), started.bucket);
    const sealed = await store.readManifest(run, date);
    const statuses: Record<string, string> = {};
    for await (const { account_id, status } of readOutcomes(store.source, sealed!.manifest))
      statuses[account_id] = status;
    const active = accountsOf(running.sandbox.state.members).filter(({ state }) => state === "ACTIVE");
    expect(statuses).to.deep.equal(Object.fromEntries(active.map(({ id }) => [id, "collected"])));
  });
});
