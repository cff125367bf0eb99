import { expect } from "chai";
import { RunCount, summaryText } from "../../cli/runSummary.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";

const outcome = (
  account_id: string,
  ms: number,
  more: { throttles?: number; held_ms?: number; region?: string } = {},
) => ({
  auditor: "rds",
  account_id,
  region: "eu-central-1",
  status: "collected" as const,
  counts: {},
  errors: [],
  calls: 10,
  retries: 1,
  ms,
  ...more,
});
const commit = (task: string, outcomes: TaskOutcome["outcomes"], ran?: TaskOutcome["ran"]): TaskOutcome => ({
  run_id: "01JDT3SAPG0000000000000000",
  task,
  attempt: "a",
  committed_at: "2026-11-24T10:00:00.000Z",
  outcomes,
  objects: [],
  ...(ran ? { ran } : {}),
});
const manifestOf = (commits: number, more: object = {}) =>
  ({
    tasks: Array.from({ length: commits }, () => ({})),
    missing: [],
    signing_key: { arn: "arn", sha256: "0" },
    totals: { calls: 50, retries: 5, objects: 100, bytes: 1e9 },
    ...more,
  }) as unknown as Manifest;

async function summed(commits: readonly TaskOutcome[], manifest: Manifest, planned: number) {
  const count = new RunCount();
  const passed: TaskOutcome["outcomes"] = [];
  async function* each() {
    yield* commits;
  }
  for await (const one of count.through(each())) passed.push(one);
  return { passed, summary: count.summary(manifest, planned) };
}

describe("the summary of a run", () => {
  it("passes every outcome on, and names the slowest and the throttled accounts", async () => {
    const commits = [
      commit("rds-0000", [outcome("111111111111", 900), outcome("111111111111", 4_200, { region: "us-east-1" })]),
      commit("rds-0001", [outcome("222222222222", 1_500, { throttles: 3 })]),
      commit("rds-0001.1", [outcome("222222222222", 100, { throttles: 2 }), outcome("333333333333", 1)]),
    ];
    const { passed, summary } = await summed(commits, manifestOf(3), 2);
    expect(passed).to.deep.equal(commits.flatMap(({ outcomes }) => outcomes));
    expect(summary.tasks).to.deep.equal({ planned: 2, handed_over: 1, missing: 0 });
    expect(summary.slowest_accounts.map(({ account_id, region, ms }) => [account_id, region, ms])).to.deep.equal([
      ["111111111111", "us-east-1", 4_200],
      ["222222222222", "eu-central-1", 1_500],
      ["333333333333", "eu-central-1", 1],
    ]);
    expect(summary.throttled_accounts).to.deep.equal([{ account_id: "222222222222", throttles: 5 }]);
    const text = summaryText(summary);
    expect(text).to.include("2 planned, 1 handed over\n");
    expect(text).to.include("50, of which 5 repeated; throttled 5 times: 222222222222 ×5\n");
    expect(text).to.include("slowest  111111111111 4.2 s (rds us-east-1), 222222222222 1.5 s (rds eu-central-1)");
  });

  it("tells how long calls waited, and in which accounts, and says nothing where none did", async () => {
    const commits = [
      commit("rds-0000", [outcome("111111111111", 900, { held_ms: 1_500 })]),
      commit("ec2-0000", [
        outcome("111111111111", 900, { held_ms: 500 }),
        outcome("222222222222", 1, { held_ms: 2_500 }),
      ]),
    ];
    const { summary } = await summed(commits, manifestOf(2), 2);
    expect(summary.held_accounts).to.deep.equal([
      { account_id: "222222222222", held_ms: 2_500 },
      { account_id: "111111111111", held_ms: 2_000 },
    ]);
    expect(summaryText(summary)).to.match(/^waited +4\.5 s in all, .*: 222222222222 2\.5 s, 111111111111 2\.0 s$/m);
    const without = await summed([commit("rds-0000", [outcome("111111111111", 1)])], manifestOf(1), 1);
    expect(summaryText(without.summary)).not.to.include("waited");
  });

  it("never calls a retry a throttle", async () => {
    const { summary } = await summed([commit("rds-0000", [outcome("111111111111", 1)])], manifestOf(1), 1);
    expect(summary.retries).to.equal(5);
    expect(summary.throttles).to.equal(0);
    expect(summaryText(summary)).to.include("throttled 0 times\n");
  });

  it("estimates what is to be paid from measured time and counted requests, and says by which prices", async () => {
    const ran = { ms: 500_000, memory_mb: 1024 };
    const { summary } = await summed([commit("a", [], ran), commit("b", [], ran)], manifestOf(2), 2);
    const { cost } = summary;
    expect(cost.lambda).to.deep.include({ gigabyte_seconds: 1000, tasks_measured: 2, requests: 4 });
    expect(cost.lambda.dollars).to.be.closeTo(0.0133342, 1e-7);
    expect(cost.s3).to.deep.include({ writes: 117, reads: 12, kept_dollars_per_month: 0.023 });
    expect(cost.s3.dollars).to.be.closeTo(0.0005898, 1e-9);
    expect(cost.kms).to.deep.include({ requests: 3 });
    expect(cost.dollars).to.be.closeTo(cost.lambda.dollars + cost.s3.dollars + cost.kms.dollars, 1e-12);
    expect(summaryText(summary)).to.match(
      /cost +about \$0\.014: Lambda \$0\.013 \(1000\.0 GB-seconds, 4 requests\).*\n.*us-east-1 as of 20\d\d-\d\d-\d\d, which differ by region/,
    );
  });

  it("says how many tasks measured their time where others did not, and of a run without a key that nothing signed it", async () => {
    const commits = [commit("a", [], { ms: 1000, memory_mb: 512 }), commit("b", [])];
    const missing = [{ id: "c" }] as unknown as Manifest["missing"];
    const { summary } = await summed(commits, manifestOf(2, { signing_key: null, missing }), 3);
    expect(summary.tasks).to.deep.equal({ planned: 3, handed_over: 0, missing: 1 });
    expect(summary.cost.lambda).to.deep.include({ gigabyte_seconds: 0.5, tasks_measured: 1 });
    expect(summary.cost.kms).to.deep.equal({ requests: 0, dollars: 0 });
    expect(summaryText(summary)).to.include("(0.5 GB-seconds of 1 tasks that measured them, ");
    expect(summaryText(summary)).to.include("3 planned, 0 handed over, 1 missing\n");
  });
});
