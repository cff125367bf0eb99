import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { startRun } from "../../cli/runs.ts";
import { deploy } from "../../sandbox/deploy/program.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";

const REGION = "eu-central-1";

describe("the role rolled out to an organization", function () {
  this.timeout(120_000);
  let running: RunningSandbox;
  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-ecosystem-"));
    running = await startSandbox({ folder, port: 0, accounts: 4, seed: 1, latency: 0 });
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
      account: AUDIT_ACCOUNT,
      config: {
        kind: "rollout",
        organizationalUnits: "r-sbox",
        auditAccountId: AUDIT_ACCOUNT,
        externalId: String(audit.externalId),
        auditors: "iam",
        rolloutFrom: "delegated-administrator",
      },
    });
    expect(rollout.stackSetName).to.equal("audit-ecosystem-member");
    const client = { ...door, region: REGION, credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" } };
    const started = await startRun(new LambdaClient(client), String(audit.bossName), {});
    await running.lambda.idle();
    const manifest = running.sandbox.state.buckets.get(started.bucket)!.objects.get(started.manifest_key)!.at(-1)!;
    const { outcomes } = JSON.parse(Buffer.from(manifest.body).toString());
    const active = running.sandbox.state.members.filter(({ state }) => state === "ACTIVE");
    expect(
      outcomes.map(({ account_id, status }: Record<string, string>) => `${account_id} ${status}`),
    ).to.include.members(active.map(({ id }) => `${id} collected`));
  });
});
