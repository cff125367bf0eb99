import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import fc from "fast-check";
import { loadAuditors } from "../../src/auditors/registry.ts";
import type { Item } from "../../src/evidence/item.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import { changesBetween } from "../../src/query/changes.ts";
import { type Difference, differences } from "../../src/query/diff.ts";
import { duckDBEngine } from "../../src/query/duckdb.ts";
import { canonical as canonicalForm } from "../../src/tables/canonical.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, folder, folderForEachTest, type RunSpec, SECOND_RUN, writeRun } from "../tables/sealedFolder.ts";

use(chaiAsPromised);

const catalog = catalogOf(await loadAuditors(["rds", "s3", "iam"]));

async function compare(first: RunSpec, second: RunSpec): Promise<Difference[]> {
  const objects = folderObjects(folder());
  for (const [run, spec] of [
    [FIRST_RUN, first],
    [SECOND_RUN, second],
  ] as const) {
    await writeRun(folder(), { ...spec, run });
    await tabulate(objects, (await readSealedRun(objects, run, "2026-11-24"))!, catalog);
  }
  const engine = await duckDBEngine({ folder: folder(), catalog });
  try {
    const found: Difference[] = [];
    for await (const each of differences(engine, FIRST_RUN, SECOND_RUN, { catalog })) found.push(each);
    return found;
  } finally {
    await engine.close();
  }
}
const kinds = (found: Difference[]) => found.map(({ kind, resource_id }) => `${kind} ${resource_id}`);
const error = (operation: string, resource_type?: string): Outcome["errors"][number] => ({
  operation,
  code: "AccessDenied",
  message: "no",
  times: 1,
  ...(resource_type ? { resource_type } : {}),
});
const denied = (...errors: Outcome["errors"]): Partial<Outcome> => ({ status: "denied", errors });

describe("diff", () => {
  folderForEachTest();

  it("names what was added, removed and changed, with the paths and the evidence of both sides", async () => {
    const found = await compare(
      {
        items: [
          { resource_id: "gone" },
          { resource_id: "same", configuration: { MultiAZ: true } },
          { resource_id: "orders", configuration: { MultiAZ: false, TagList: [{ Key: "team", Value: "a" }] } },
        ],
      },
      {
        items: [
          { resource_id: "new" },
          { resource_id: "orders", configuration: { MultiAZ: true, TagList: [{ Key: "team", Value: "b" }] } },
          { resource_id: "same", configuration: { MultiAZ: true } },
        ],
      },
    );
    expect(kinds(found)).to.deep.equal(["removed gone", "added new", "changed orders"]);
    const changed = found[2]!;
    expect(changed.kind === "changed" && changed.changes).to.deep.equal([
      { path: "MultiAZ", before: false, after: true },
      { path: "TagList[Key=team].Value", before: "a", after: "b" },
    ]);
    expect(changed.before?.line).to.equal(3);
    expect(changed.after?.line).to.equal(2);
  });

  it("is silent about order, times of last use, and how a policy's text is written", async () => {
    const policy = { Statement: [{ Action: ["s3:Get*", "s3:List*"], Effect: "Allow" }] };
    const turned = { Statement: [{ Effect: "Allow", Action: ["s3:List*", "s3:Get*"] }] };
    const item = (configuration: Item["configuration"]): RunSpec => ({ items: [{ configuration }] });
    const found = await compare(
      item({
        A: 1,
        B: [{ Id: "x" }, { Id: "y" }],
        LatestRestorableTime: "2026-01-01T00:00:00Z",
        Policy: JSON.stringify(policy),
        Document: encodeURIComponent(JSON.stringify(policy)),
      }),
      item({
        B: [{ Id: "y" }, { Id: "x" }],
        Document: encodeURIComponent(JSON.stringify(turned)),
        LatestRestorableTime: "2026-01-02T00:00:00Z",
        Policy: JSON.stringify(turned, null, 2),
        A: 1,
      }),
    );
    expect(found).to.deep.equal([]);
  });

  for (const [what, outcome, reason] of [
    ["the account could not be entered", denied(error("AssumeRole")), "denied: AssumeRole AccessDenied"],
    [
      "its listing was denied",
      denied(error("DescribeDBInstances", "AWS::RDS::DBInstance")),
      "denied: DescribeDBInstances AccessDenied",
    ],
    ["the region was closed", { status: "not-enabled" } as Partial<Outcome>, "not-enabled"],
    ["the time ran out", { status: "timed-out" } as Partial<Outcome>, "timed-out"],
  ] as const) {
    it(`says 'not observed', never 'removed', where ${what}`, async () => {
      const found = await compare({ items: [{ resource_id: "orders" }] }, { outcome: () => outcome });
      expect(kinds(found)).to.deep.equal(["not observed orders"]);
      expect(found[0]).to.deep.include({ run: SECOND_RUN, reason });
    });
  }

  it("says 'removed' where only another type's listing or a detail was denied", async () => {
    const found = await compare(
      { items: [{ resource_id: "orders" }] },
      {
        outcome: () =>
          denied(error("DescribeDBClusters", "AWS::RDS::DBCluster"), error("Detail", "AWS::RDS::DBInstance")),
      },
    );
    expect(kinds(found)).to.deep.equal(["removed orders"]);
  });

  it("says 'not observed' of accounts and regions that one run was not planned for", async () => {
    const here = { resource_id: "here" };
    const found = await compare(
      {
        accounts: ["111111111111", "222222222222"],
        items: [here, { resource_id: "there", account_id: "222222222222" }],
      },
      { items: [here] },
    );
    expect(kinds(found)).to.deep.equal(["not observed there"]);
    expect(found[0]).to.include({ reason: "not planned" });
    const wider = await compare(
      { items: [here] },
      { regions: ["eu-central-1", "us-east-1"], items: [here, { resource_id: "far", region: "us-east-1" }] },
    );
    expect(kinds(wider)).to.deep.equal(["not observed far"]);
    expect(wider[0]).to.include({ run: FIRST_RUN });
  });

  it("knows that a bucket's region is not the one its listing was planned under", async () => {
    const bucket = {
      resource_type: "AWS::S3::Bucket",
      auditor: "s3",
      operation: "ListBuckets",
      region: "eu-west-1",
      resource_id: "logs",
      arn: "arn:aws:s3:::logs",
    };
    const s3: RunSpec = { auditors: [{ name: "s3", global: ["AWS::S3::Bucket"], regional: [] }] };
    expect(kinds(await compare({ ...s3, items: [bucket] }, s3))).to.deep.equal(["removed logs"]);
  });

  it("does not compare what one of the runs could not read", async () => {
    const bucket = (rest: Partial<Item>): Partial<Item> => ({
      resource_type: "AWS::S3::Bucket",
      auditor: "s3",
      region: "eu-west-1",
      ...rest,
    });
    const s3: RunSpec = { auditors: [{ name: "s3", global: ["AWS::S3::Bucket"], regional: [] }] };
    const policy = { Policy: "{}" };
    const found = await compare(
      {
        ...s3,
        items: [bucket({ resource_id: "a", configuration: { GetBucketPolicy: policy }, tags: { team: "x" } })],
      },
      {
        ...s3,
        items: [
          bucket({
            resource_id: "a",
            configuration: { Name: "a" },
            tags: null,
            unread: { GetBucketPolicy: "AccessDenied", GetBucketTagging: "AccessDenied" },
          }),
        ],
      },
    );
    expect(found).to.have.length(1);
    expect(found[0]).to.deep.include({ changes: [{ path: "Name", after: "a", before: undefined }] });
    // The other details of a bucket are in neither run.
    const unread = ["GetBucketPolicy", "GetBucketTagging", "GetBucketAcl"];
    expect(found[0]).to.have.property("unread").that.includes.members(unread);
  });

  it("pairs resources that are listed twice", async () => {
    const twice = [{ resource_id: "a" }, { resource_id: "a", configuration: { MultiAZ: true } }];
    expect(await compare({ items: twice }, { items: twice.toReversed() })).to.deep.equal([]);
    expect(kinds(await compare({ items: twice }, { items: [twice[0]!] }))).to.deep.equal(["removed a"]);
  });

  it("refuses a run that has no tables, and names those that have", async () => {
    await compare({}, {});
    const engine = await duckDBEngine({ folder: folder(), catalog });
    try {
      const none = differences(engine, FIRST_RUN, "01JDT3SAPG0000000000000009", { catalog });
      await expect(none.next()).to.be.rejectedWith(
        /01JDT3SAPG0000000000000009 has no tables.*there are 01JDT3SAPG0000000000000001/,
      );
    } finally {
      await engine.close();
    }
  });
});

describe("changes", () => {
  it("are none between a value and itself with its keys and lists in any order", () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled).reverse();
      if (value === null || typeof value !== "object") return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, each]) => [key, shuffled(each)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(changesBetween(value, shuffled(value))).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it("are some wherever two canonical values differ", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (before, after) => {
        const same = JSON.stringify(canonicalForm(before)) === JSON.stringify(canonicalForm(after));
        expect(changesBetween(before, after).length === 0).to.equal(same);
      }),
      { numRuns: 300 },
    );
  });

  for (const [what, before, after, path] of [
    ["an element that is gone", { A: ["x", "y"] }, { A: ["x"] }, "A[]"],
    [
      "an element by its id",
      {
        R: [
          { Id: "a", S: 1 },
          { Id: "b", S: 1 },
        ],
      },
      {
        R: [
          { Id: "b", S: 2 },
          { Id: "a", S: 1 },
        ],
      },
      "R[Id=b].S",
    ],
    ["the order of a command", { Command: ["a", "b"] }, { Command: ["b", "a"] }, "Command[0]"],
    [
      "a policy's statement",
      { P: '{"Statement":[{"Sid":"x","Effect":"Allow"}]}' },
      { P: '{"Statement":[{"Sid":"x","Effect":"Deny"}]}' },
      "P.Statement[Sid=x].Effect",
    ],
  ] as const) {
    it(`name ${what}`, () => {
      expect(changesBetween(before, after)[0]?.path).to.equal(path);
    });
  }
});
