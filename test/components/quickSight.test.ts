import { expect } from "chai";
import { Catalog } from "../../components/catalog.ts";
import { QuickSight } from "../../components/quickSight.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { type Recording, recorded } from "./recorded.ts";

const PRINCIPAL = "arn:aws:quicksight:eu-central-1:999999999999:group/default/auditors";
const tables = catalogOf(await loadAuditors(["rds"]));

interface Member {
  [name: string]: unknown;
}
/** Every structure that names a column of a data set, wherever it is. */
const columnsIn = (value: unknown): { DataSetIdentifier: string; ColumnName: string }[] =>
  value && typeof value === "object"
    ? "ColumnName" in value
      ? [value as { DataSetIdentifier: string; ColumnName: string }]
      : Object.values(value).flatMap(columnsIn)
    : [];

describe("QuickSight", () => {
  let made: Recording;
  let analysis: { Permissions: Member[]; Definition: { DataSetIdentifierDeclarations: Member[]; Sheets: Member[] } };
  before(async () => {
    made = await recorded(() => {
      const args = { name: "acme-audit", bucketName: "evidence", tables, bytesLimit: 5e9 };
      const catalog = new Catalog("audit-catalog", args);
      return new QuickSight("audit-quicksight", {
        name: "acme",
        accountId: "999999999999",
        catalog,
        principalArn: PRINCIPAL,
      });
    });
    analysis = JSON.parse(made.one("aws:cloudcontrol/resource:Resource").inputs.desiredState);
  });
  const relational = () =>
    made.of("DataSet").map(({ inputs }) => inputs.physicalTableMaps[0].relationalTable as Member & { name: string });

  it("asks the catalog's workgroup, whose limit of bytes so holds there too", () => {
    const { type, parameters } = made.one("DataSource").inputs;
    expect(type).to.equal("ATHENA");
    expect(parameters).to.deep.equal({ athena: { workGroup: made.one("Workgroup").inputs.name } });
  });

  it("copies no evidence: every data set asks directly", () => {
    expect(made.of("DataSet").map(({ inputs }) => inputs.importMode)).to.deep.equal(Array(4).fill("DIRECT_QUERY"));
  });

  it("has only tables and columns of Glue's catalog, all but lists and maps, under types that fit", () => {
    const types: Record<string, string> = {
      string: "STRING",
      bigint: "INTEGER",
      double: "DECIMAL",
      boolean: "BOOLEAN",
      timestamp: "DATETIME",
    };
    expect(relational().map(({ name }) => name)).to.have.members([
      "runs",
      "latest_outcomes",
      "latest_gaps",
      "latest_resources",
    ]);
    for (const { name, schema, inputColumns } of relational()) {
      const table = made.of("CatalogTable").find(({ inputs }) => inputs.name === name)!.inputs;
      expect(schema).to.equal(table.databaseName);
      const columns = [...table.storageDescriptor.columns, ...(table.partitionKeys ?? [])] as Record<string, string>[];
      expect(inputColumns, name).to.deep.equal(
        columns.flatMap(({ name, type }) => (types[type!] ? [{ name, type: types[type!] }] : [])),
      );
    }
  });

  it("shows nothing but columns of its own data sets, each field under an id of its own", () => {
    const shown = columnsIn(analysis.Definition.Sheets);
    expect(shown).not.to.be.empty;
    for (const { DataSetIdentifier, ColumnName } of shown) {
      const { inputColumns } = relational().find(({ name }) => name === DataSetIdentifier)!;
      expect((inputColumns as Member[]).map(({ name }) => name)).to.include(ColumnName);
    }
    const ids = [...JSON.stringify(analysis).matchAll(/"FieldId":"([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    const declared = analysis.Definition.DataSetIdentifierDeclarations.map(({ Identifier }) => Identifier);
    expect(declared).to.have.members([...new Set(shown.map(({ DataSetIdentifier }) => DataSetIdentifier))]);
  });

  it("lets the one principal in, who may change the analysis and neither the data source nor the sets", () => {
    const { Permissions } = analysis;
    const given = [...made.of("DataSource"), ...made.of("DataSet")].flatMap(({ inputs }) => inputs.permissions);
    expect(given).to.have.length(5);
    for (const { principal, actions } of given) {
      expect(principal).to.equal(PRINCIPAL);
      expect(actions.join()).not.to.match(/Update|Delete|Create/);
    }
    expect(Permissions).to.have.length(1);
    expect(Permissions[0]!.Principal).to.equal(PRINCIPAL);
    expect(Permissions[0]!.Actions).to.include("quicksight:UpdateAnalysis");
  });
});
