import { expect } from "chai";
import { isGlobal, type Listing, readsOf } from "../../src/auditors/collector.ts";
import { loadServices } from "../../src/auditors/registry.ts";
import { ApiShare } from "../../src/collect/apiShare.ts";
import { bucketsOf, DOCUMENTED } from "../../src/collect/documentedRates.ts";

const REGION = "eu-central-1";

/** The listing that does not wait for another's resources. */
const first = (listing: Listing): Listing => (listing.parent ? first(listing.parent.listing) : listing);

/** Operations that auditors call, by the service's id in the SDK. */
async function called(): Promise<Map<string, Set<string>>> {
  const operations = new Map<string, Set<string>>();
  for (const service of await loadServices())
    for (const read of service.collectors.flatMap(readsOf)) {
      const { config } = new (read.client ?? service.client)({ region: REGION });
      const id = config?.serviceId ?? "";
      operations.set(id, (operations.get(id) ?? new Set()).add(read.operation));
    }
  return operations;
}

describe("documented rates", () => {
  it("are of services and operations that an auditor calls, by the names that it calls them with", async () => {
    const operations = await called();
    const named = Object.entries(DOCUMENTED).flatMap(([service, buckets]) =>
      service === "STS" ? [] : buckets.flatMap((bucket) => bucket.operations.map((each) => [service, each] as const)),
    );
    expect(named.filter(([service, operation]) => !operations.get(service)?.has(operation))).to.deep.equal([]);
    expect(Object.keys(DOCUMENTED).filter((service) => !operations.has(service))).to.deep.equal(["STS"]);
  });

  it("name an operation once, and have one bucket at most for it beside its service's", () => {
    for (const [service, buckets] of Object.entries(DOCUMENTED)) {
      const names = buckets.flatMap(({ operations }) => operations);
      expect(new Set(names), service).to.have.property("size", names.length);
      const others = buckets.filter(({ operations, of }) => !operations.length && of !== "total");
      expect(others.length, service).to.be.at.most(1);
      for (const name of names) expect(bucketsOf(service, name)[0]?.operations, name).to.include(name);
    }
  });

  it("hold up an empty region by a third of a second at most: each listing asked once at half, all together", async () => {
    const share = new ApiShare(0.5, () => 0);
    let longest = 0;
    for (const service of await loadServices())
      for (const { listing } of service.collectors.filter((collector) => !isGlobal(collector))) {
        const { client = service.client, operation, inputs } = first(listing);
        const id = new client({ region: REGION }).config?.serviceId ?? "";
        for (const _input of inputs({ account: "111111111111", region: REGION, partition: "aws" }))
          for (const pace of share.bucketsFor(id, REGION, operation)) longest = Math.max(longest, pace.reserve());
      }
    // Lambda's listings are more than seven, what half of a second's fifteen is.
    expect(longest).to.be.within(1, 1000 / 3);
  });
});
