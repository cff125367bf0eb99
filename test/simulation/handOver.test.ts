import { expect } from "chai";
import { holdingsOf } from "../../simulation/estate.ts";
import { quietScript } from "../../simulation/script.ts";
import { type SimulationReport, simulate } from "../../simulation/simulate.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import { between } from "./broken.ts";

/** Invocations that two planned tasks go through. */
const HUNDRED = 100;

/** Open in every account. */
const REGIONS = [
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
  ...["ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"],
];
const ACCOUNTS = ["111111111111", "222222222222"];
const SEED = 5;
/** An auditor that has a quarter of a minute to read, and an account that answers in two seconds: six pages of a listing. */
const large = {
  ...quietScript(SEED),
  accounts: ACCOUNTS,
  regions: REGIONS,
  sizes: { instances: 130, groups: 2, people: 0 },
  auditorTimeout: 32,
  latency: 2_000,
};

const commitsOf = ({ documents }: SimulationReport): TaskOutcome[] =>
  [...documents].filter(([key]) => key.includes("/outcomes/")).map(([, text]) => JSON.parse(text) as TaskOutcome);
const outcomesOf = (report: SimulationReport): Outcome[] =>
  commitsOf(report)
    .flatMap(({ outcomes }) => outcomes)
    .filter(({ auditor }) => auditor === "rds");

describe("handing over", function () {
  this.timeout(300_000);

  it("covers an estate of about a hundred times what fits one invocation, and reads nothing again that is committed", async () => {
    const report = await simulate(SEED, { script: large });
    expect(report.violations).to.deep.equal([]);
    const invocations = report.tries["audit-get-meta-rds"]!;
    expect(invocations).to.be.greaterThan(HUNDRED);
    expect(outcomesOf(report).map(({ status }) => status)).to.deep.equal(
      ACCOUNTS.flatMap(() => REGIONS.map(() => "collected")),
    );
    const listings = ACCOUNTS.flatMap((account) => [
      ...holdingsOf(SEED, account, REGIONS, large.sizes).instances.values(),
    ]);
    const pages = listings.reduce((sum, all) => sum + Math.max(1, Math.ceil(all.length / 2)), 0);
    // The page of a listing that was under way at a deadline is read once more, by the task that follows.
    const carried = commitsOf(report)
      .flatMap(({ follow_ups }) => follow_ups ?? [])
      .flatMap(({ rest }) => rest!.flatMap(({ regions }) => regions));
    expect(report.requests["auditor rds DescribeDBInstances"]).to.be.within(pages, pages + carried.length);
    expect(report.largestEvent).to.be.below(200_000);
  });

  for (const [deaths, who] of [
    [1, "its next try"],
    [3, "the recorder"],
  ] as const)
    it(`is made good by ${who} when a task dies ${deaths === 1 ? "once" : "each time"} between its commit and the hand-over`, async () => {
      let left = deaths;
      const system = between(/get-meta-rds/, () => async (request, send) => {
        if (left > 0 && request.method === "POST" && request.path.includes("get-meta")) {
          left -= 1;
          throw new Error("the instance died");
        }
        return send(request);
      });
      const script = {
        ...large,
        accounts: ACCOUNTS.slice(0, 1),
        regions: REGIONS.slice(0, 2),
        sizes: { instances: 60, groups: 2, people: 0 },
      };
      const report = await simulate(SEED, { script, system });
      expect(left).to.equal(0);
      expect(report.violations).to.deep.equal([]);
      expect(commitsOf(report).some(({ task }) => task.includes("."))).to.equal(true);
      expect(outcomesOf(report).map(({ status }) => status)).to.deep.equal(["collected", "collected"]);
      expect(report.tries["audit-recorder"] ?? 0).to.equal(deaths === 3 ? 1 : 0);
    });

  it("goes on after a deadline at which calls for details and tags wait for their places in the account's rate", async () => {
    const script = {
      ...large,
      accounts: ACCOUNTS.slice(0, 1),
      regions: ["eu-central-1"],
      auditors: ["ecs"],
      sizes: { instances: 0, groups: 0, people: 0 },
      page: 100,
      latency: 60,
    };
    const definitions = 420;
    const furnish = (holdings: SimulationReport["holdings"]) =>
      void holdings.get(ACCOUNTS[0]!)!.definitions.set("eu-central-1", definitions);
    const report = await simulate(SEED, { script, furnish });
    expect(report.violations).to.deep.equal([]);
    const outcomes = commitsOf(report).flatMap((commit) => commit.outcomes);
    expect(outcomes.map(({ status, counts }) => [status, counts])).to.deep.equal([
      ["collected", { "AWS::ECS::TaskDefinition": definitions }],
    ]);
    expect(report.tries["audit-get-meta-ecs"]).to.be.greaterThan(2);
    expect(report.tries["audit-recorder"], "no task died").to.equal(undefined);
  });

  it("ends where the run is to be sealed, with what was read of an account that would take longer, and all of the others", async () => {
    const script = {
      ...quietScript(SEED),
      accounts: ACCOUNTS,
      auditors: ["rds", "ecs"],
      page: 100,
      latency: 60,
      sealDeadlineMinutes: 2,
    };
    const furnish = (holdings: SimulationReport["holdings"]) =>
      void holdings.get(ACCOUNTS[0]!)!.definitions.set("eu-central-1", 3_000);
    const report = await simulate(SEED, { script, furnish });
    expect(report.violations).to.deep.equal([]);
    const outcomes = commitsOf(report).flatMap((commit) => commit.outcomes);
    const large = outcomes.find(({ auditor, account_id }) => auditor === "ecs" && account_id === ACCOUNTS[0])!;
    expect(large).to.include({ status: "timed-out" });
    expect(large.errors.map(({ code }) => code)).to.deep.equal(["OutOfTime"]);
    // Ten a second for nine tenths of two minutes, but for the page that was under way.
    expect(large.counts["AWS::ECS::TaskDefinition"]).to.be.within(900, 1_100);
    expect(outcomes.filter((each) => each !== large).map(({ status }) => status)).to.deep.equal(
      Array.from({ length: 3 }, () => "collected"),
    );
    expect(report.took).to.be.below(120_000);
  });

  it("ends a listing that is longer than all hand-overs as timed out, with what was read of it", async () => {
    const script = {
      ...large,
      accounts: ACCOUNTS.slice(0, 1),
      regions: ["eu-central-1"],
      sizes: { instances: 4_000, groups: 2, people: 0 },
    };
    const report = await simulate(SEED, { script });
    expect(report.violations).to.deep.equal([]);
    const [outcome] = outcomesOf(report);
    expect(outcome).to.include({ status: "timed-out" });
    // Of the other types AWS said all that there is.
    expect(outcome!.errors).to.deep.include({
      operation: "HandOver",
      resource_type: "AWS::RDS::DBInstance",
      status: "timed-out",
      incomplete: "resources",
      code: "TooLarge",
      message: "not read to its end, and it cannot be handed over more than 12 times",
      times: 1,
    });
    expect(outcome!.counts["AWS::RDS::DBInstance"]).to.be.within(100, 280);
    expect(report.tries["audit-get-meta-rds"], "the planned one and 12 handed over").to.equal(13);
  });
});
