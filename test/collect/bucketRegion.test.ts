import { expect } from "chai";
import { s3 } from "../../src/auditors/services/s3.ts";
import { type Answers, error, read } from "./ecs.ts";

describe("the region of a bucket", () => {
  const buckets = s3.collectors.filter(({ type }) => type === "AWS::S3::Bucket");
  const details: Answers = Object.fromEntries(
    buckets.flatMap((each) => each.details.map(({ operation }) => [operation, () => ({})])),
  );
  const denied = () => error("AccessDenied", "Access Denied", 403);
  for (const [what, listed, location, region, asked] of [
    ["is what the listing says", { BucketRegion: "eu-west-3" }, denied, "eu-west-3", false],
    [
      "is asked for where the listing does not say it",
      {},
      () => ({ LocationConstraint: "eu-west-3" }),
      "eu-west-3",
      true,
    ],
    ["is the oldest where it has no location", {}, () => ({}), "us-east-1", true],
    ["is Ireland where its location is Europe", {}, () => ({ LocationConstraint: "EU" }), "eu-west-1", true],
  ] as const)
    it(what, async () => {
      const answers = {
        ...details,
        ListBuckets: () => ({ Buckets: [{ Name: "b", ...listed }] }),
        GetBucketTagging: () => ({}),
      };
      const { items, calls, outcome } = await read(buckets, { ...answers, GetBucketLocation: location }, {}, "global");
      expect(outcome.errors).to.deep.equal([]);
      expect(items[0]).to.include({ resource_id: "b", region });
      expect(calls.some(([operation]) => operation === "GetBucketLocation")).to.equal(asked);
    });

  it("is unread where it may not be asked for", async () => {
    const answers = { ...details, ListBuckets: () => ({ Buckets: [{ Name: "b" }] }), GetBucketTagging: () => ({}) };
    const { items, outcome } = await read(buckets, { ...answers, GetBucketLocation: denied }, {}, "global");
    expect(items[0]!.unread).to.deep.equal({ GetBucketLocation: "AccessDenied" });
    expect(outcome).to.include({ status: "denied" });
  });
});
