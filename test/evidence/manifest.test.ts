import { expect } from "chai";
import fc from "fast-check";
import { CoverageError, ManifestBuilder, TaskSummary } from "../../src/evidence/manifest.ts";
import { type Plan, plannedItems, sha256, TASKS_PER_GROUP, type Task } from "../../src/evidence/plan.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import { commitOf, planOf } from "./bucket.ts";

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const link = { sequence: 1, run_id: "run", run_date: "2026-11-24", claimed_at: "2026-11-24T10:00:02.000Z" };

function summaryOf(planned: Task, commits: TaskOutcome[], missing: Task[] = []): TaskSummary {
  const summary = new TaskSummary(planned);
  for (const commit of commits) summary.add(commit, commit.task, bytesOf(commit));
  for (const task of missing) summary.lacks(task);
  return summary;
}

function built(plan: Plan, spoil: (all: TaskOutcome[]) => void = () => undefined) {
  const committed = plan.tasks.map((task) => commitOf(plan, task));
  spoil(committed);
  const builder = new ManifestBuilder(plan, bytesOf(plan));
  for (const [index, planned] of plan.tasks.entries()) {
    builder.add(summaryOf(planned, [committed[index]!]));
  }
  return builder.seal({ link, previous: null, signingKey: null, bundleSha256: undefined }).manifest;
}

describe("plan", () => {
  it("plans each (auditor, account, region) exactly once, global auditors once an account, in at most about 500 tasks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1500 }), (count) => {
        const made = planOf(count);
        const keys = made.tasks.flatMap(plannedItems).map((item) => Object.values(item).join(" "));
        expect(new Set(keys).size).to.equal(keys.length);
        expect(keys.length).to.equal(count * 3);
        expect(made.tasks.length).to.be.at.most(502);
        expect(new Set(made.tasks.map(({ id }) => id)).size).to.equal(made.tasks.length);
      }),
      { numRuns: 40 },
    );
  });

  it("puts each task into one group of at most a listing page, and says how many there are", () => {
    const groups = new Map<number, number>();
    for (const { group } of planOf(1200).tasks) {
      groups.set(group.index, (groups.get(group.index) ?? 0) + 1);
      expect(group.tasks).to.be.at.most(TASKS_PER_GROUP);
    }
    for (const { group } of planOf(1200).tasks) {
      expect(groups.get(group.index)).to.equal(group.tasks);
      expect(group.of).to.equal(groups.size);
    }
  });
});

describe("manifest", () => {
  it("sums up what the commits say, and carries the hashes of the plan and of each commit", () => {
    const plan = planOf(3);
    const manifest = built(plan);
    expect(manifest.totals).to.deep.include({ planned: 9, outcomes: { collected: 9 }, calls: 9 });
    expect(manifest.plan.sha256).to.equal(sha256(bytesOf(plan)));
    expect(manifest.tasks.map(({ sha256: hash }) => hash)).to.deep.equal(
      plan.tasks.map((task) => sha256(bytesOf(commitOf(plan, task)))),
    );
    expect(manifest).to.deep.include({ complete: true, missing: [], previous: null, sequence: 1 });
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
    [
      "a task answers for another",
      (all: TaskOutcome[]) => all[0]!.outcomes.push(all[1]!.outcomes[0]!),
      /not planned: rds 100000000002/,
    ],
  ] as const) {
    it(`is refused when ${what}`, () => {
      expect(() => built(planOf(2), spoil)).to.throw(CoverageError, problem);
    });
  }

  it("is refused when two tasks of the plan have an item in common", () => {
    const plan = planOf(2);
    plan.tasks.push({ ...plan.tasks[0]!, id: "rds-9999" });
    expect(() => built(plan)).to.throw(CoverageError, /more than one outcome for: rds 100000000001/);
  });

  it("takes a task and what it handed over as one: together they cover the planned items", () => {
    const plan = planOf(1, undefined, ["rds"]);
    const [planned] = plan.tasks;
    const rest = { ...planned!, id: "rds-0000.1", regions: ["us-east-1"] };
    const first = { ...commitOf(plan, { ...planned!, regions: ["eu-central-1"] }), follow_ups: [rest] };
    const whole = new ManifestBuilder(plan, bytesOf(plan));
    whole.add(summaryOf(planned!, [first, commitOf(plan, rest)]));
    expect(
      whole.seal({ link, previous: null, signingKey: null, bundleSha256: undefined }).manifest.totals,
    ).to.deep.include({ outcomes: { collected: 2 } });
    const half = new ManifestBuilder(plan, bytesOf(plan));
    half.add(summaryOf(planned!, [first], [rest]));
    const { manifest } = half.seal({
      link: { ...link, incomplete: { requested_by: "eve" } },
      previous: null,
      signingKey: null,
      bundleSha256: undefined,
    });
    expect(manifest).to.deep.include({ complete: false, missing: [rest], incomplete_requested_by: "eve" });
  });
});
