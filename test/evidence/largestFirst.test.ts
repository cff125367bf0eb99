import { expect } from "chai";
import fc from "fast-check";
import { DURATIONS_BYTES_AT_MOST, durationsText, type Took, tookFrom } from "../../src/evidence/durations.ts";
import { ACCOUNTS_AT_ONCE, balancedShares } from "../../src/evidence/largestFirst.ts";
import { type Plan, plannedItems, planRun, TASKS_PER_GROUP } from "../../src/evidence/plan.ts";

const idOf = (n: number) => String(100_000_000_000 + n);
const planOf = (accounts: readonly string[], auditors: readonly string[], took?: Took, each?: number): Plan =>
  planRun({
    runId: "run",
    startedAt: new Date(0),
    requestedBy: "test",
    toolVersion: "0",
    accounts,
    auditors: auditors.map((name) => ({
      name,
      global: [],
      regional: ["AWS::A::B"],
      ...(each ? { accounts_per_task: each } : {}),
    })),
    regions: ["eu-central-1", "us-east-1"],
    took,
  });
const itemsOf = (plan: Plan): string[] =>
  plan.tasks
    .flatMap(plannedItems)
    .map(({ auditor, account_id, region }) => `${auditor} ${account_id} ${region}`)
    .sort();
/** A hint as it is read back from the bucket. */
const hintOf = (took: Record<string, Record<string, number>>): Took =>
  tookFrom(
    Buffer.from(
      durationsText("run", new Map(Object.entries(took).map(([name, of]) => [name, new Map(Object.entries(of))])))!,
    ),
  );

describe("a plan that knows what an earlier run took", () => {
  const anyAccounts = fc.uniqueArray(fc.nat(500).map(idOf), { minLength: 1, maxLength: 60 });
  const anyTook = fc.dictionary(
    fc.constantFrom("rds", "iam", "gone"),
    fc.dictionary(fc.nat(500).map(idOf), fc.oneof(fc.nat(), fc.double(), fc.constant(-1)), { maxKeys: 80 }),
  );

  it("plans the same items in tasks of the same sizes, whatever the hint says", () => {
    fc.assert(
      fc.property(anyAccounts, anyTook, fc.integer({ min: 1, max: 9 }), (accounts, took, each) => {
        const without = planOf(accounts, ["rds", "iam"], undefined, each);
        const withHint = planOf(accounts, ["rds", "iam"], hintOf(took), each);
        expect(itemsOf(withHint)).to.deep.equal(itemsOf(without));
        expect(withHint.accounts).to.deep.equal(accounts);
        expect(withHint.tasks.map(({ id }) => id).sort()).to.deep.equal(without.tasks.map(({ id }) => id).sort());
        expect(withHint.tasks.map(({ group }) => group)).to.deep.equal(without.tasks.map(({ group }) => group));
        for (const { accounts: own } of withHint.tasks) expect(own.length).to.be.within(1, each);
        expect(planOf(accounts, ["rds", "iam"], hintOf(took), each)).to.deep.equal(withHint);
      }),
      { numRuns: 200 },
    );
  });

  it("reads any bytes as a hint that plans the same, or as none", () => {
    const anyDocument = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          format: fc.constant("audit-ecosystem/durations/1"),
          run_id: fc.string({ maxLength: 30 }),
          accounts: fc.array(fc.oneof(fc.nat(20).map(idOf), fc.string({ maxLength: 14 }))),
          ms: fc.dictionary(
            fc.oneof(fc.constantFrom("rds", "iam", "constructor", "__proto__"), fc.string()),
            fc.array(fc.oneof(fc.nat(), fc.constant(null), fc.anything())),
          ),
        })
        .map((value) => JSON.stringify(value, (_key, each) => (typeof each === "bigint" ? String(each) : each))),
    );
    const accounts = Array.from({ length: 20 }, (_none, n) => idOf(n));
    const plain = itemsOf(planOf(accounts, ["rds", "iam", "constructor"], undefined, 3));
    let read = 0;
    fc.assert(
      fc.property(anyDocument, (text) => {
        let took: Took;
        try {
          took = tookFrom(Buffer.from(text));
        } catch {
          return;
        }
        read += 1;
        expect(itemsOf(planOf(accounts, ["rds", "iam", "constructor"], took, 3))).to.deep.equal(plain);
      }),
      { numRuns: 500 },
    );
    expect(read).to.be.greaterThan(10);
  });

  it("starts the longest first, across auditors, and leaves the order alone where accounts took as long", () => {
    const took = hintOf({ rds: { [idOf(0)]: 5, [idOf(1)]: 900, [idOf(2)]: 5 }, iam: { [idOf(2)]: 50 } });
    const order = planOf([0, 1, 2].map(idOf), ["rds", "iam"], took).tasks.map(({ auditor, accounts }) => [
      auditor,
      accounts.map((id) => Number(id) - 100_000_000_000),
    ]);
    expect(order).to.deep.equal([
      ["rds", [1]],
      // Those of which nothing is known are expected to take the median of their auditor.
      ["iam", [0]],
      ["iam", [1]],
      ["iam", [2]],
      ["rds", [0]],
      ["rds", [2]],
    ]);
  });

  it("keeps the order of accounts and auditors where nothing is known", () => {
    const accounts = [0, 1, 2, 3].map(idOf);
    expect(planOf(accounts, ["rds", "iam"], hintOf({}), 2)).to.deep.equal(
      planOf(accounts, ["rds", "iam"], undefined, 2),
    );
  });

  it("keeps tasks in their groups when there are more than one listing page of them", () => {
    const accounts = Array.from({ length: TASKS_PER_GROUP + 1 }, (_none, n) => idOf(n));
    const took = hintOf({ rds: { [idOf(TASKS_PER_GROUP)]: 1_000, [idOf(0)]: 1, [idOf(1)]: 1 } });
    const { tasks } = planOf(accounts, ["rds"], took, 1);
    expect(tasks[0]).to.deep.include({ accounts: [idOf(TASKS_PER_GROUP)], id: "rds-0000" });
    expect(tasks.filter(({ group }) => group.index === 1)).to.have.length(1);
  });
});

describe("shares of accounts", () => {
  it("have sums near each other and the longest account first, none with more accounts than the size", () => {
    const shares = balancedShares(["a", "b", "c", "d", "e", "f"], [100, 90, 30, 20, 10, 0], 3);
    expect(shares.map(({ accounts }) => accounts)).to.deep.equal([
      ["a", "d", "e"],
      ["b", "c", "f"],
    ]);
  });

  it("are never further apart than the longest account where each may have any number", () => {
    const any = fc.array(fc.nat(1_000_000), { minLength: 4, maxLength: 64 });
    fc.assert(
      fc.property(any, (ms) => {
        // Sums differ by one account at most as long as no share is full.
        const shares = balancedShares(ms.map(String), ms, ms.length);
        expect(shares).to.have.length(1);
        const two = balancedShares(ms.map(String), ms, Math.ceil(ms.length / 2));
        const expected = Math.max(...ms, ms.reduce((sum, each) => sum + each, 0) / ACCOUNTS_AT_ONCE);
        for (const share of two) expect(share.ms).to.be.at.most(expected);
      }),
    );
  });
});

describe("the durations of a run", () => {
  it("fit 10,000 accounts and 16 auditors, and of more accounts the longest are kept", () => {
    const auditors = Array.from({ length: 16 }, (_none, n) => `auditor-${n}`);
    const took = new Map(
      auditors.map((name) => [
        name,
        new Map(Array.from({ length: 10_500 }, (_none, n) => [idOf(n), n === 10_499 ? 9_999_999 : 1_000_000 + n])),
      ]),
    );
    const text = durationsText("01JDT3SAPG0000000000000000", took)!;
    expect(text.length).to.be.below(DURATIONS_BYTES_AT_MOST);
    const read = tookFrom(Buffer.from(text));
    expect(read("auditor-15", idOf(10_499))).to.equal(9_999_999);
    expect(read("auditor-0", idOf(499))).to.equal(undefined);
    expect(read("another", idOf(10_499))).to.equal(undefined);
  });

  it("are not written where nobody would read them", () => {
    const auditors = Array.from({ length: 400 }, (_none, n) => `auditor-${n}`);
    const took = new Map(
      auditors.map((name) => [name, new Map(Array.from({ length: 1_000 }, (_none, n) => [idOf(n), 1_000_000]))]),
    );
    expect(durationsText("run", took)).to.equal(undefined);
  });

  it("are refused when they are too large to be looked at", () => {
    expect(() => tookFrom(Buffer.alloc(DURATIONS_BYTES_AT_MOST + 1))).to.throw("bytes");
  });
});
