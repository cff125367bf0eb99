import { expect } from "chai";
import { Begun } from "../../src/evidence/plan.ts";
import { renamed } from "../../src/evidence/renamed.ts";
import { SealLease } from "../../src/evidence/sealLeaseRecord.ts";

const outcome = {
  auditor: "rds",
  account_id: "111111111111",
  region: "eu-west-1",
  status: "collected",
  counts: {},
  errors: [],
  calls: 1,
  retries: 0,
  ms: 5,
};

describe("a document whose member had another name", () => {
  it("is read under the name of today", () => {
    expect(renamed("places", "cursors")({ places: { a: 1 }, b: 2 })).to.deep.equal({ cursors: { a: 1 }, b: 2 });
  });

  for (const [what, value] of [
    ["one of today", { cursors: {} }],
    ["one with both names", { places: { a: 1 }, cursors: {} }],
    ["null", null],
    ["a text", "places"],
  ] as const)
    it(`leaves ${what} as it is`, () => {
      expect(renamed("places", "cursors")(value)).to.equal(value);
    });

  it("is a task that was begun by an earlier release", () => {
    expect(Begun.parse({ outcome, places: { "AWS::RDS::DBInstance": null } }).cursors).to.deep.equal({
      "AWS::RDS::DBInstance": null,
    });
  });

  it("is a lease that an earlier release took", () => {
    expect(SealLease.parse({ holder: "request", until: 5 })).to.deep.equal({ holder: "request", expiresAt: 5 });
  });
});
