import { expect } from "chai";
import fc from "fast-check";
import { ApiShare, Pace, sessionPace } from "../../collect/apiShare.ts";

/** Calls that a bucket refuses of those that come at these times. */
function refused(times: readonly number[], { size, refill }: { size: number; refill: number }): number {
  let [tokens, at, no] = [size, times[0] ?? 0, 0];
  for (const time of times) {
    tokens = Math.min(size, tokens + ((time - at) / 1000) * refill);
    at = time;
    if (tokens < 1 - 1e-6) no += 1;
    else tokens -= 1;
  }
  return no;
}

describe("the share of an API's documented rate", () => {
  it("is never exceeded, whatever is asked for and when", () => {
    const rates = fc.record({ size: fc.integer({ min: 1, max: 100 }), refill: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(rates, fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 300 }), (rate, gaps) => {
        let now = 0;
        const pace = new Pace(rate, () => now);
        const went = gaps.map((gap) => {
          now += gap % 7 ? 0 : gap;
          return now + pace.next();
        });
        expect(refused(went, rate)).to.equal(0);
      }),
    );
  });

  it("lets what EC2 gives at once go at once, by region and action, and then so many a second", () => {
    const share = new ApiShare(0.5, () => 0);
    const waits = Array.from({ length: 60 }, () => share.next("EC2", "eu-central-1", "DescribeVolumes"));
    expect(waits.slice(0, 50)).to.deep.equal(Array.from({ length: 50 }, () => 0));
    expect(waits.slice(50, 53)).to.deep.equal([100, 200, 300]);
    expect(share.next("EC2", "eu-central-1", "DescribeSnapshots"), "another action").to.equal(0);
    expect(share.next("EC2", "eu-west-1", "DescribeVolumes"), "another region").to.equal(0);
  });

  it("does not hold up a service that documents no rate", () => {
    const share = new ApiShare(0.01, () => 0);
    for (let call = 0; call < 1000; call++)
      expect(share.next("RDS", "eu-central-1", "DescribeDBInstances")).to.equal(0);
  });

  for (const tasks of [1, 100, 300, 500, 2000])
    it(`is kept to by ${tasks} tasks that start together and take 30 sessions each, none of which sees the others'`, () => {
      const went = Array.from({ length: tasks }, (_none, n) => {
        const pace = sessionPace(0.5, tasks, n / tasks, () => 0);
        return Array.from({ length: 30 }, () => pace.next());
      });
      const times = went.flat().sort((a, b) => a - b);
      expect(refused(times, { size: 300, refill: 300 })).to.equal(0);
      // And it is made use of: all of them take about as long as the share asks for.
      expect(times.at(-1)! / 1000).to.be.at.most(Math.max(0, (30 * tasks - 300) / 300) + 2);
    });
});
