import { expect } from "chai";
import { Catalog } from "../../components/catalog.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { askable, catalogOf, runTables } from "../../src/tables/catalog.ts";
import { glueTables } from "../../src/tables/glue.ts";
import { type Recording, recorded } from "./recorded.ts";

const TYPES: Record<string, string> = {
  string: "varchar",
  "array<string>": "array(varchar)",
  "map<string,string>": "map(varchar, varchar)",
};
const asked = ({ name, type }: { name: string; type: string }) => ({ name, type: TYPES[type] ?? type });
const tables = catalogOf(await loadAuditors(["rds", "s3"]));

describe("the tables of Glue's catalog", () => {
  const glue = glueTables("evidence", tables);
  const table = (wanted: string) => glue.find(({ name }) => name === wanted)!;

  it("are those that DuckDB has, with the same columns", () => {
    const inGlue = glue.map(({ name, columns, partitionKeys }) => ({
      name,
      columns: [...columns, ...partitionKeys].map(asked),
    }));
    expect(inGlue).to.have.deep.members(askable(tables));
  });

  it("project days for all runs, so that no query has to name one, and need none for the latest", () => {
    expect(table("aws_rds_dbinstance")).to.deep.include({ partitionKeys: [{ name: "run_date", type: "string" }] });
    expect(table("aws_rds_dbinstance").parameters).to.include({
      "projection.enabled": "true",
      "projection.run_date.type": "date",
      "storage.location.template": `s3://evidence/tables/aws_rds_dbinstance/run_date=\${run_date}/`,
    });
    expect(JSON.stringify(table("aws_rds_dbinstance").parameters)).not.to.include("injected");
    const latest = table("latest_aws_rds_dbinstance");
    expect(latest.location).to.equal("s3://evidence/tables/latest/aws_rds_dbinstance/");
    expect(latest.parameters).not.to.have.property("projection.enabled");
  });
});

describe("Catalog", () => {
  let made: Recording;
  before(async () => {
    made = await recorded(
      () => new Catalog("audit-catalog", { name: "acme-audit", bucketName: "evidence", bytesLimit: 5e9 }),
      {},
    );
  });

  it("has the tables about runs, each of all runs and of the latest, and leaves those of types to the tabulator", () => {
    const names = made.of("CatalogTable").map(({ inputs }) => inputs.name);
    expect(names).to.have.members(runTables.flatMap(({ name }) => [name, `latest_${name}`]));
    for (const { inputs } of made.of("CatalogTable"))
      expect(inputs.storageDescriptor.location).to.match(/^s3:\/\/evidence\//);
  });

  it("limits what a query scans, whatever the client asks, and encrypts its answers", () => {
    const { name, configuration } = made.one("Workgroup").inputs;
    expect(name).to.equal("acme-audit");
    expect(configuration).to.deep.include({ enforceWorkgroupConfiguration: true, bytesScannedCutoffPerQuery: 5e9 });
    expect(configuration.resultConfiguration.encryptionConfiguration).to.deep.equal({ encryptionOption: "SSE_S3" });
  });

  it("keeps answers in a bucket of their own: closed, encrypted, TLS only, forgotten after thirty days", () => {
    expect(made.one("BucketPublicAccessBlock").inputs).to.include({
      blockPublicPolicy: true,
      restrictPublicBuckets: true,
    });
    expect(made.one("BucketServerSideEncryptionConfiguration").inputs.rules).to.have.length(1);
    expect(made.one("BucketLifecycleConfiguration").inputs.rules[0].expiration).to.deep.equal({ days: 30 });
    expect(made.one("BucketPolicy").inputs.policy).to.include("aws:SecureTransport");
  });
});
