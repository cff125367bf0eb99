import { expect } from "chai";
import { plannedAuditor } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { plannedItems, planRun } from "../../src/evidence/plan.ts";
import { TaskPayload } from "../../src/runtime/taskPayload.ts";

const ACCOUNTS = Array.from({ length: 5000 }, (_none, n) => String(100_000_000_000 + n));
const REGIONS = Array.from({ length: 34 }, (_none, n) => `eu-central-${n}`);

describe("a plan of 5,000 accounts, every auditor and 34 regions", () => {
  it("fits: tasks a run can have at the same time, none near the largest event, and a plan of less than two megabytes", async () => {
    const auditors = (await loadAuditors()).map(plannedAuditor);
    const types = new Set(auditors.flatMap(({ global, regional }) => [...global, ...regional]));
    expect(types.size).to.be.at.least(200);
    const plan = planRun({
      runId: "01JDT3SAPG0000000000000000",
      startedAt: new Date("2026-11-24T03:00:00Z"),
      requestedBy: "schedule run",
      toolVersion: "1.0.0",
      accounts: ACCOUNTS,
      auditors,
      regions: REGIONS,
    });
    expect(plan.tasks.length).to.be.within(auditors.length, 500 + auditors.length);
    const covered = plan.tasks.reduce((sum, task) => sum + plannedItems(task).length, 0);
    const each = auditors.map(
      ({ global, regional }) => (global.length ? 1 : 0) + (regional.length ? REGIONS.length : 0),
    );
    expect(covered).to.equal(ACCOUNTS.length * each.reduce((sum, count) => sum + count, 0));
    const payload = (task: (typeof plan.tasks)[number]) =>
      JSON.stringify(TaskPayload.parse({ run_id: plan.run_id, run_date: "2026-11-24", task })).length;
    // A failure's record carries the payload again, and the largest event is 1 MB.
    expect(Math.max(...plan.tasks.map(payload))).to.be.below(200_000);
    expect(JSON.stringify(plan).length).to.be.below(2_000_000);
  });
});
