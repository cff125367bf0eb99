import { expect } from "chai";
import fc from "fast-check";
import { ApiShare, sessionBucket, TokenBucket } from "../../src/collect/apiShare.ts";

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

const HOME = "eu-central-1";
const ELBV2 = "Elastic Load Balancing v2";

/** Milliseconds that a call waits of those that are made at the same time. */
const waited = (share: ApiShare, service: string, operation: string, region = HOME): number =>
  Math.max(...share.bucketsFor(service, region, operation).map((pace) => pace.reserve()));

describe("the share of an API's documented rate", () => {
  it("is never exceeded, whatever is asked for and when", () => {
    const rates = fc.record({ size: fc.integer({ min: 1, max: 100 }), refill: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(rates, fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 300 }), (rate, gaps) => {
        let now = 0;
        const pace = new TokenBucket(rate, () => now);
        const went = gaps.map((gap) => {
          now += gap % 7 ? 0 : gap;
          return now + pace.reserve();
        });
        expect(refused(went, rate)).to.equal(0);
      }),
    );
  });

  // What AWS documents at half: calls that go at once, and how many a second come after them.
  for (const [service, operations, atOnce, perSecond] of [
    ["EC2", ["DescribeVolumes"], 50, 10],
    ["EC2", ["DescribeSpotFleetRequests"], 25, 1.5],
    ["ECS", ["ListTaskDefinitions", "DescribeTaskDefinition"], 25, 10],
    ["ECS", ["ListServices", "DescribeServices"], 50, 10],
    ["Elastic Load Balancing v2", ["DescribeListeners", "DescribeRules", "DescribeTags"], 20, 5],
    ["Elastic Load Balancing v2", ["GetResourcePolicy"], 10, 2],
    ["Lambda", ["ListFunctions", "GetFunctionConcurrency", "ListAliases"], 7, 7.5],
    ["Lambda", ["GetPolicy"], 7, 7.5],
    ["API Gateway", ["GetResources"], 1, 1.25],
    ["Route 53", ["GetHostedZone", "ListResourceRecordSets"], 25, 5],
    ["Organizations", ["ListPolicies", "ListTargetsForPolicy"], 4, 2.5],
    ["KMS", ["ListGrants"], 50, 50],
    ["CloudWatch Logs", ["DescribeMetricFilters"], 2, 2.5],
    ["ACM", ["GetAccountConfiguration"], 1, 0.5],
    ["SFN", ["DescribeActivity"], 100, 0.5],
  ] as const)
    it(`of ${service} lets ${atOnce} of ${operations.join(", ")} go at once, then ${perSecond} a second`, () => {
      const share = new ApiShare(0.5, () => 0);
      const went = Array.from({ length: atOnce + 20 }, (_none, n) =>
        waited(share, service, operations[n % operations.length]!),
      );
      expect(went.filter((ms) => ms === 0)).to.have.length(atOnce);
      expect(went.at(-1)! - went.at(-11)!).to.be.closeTo(10_000 / perSecond, 0.001);
    });

  for (const [what, [service, region, operation], [otherService, otherRegion, other], waits] of [
    ["another action", ["EC2", HOME, "DescribeVolumes"], ["EC2", HOME, "DescribeSnapshots"], false],
    ["another region", ["EC2", HOME, "DescribeVolumes"], ["EC2", "eu-west-1", "DescribeVolumes"], false],
    ["another group", ["ECS", HOME, "ListClusters"], ["ECS", HOME, "DescribeTaskDefinition"], false],
    ["the same group", ["ECS", HOME, "ListTaskDefinitions"], ["ECS", HOME, "DescribeTaskDefinition"], true],
    ["the same service", ["Lambda", HOME, "ListFunctions"], ["Lambda", HOME, "GetFunctionConcurrency"], true],
    ["an action apart", ["Lambda", HOME, "ListFunctions"], ["Lambda", HOME, "GetPolicy"], false],
    ["another package", ["API Gateway", HOME, "GetStages"], ["ApiGatewayV2", HOME, "GetRoutes"], true],
    ["another version", ["Elastic Load Balancing", HOME, "DescribeTags"], [ELBV2, HOME, "DescribeTags"], false],
  ] as const)
    it(`${waits ? "is shared with" : "is not that of"} ${what}: ${otherService} ${other}, ${otherRegion}`, () => {
      const share = new ApiShare(0.5, () => 0);
      while (waited(share, service, operation, region) === 0);
      expect(waited(share, otherService, other, otherRegion) > 0).to.equal(waits);
    });

  it("has a narrow bucket within a wide one wait by itself: the service's other operations go on meanwhile", () => {
    const share = new ApiShare(0.5, () => 0);
    const [narrow, wide] = share.bucketsFor("API Gateway", HOME, "GetResources");
    while (narrow!.reserve() === 0);
    expect(share.bucketsFor("API Gateway", HOME, "GetStages")).to.deep.equal([wide]);
    expect(wide!.reserve()).to.equal(0);
  });

  it("does not hold up what documents no rate", () => {
    const share = new ApiShare(0.01, () => 0);
    for (const [service, operation] of [
      ["RDS", "DescribeDBInstances"],
      ["ECS", "ListTagsForResource"],
      ["", "ListThings"],
    ] as const)
      expect(share.bucketsFor(service, HOME, operation)).to.be.empty;
  });

  for (const tasks of [1, 100, 300, 500, 2000])
    it(`is kept to by ${tasks} tasks that start together and take 30 sessions each, none of which sees the others'`, () => {
      const went = Array.from({ length: tasks }, (_none, n) => {
        const pace = sessionBucket(0.5, tasks, n / tasks, () => 0);
        return Array.from({ length: 30 }, () => pace.reserve());
      });
      const times = went.flat().sort((a, b) => a - b);
      expect(refused(times, { size: 300, refill: 300 })).to.equal(0);
      // And it is made use of: all of them take about as long as the share asks for.
      expect(times.at(-1)! / 1000).to.be.at.most(Math.max(0, (30 * tasks - 300) / 300) + 2);
    });
});
