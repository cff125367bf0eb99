import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readsOf } from "../../src/auditors/collector.ts";
import { loadAuditors, UnknownAuditorError } from "../../src/auditors/registry.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { declaredCatalog, declaredRights, derivedCatalog } from "../../src/tables/declaredCatalog.ts";

const INSTANCE = "AWS::RDS::DBInstance";

describe("the catalog of declared types", function () {
  this.timeout(120_000);
  const before = process.env.XDG_CACHE_HOME;
  let folder: string;
  let kept: string;
  /** The catalog that was kept, of these declarations. */
  const keptFile = (): string => join(kept, readdirSync(kept)[0]!);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "audit-catalog-"));
    process.env.XDG_CACHE_HOME = folder;
    kept = join(folder, "audit-ecosystem", "catalogs");
  });
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    rmSync(folder, { recursive: true });
  });

  it("is the same derived, when it is kept and when it was", async () => {
    const derived = await derivedCatalog();
    expect(await declaredCatalog()).to.deep.equal(derived);
    expect(readdirSync(kept), "nothing half written").to.have.length(1);
    expect(keptFile()).to.match(/\/[0-9a-f]{64}\.json$/);
    expect(await declaredCatalog()).to.deep.equal(derived);
  });

  it("is taken from what was kept", async () => {
    await declaredCatalog();
    const cached = JSON.parse(readFileSync(keptFile(), "utf8"));
    cached.catalog.types["AWS::RDS::DBInstance"] = [["Kept", 0]];
    writeFileSync(keptFile(), JSON.stringify(cached));
    const { tables } = await declaredCatalog(["rds"]);
    const instances = tables.find(({ resourceType }) => resourceType === "AWS::RDS::DBInstance")!;
    expect(instances.members.map(({ member }) => member)).to.deep.equal(["Kept"]);
  });

  for (const chosen of [["rds"], ["compute", "lambda", "iam"], ["access"], []])
    it(`is of the auditors that are chosen: ${chosen.join(", ") || "none"}`, async () => {
      expect(await declaredCatalog(chosen)).to.deep.equal(catalogOf(await loadAuditors(chosen)));
    });

  it("says what each service asks of IAM, kept as well as derived", async () => {
    const rights = await declaredRights(["compute", "rds"]);
    expect(rights.map(({ auditor }) => auditor)).to.include.members(["compute", "rds"]);
    const asked = rights.flatMap(({ types }) => types.flatMap(({ listing, details }) => [...listing, ...details]));
    const declared = (await loadAuditors(["compute", "rds"])).flatMap(({ services }) =>
      services.flatMap(({ collectors }) =>
        collectors.flatMap((each) => readsOf(each).flatMap(({ actions }) => actions)),
      ),
    );
    expect([...new Set(asked.flatMap(({ actions }) => actions))].sort()).to.deep.equal([...new Set(declared)].sort());
    const instances = rights.find(({ service }) => service === "rds")!.types.find(({ type }) => type === INSTANCE)!;
    expect(instances.listing).to.deep.equal([{ actions: ["rds:DescribeDBInstances"] }]);
    expect(await declaredRights(["compute", "rds"])).to.deep.equal(rights);
  });

  it("knows no auditor that there is not", async () => {
    const error = await declaredCatalog(["nope"]).catch((each: Error) => each);
    expect(error).to.be.instanceOf(UnknownAuditorError);
  });

  it("is kept beside those of other declarations, of which the oldest go", async () => {
    mkdirSync(kept, { recursive: true });
    const others = Array.from({ length: 9 }, (_, age) => `${age}.json`);
    for (const [age, name] of others.entries()) {
      writeFileSync(join(kept, name), JSON.stringify({ catalog: { types: {}, auditors: {} }, rights: {} }));
      utimesSync(join(kept, name), 1_000_000 - age, 1_000_000 - age);
    }
    expect((await declaredCatalog(["rds"])).tables).not.to.deep.equal([]);
    const left = readdirSync(kept).filter((name) => !/^[0-9a-f]{64}\.json$/.test(name));
    expect(left.sort()).to.deep.equal(others.slice(0, 7));
  });

  for (const [what, text] of [
    ["is no JSON", '{"catalog":'],
    ["has another shape", JSON.stringify({ catalog: [], rights: {} })],
  ] as const)
    it(`is derived anew where what was kept ${what}`, async () => {
      await declaredCatalog();
      writeFileSync(keptFile(), text);
      expect(await declaredCatalog(["rds"])).to.deep.equal(catalogOf(await loadAuditors(["rds"])));
      expect(readFileSync(keptFile(), "utf8"), "and kept").to.include("AWS::RDS::DBInstance");
    });

  it("is kept below the user's home where the path for caches is not absolute", async () => {
    const { HOME } = process.env;
    process.env.XDG_CACHE_HOME = "relative";
    process.env.HOME = folder;
    try {
      await declaredCatalog(["rds"]);
    } finally {
      if (HOME === undefined) delete process.env.HOME;
      else process.env.HOME = HOME;
    }
    expect(existsSync("relative")).to.equal(false);
    expect(existsSync(join(folder, ".cache", "audit-ecosystem", "catalogs"))).to.equal(true);
  });

  it("is derived where nothing can be kept", async () => {
    // A file stands where the folder would be.
    writeFileSync(join(folder, "audit-ecosystem"), "");
    expect((await declaredCatalog(["rds"])).tables).not.to.deep.equal([]);
  });
});
