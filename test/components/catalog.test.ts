import { expect } from "chai";
import { Catalog } from "../../components/catalog.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { askable, catalogOf } from "../../src/tables/catalog.ts";
import { type Recording, recorded } from "./recorded.ts";

const tables = catalogOf(await loadAuditors(["rds", "s3"]));

describe("Catalog", () => {
  let made: Recording;
  before(async () => {
    made = await recorded(
      () => new Catalog("audit-catalog", { name: "acme-audit", bucketName: "evidence", tables, bytesLimit: 5e9 }),
      {},
    );
  });
  const table = (name: string) => made.of("CatalogTable").find(({ inputs }) => inputs.name === name)!.inputs;

  it("has the tables that DuckDB has, with the same columns", () => {
    const types: Record<string, string> = {
      string: "varchar",
      "array<string>": "array(varchar)",
      "map<string,string>": "map(varchar, varchar)",
    };
    const inGlue = made.of("CatalogTable").map(({ inputs }) => ({
      name: inputs.name,
      columns: [...inputs.storageDescriptor.columns, ...(inputs.partitionKeys ?? [])].map(
        ({ name, type }: { name: string; type: string }) => ({ name, type: types[type] ?? type }),
      ),
    }));
    expect(inGlue).to.have.deep.members(askable(tables));
  });

  it("projects days for all runs, so that no query has to name one, and needs none for the latest", () => {
    expect(table("aws_rds_dbinstance")).to.deep.include({ partitionKeys: [{ name: "run_date", type: "string" }] });
    expect(table("aws_rds_dbinstance").parameters).to.include({
      "projection.enabled": "true",
      "projection.run_date.type": "date",
      "storage.location.template": `s3://evidence/tables/aws_rds_dbinstance/run_date=\${run_date}/`,
    });
    expect(JSON.stringify(table("aws_rds_dbinstance").parameters)).not.to.include("injected");
    const latest = table("latest_aws_rds_dbinstance");
    expect(latest.storageDescriptor.location).to.equal("s3://evidence/tables/latest/aws_rds_dbinstance/");
    expect(latest.parameters).not.to.have.property("projection.enabled");
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
