import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { fallDue } from "../../sandbox/schedules.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";

const DUE = new Date("2026-11-24T03:00:00Z");

describe("a scheduled run", function () {
  this.timeout(120_000);
  let running: RunningSandbox;
  let outputs: Record<string, unknown>;

  before(async () => {
    running = await startSandbox({
      ...handedIn,
      folder: mkdtempSync(join(tmpdir(), "audit-ecosystem-")),
      port: 0,
      accounts: 2,
      seed: 1,
      latency: 0,
    });
    outputs = await deploy({ endpoint: running.endpoint }, "eu-central-1", {
      name: "audit",
      account: AUDIT_ACCOUNT,
      config: { kind: "audit", accounts: "111111111111,222222222222", auditors: "iam" },
    });
  });
  after(() => running.stop());

  const runs = () =>
    [...running.sandbox.state.buckets.get(String(outputs.bucketName))!.objects.keys()].filter((key) =>
      key.endsWith("plan.json"),
    );

  it("starts at its time, and a second delivery of the same time is the same run", async () => {
    expect(fallDue(running.sandbox, running.lambda, "audit-run", DUE)).to.equal(true);
    await running.lambda.idle();
    expect(runs()).to.have.length(1);
    expect(runs()[0]).to.match(/^runs\/run_date=2026-11-24\//);
    fallDue(running.sandbox, running.lambda, "audit-run", DUE);
    await running.lambda.idle();
    expect(runs()).to.have.length(1);
  });

  it("goes on where the delivery before it died", async () => {
    const bucket = running.sandbox.state.buckets.get(String(outputs.bucketName))!;
    const [run] = runs();
    const lost = [...bucket.objects.keys()].filter(
      (key) => key.startsWith(run!.replace("plan.json", "")) && key !== run,
    );
    expect(lost).not.to.be.empty;
    for (const key of lost) bucket.objects.delete(key);
    fallDue(running.sandbox, running.lambda, "audit-run", DUE);
    await running.lambda.idle();
    expect([...bucket.objects.keys()].filter((key) => key.endsWith("manifest.json"))).to.have.length(1);
  });

  it("keeps a start that it may not deliver in the queue", async () => {
    const role = [...running.sandbox.state.roles.values()].find(({ RoleName }) => RoleName === "audit-schedule")!;
    const [name, policy] = [...role.inline][0]!;
    role.inline.set(name, policy.replace("lambda:InvokeFunction", "lambda:GetFunction"));
    expect(fallDue(running.sandbox, running.lambda, "audit-run", DUE)).to.equal(false);
    role.inline.set(name, policy);
    const queue = [...running.sandbox.state.queues.values()].find(({ arn }) => arn.endsWith(":audit-schedule-failed"))!;
    expect(queue.messages.map(({ body }) => JSON.parse(body).schedule.time)).to.deep.equal(["2026-11-24T03:00:00Z"]);
  });
});
