import { expect } from "chai";
import fc from "fast-check";
import pLimit from "p-limit";
import { Concurrency } from "../../src/collect/concurrency.ts";

/** A call that has begun, and ends when it is told to. */
interface Begun {
  refused: () => void;
  end: (error?: Error) => void;
}

/** Calls in the order in which they begin. */
function callsOf(concurrency: Concurrency) {
  const begun: Begun[] = [];
  const order: number[] = [];
  const call = (n: number) =>
    concurrency.run(
      (refused) =>
        new Promise<number>((resolve, reject) => {
          order.push(n);
          begun.push({ refused, end: (error) => (error ? reject(error) : resolve(n)) });
        }),
    );
  return { call, begun, order };
}

/** Lets everything go on that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What happens, as a story of calls that begin, are refused and end; and how many are under way after it. */
async function allowedAfter(
  most: number,
  story: readonly ("all refused" | "one refused" | "one answered")[],
  first = most,
) {
  const { call, begun } = callsOf(new Concurrency({ first, most }));
  const all = Array.from({ length: 500 }, (_none, n) => call(n).catch(() => undefined));
  await settled();
  for (const step of story) {
    const together = step === "all refused" ? begun.splice(0) : begun.splice(0, 1);
    if (step !== "one answered") for (const { refused } of together) refused();
    for (const { end } of together) end();
    await settled();
  }
  const allowed = begun.length;
  while (begun.length) {
    for (const { end } of begun.splice(0)) end();
    await settled();
  }
  await Promise.all(all);
  return allowed;
}

describe("calls under way at the same time", () => {
  const answered = (times: number) => Array.from({ length: times }, () => "one answered" as const);
  for (const [what, most, story, allowed] of [
    ["as many as there may be, while none is refused", 24, answered(50), 24],
    ["half as many once those under way were refused together", 24, ["all refused"], 12],
    ["half of that once they are refused again", 24, ["all refused", "all refused"], 6],
    ["one at least", 24, Array.from({ length: 9 }, () => "all refused" as const), 1],
    ["one of one", 1, ["all refused"], 1],
    ["one more after so many that were not refused", 24, ["all refused", ...answered(12)], 13],
    ["no more one call earlier", 24, ["all refused", ...answered(11)], 12],
    ["as many as before, in time", 8, ["all refused", ...answered(4 + 5 + 6 + 7)], 8],
    ["none more than there may be", 8, ["all refused", ...answered(200)], 8],
  ] as const)
    it(`are ${what}`, async () => {
      expect(await allowedAfter(most, story)).to.equal(allowed);
    });

  for (const [what, story, allowed] of [
    ["few at first", [], 6],
    ["one more for each round in which none was refused", answered(6 + 7), 8],
    ["the most there may be, in time", answered(400), 24],
    ["half of the few when they are refused", ["all refused"], 3],
  ] as const)
    it(`are ${what}`, async () => {
      expect(await allowedAfter(24, story, 6)).to.equal(allowed);
    });

  it("are no fewer for each refusal of those that were under way together", async () => {
    // The first halves; the others of the same time go down to their number without halving it again.
    expect(
      await allowedAfter(
        24,
        Array.from({ length: 24 }, () => "one refused" as const),
      ),
    ).to.equal(12);
  });

  it("are half as many at each attempt of one call that is refused again", async () => {
    const { call, begun } = callsOf(new Concurrency({ first: 8, most: 8 }));
    const all = Array.from({ length: 20 }, (_none, n) => call(n));
    const [first, ...others] = begun.splice(0);
    for (let attempt = 0; attempt < 2; attempt++) first!.refused();
    for (const { end } of [first!, ...others]) end();
    await settled();
    expect(begun).to.have.length(2);
    while (begun.length) {
      for (const { end } of begun.splice(0)) end();
      await settled();
    }
    await Promise.all(all);
  });

  it("hand on the error of a call, and go on", async () => {
    const { call, begun } = callsOf(new Concurrency({ first: 1, most: 1 }));
    const [bad, good] = [call(0), call(1)];
    const thrown = bad.catch((error: Error) => error.message);
    begun[0]!.end(new Error("denied"));
    expect(await thrown).to.equal("denied");
    await settled();
    begun[1]!.end();
    expect(await good).to.equal(1);
  });

  it("are never more than the most nor none while some wait, and all begin in their order, whatever is refused", async () => {
    const steps = fc.array(
      fc.record({ which: fc.nat(), refused: fc.integer({ min: 0, max: 3 }), fails: fc.boolean() }),
      { maxLength: 150 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 120 }),
        steps,
        fc.nat(23),
        async (most, of, story, less) => {
          const { call, begun, order } = callsOf(new Concurrency({ first: Math.max(1, most - less), most }));
          let done = 0;
          const count = () => {
            done += 1;
          };
          const all = Array.from({ length: of }, (_none, n) => call(n).then(count, count));
          const check = () => {
            expect(begun.length).to.be.at.most(most);
            if (done < of) expect(begun.length).to.be.at.least(1);
          };
          for (const { which, refused, fails } of story) {
            check();
            const [one] = begun.splice(which % Math.max(1, begun.length), 1);
            if (!one) break;
            for (let times = 0; times < refused; times++) one.refused();
            one.end(fails ? new Error("failed") : undefined);
            await settled();
          }
          while (begun.length) {
            check();
            begun.shift()!.end();
            await settled();
          }
          await Promise.all(all);
          expect(order).to.deep.equal(Array.from({ length: of }, (_none, n) => n));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("of one client that is refused leave the account's places to the others", async () => {
    const places = pLimit(4);
    const [throttled, other] = [new Concurrency({ first: 4, most: 4 }), new Concurrency({ first: 4, most: 4 })].map(
      (each) => {
        const begun: Begun[] = [];
        const call = () =>
          each.run((refused) =>
            places(() => new Promise<void>((resolve) => begun.push({ refused, end: () => resolve() }))),
          );
        return { call, begun };
      },
    );
    const of = Array.from({ length: 8 }, () => throttled!.call());
    await settled();
    for (const { refused, end } of throttled!.begun.splice(0)) {
      refused();
      end();
    }
    await settled();
    const ofOther = Array.from({ length: 2 }, () => other!.call());
    await settled();
    expect([throttled!.begun.length, other!.begun.length]).to.deep.equal([2, 2]);
    while (throttled!.begun.length || other!.begun.length) {
      for (const { end } of [...throttled!.begun.splice(0), ...other!.begun.splice(0)]) end();
      await settled();
    }
    await Promise.all([...of, ...ofOther]);
  });
});
