import { expect } from "chai";
import { coverageTable } from "../../cli/coverageTable.ts";
import { coverage } from "../../src/evidence/coverage.ts";
import { listingsOf, notesOf } from "../../src/evidence/coverageTotals.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";

const ACCOUNT = "111111111111";
const PLANNED = [
  { name: "rds", global: ["AWS::RDS::GlobalCluster"], regional: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"] },
];

const outcome = (over: Partial<Outcome>): Outcome => ({
  auditor: "rds",
  account_id: ACCOUNT,
  region: "eu-central-1",
  status: "collected",
  counts: { "AWS::RDS::DBInstance": 2, "AWS::RDS::DBCluster": 0 },
  errors: [],
  calls: 2,
  retries: 0,
  ms: 1,
  ...over,
});

async function* all(outcomes: readonly Outcome[]): AsyncIterable<Outcome> {
  yield* outcomes;
}

const lost = (type: string, incomplete: "resources" | "details", operation = "DescribeDBInstances") => ({
  operation,
  resource_type: type,
  status: "failed" as const,
  incomplete,
  code: "InternalFailure",
  message: "no",
  times: 1,
});

describe("coverage", () => {
  const failed = { status: "failed" as const };
  for (const [what, outcomes, listings, items] of [
    ["each listing that ended", [outcome({})], { planned: 2, whole: 2, not_asked: 0 }, "2 items"],
    [
      "those of the regions and the global ones",
      [outcome({}), outcome({ region: "global", counts: { "AWS::RDS::GlobalCluster": 1 } })],
      { planned: 3, whole: 3, not_asked: 0 },
      "3 items",
    ],
    [
      "a listing that was cut off as not whole",
      [outcome({ ...failed, errors: [lost("AWS::RDS::DBInstance", "resources")] })],
      { planned: 2, whole: 1, not_asked: 0 },
      "at least 2 items, failed",
    ],
    [
      "a listing whose details are missing as whole",
      [outcome({ ...failed, errors: [lost("AWS::RDS::DBInstance", "details")] })],
      { planned: 2, whole: 2, not_asked: 0 },
      "2 items, failed",
    ],
    [
      "a type that nobody says a word of as not whole",
      [outcome({ counts: { "AWS::RDS::DBInstance": 1 } })],
      { planned: 2, whole: 1, not_asked: 0 },
      "at least 1 item",
    ],
    [
      "a type that was not asked for as whole, and apart",
      [outcome({ not_asked: { "AWS::RDS::DBCluster": "AWS::RDS::DBInstance" } })],
      { planned: 2, whole: 2, not_asked: 1 },
      "2 items",
    ],
    [
      "nothing of a closed region",
      [outcome({ status: "not-enabled", counts: {} })],
      { planned: 0, whole: 0, not_asked: 0 },
      "0 items",
    ],
    [
      "nothing of an account that nobody entered as whole",
      [outcome({ status: "denied", counts: {} })],
      { planned: 2, whole: 0, not_asked: 0 },
      "denied",
    ],
  ] as const)
    it(`counts ${what}`, async () => {
      const cells = await coverage(all(outcomes), PLANNED);
      expect(listingsOf(cells)).to.deep.equal(listings);
      const text = await coverageTable(all(outcomes), PLANNED);
      expect(text)
        .to.match(new RegExp(`│ ${items} +│`))
        .and.include(`${listings.whole} of ${listings.planned} (`);
      expect(text.includes("another answer says that there are none")).to.equal(listings.not_asked > 0);
    });

  it("tells each note once, and of outcomes that are collected too, without what would steer a terminal", async () => {
    const note = { operation: "DescribeDBInstances", code: "PagesOverlap", message: "odd \u001b[31m", times: 3 };
    const outcomes = [outcome({ notes: [note] }), outcome({ notes: [note], account_id: "222222222222" })];
    const cells = await coverage(all(outcomes), PLANNED);
    expect(notesOf(cells)).to.deep.equal([
      {
        note: "DescribeDBInstances: PagesOverlap: odd \u001b[31m",
        accounts: [ACCOUNT, "222222222222"],
        auditors: ["rds"],
      },
    ]);
    const text = await coverageTable(all(outcomes), PLANNED);
    expect(text).to.include("note, 2 accounts rds: DescribeDBInstances: PagesOverlap: odd \\u{1b}[31m");
    expect(text).not.to.include("\u001b[31m");
  });
});
