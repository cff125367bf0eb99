import { expect } from "chai";
import fc from "fast-check";
import { buildManifest, CoverageError } from "../../evidence/manifest.ts";
import { type Plan, plannedItems, planRun, sha256 } from "../../evidence/plan.ts";
import type { TaskOutcome } from "../../evidence/taskOutcome.ts";

const accounts = (count: number) => Array.from({ length: count }, (_, i) => String(100000000001 + i));
const plan = (count: number, auditors: string[] = ["rds", "iam"]): Plan =>
  planRun({
    runId: "01JDT3SAPG0000000000000000",
    startedAt: new Date("2026-11-24T10:00:00Z"),
    requestedBy: "test",
    toolVersion: "0",
    accounts: accounts(count),
    auditors: auditors.map((name) => ({
      name,
      global: name === "iam" ? ["AWS::IAM::User"] : [],
      regional: name === "iam" ? [] : ["AWS::RDS::DBInstance"],
    })),
    regions: ["eu-central-1", "us-east-1"],
  });
const commitAll = (of: Plan): TaskOutcome[] =>
  of.tasks.map((task) => ({
    run_id: of.run_id,
    task: task.id,
    attempt: "a",
    committed_at: "2026-11-24T10:00:01.000Z",
    outcomes: plannedItems(task).map((item) => ({
      ...item,
      status: "collected" as const,
      counts: {},
      errors: [],
      calls: 1,
      retries: 0,
      ms: 1,
    })),
    objects: [],
  }));

describe("plan", () => {
  it("plans each (auditor, account, region) exactly once, global auditors once an account, in at most about 500 tasks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1500 }), (count) => {
        const made = plan(count);
        const keys = made.tasks.flatMap(plannedItems).map((item) => Object.values(item).join(" "));
        expect(new Set(keys).size).to.equal(keys.length);
        expect(keys.length).to.equal(count * 3);
        expect(made.tasks.length).to.be.at.most(502);
        expect(new Set(made.tasks.map(({ id }) => id)).size).to.equal(made.tasks.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe("manifest", () => {
  it("counts every outcome and carries the hash of the plan's bytes", () => {
    const of = plan(3);
    const manifest = buildManifest(of, JSON.stringify(of), commitAll(of), new Date(0));
    expect(manifest.totals.planned).to.equal(9);
    expect(manifest.totals.outcomes).to.deep.equal({ collected: 9 });
    expect(manifest.plan_sha256).to.equal(sha256(JSON.stringify(of)));
  });

  for (const [what, spoil, problem] of [
    ["a planned item has no outcome", (all: TaskOutcome[]) => all[0]!.outcomes.pop(), /no outcome for: rds/],
    [
      "an item has two outcomes",
      (all: TaskOutcome[]) => all[0]!.outcomes.push(all[0]!.outcomes[0]!),
      /more than one outcome for: rds/,
    ],
    [
      "an outcome was never planned",
      (all: TaskOutcome[]) => all[0]!.outcomes.push({ ...all[0]!.outcomes[0]!, region: "mars-north-1" }),
      /not planned: rds 100000000001 mars-north-1/,
    ],
  ] as const) {
    it(`is refused when ${what}`, () => {
      const of = plan(2);
      const committed = commitAll(of);
      spoil(committed);
      expect(() => buildManifest(of, "", committed, new Date(0))).to.throw(CoverageError, problem);
    });
  }
});
