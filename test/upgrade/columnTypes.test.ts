import { expect } from "chai";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { rds } from "../../src/auditors/services/rds.ts";
import type { Item } from "../../src/evidence/item.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { tableOf } from "../../src/tables/columns.ts";
import { envelopeRow, resourceRow } from "../../src/tables/resourceRow.ts";
import { columnTypesOf, recordedColumnTypes, retypedColumns } from "./columnTypes.ts";

const now = columnTypesOf(catalogOf(await loadAuditors()).tables);

describe("types of columns", () => {
  for (const [version, types] of recordedColumnTypes())
    it(`are those of release ${version}, whose files lie beside today's`, () => {
      expect(Object.keys(types).length).to.be.above(500);
      // A member that the SDK types otherwise now: RETYPED in src/tables/columns.ts keeps its column, see docs/upgrading.md.
      expect(retypedColumns(types, now)).to.deep.equal([]);
    });

  it("that change are noticed, and no other change is", () => {
    const before = { a: { x: "varchar", gone: "varchar" }, gone: { x: "varchar" } };
    expect(retypedColumns(before, { a: { x: "boolean", added: "double" } })).to.deep.equal(["a.x: varchar → boolean"]);
  });

  it("stay where a member is declared to be retyped, and the new type has a column beside", () => {
    const collector = rds.collectors.find(({ type }) => type === "AWS::RDS::DBInstance")!;
    const table = tableOf(collector, { "AWS::RDS::DBInstance.MultiAZ": "varchar" });
    const names = ["multi_az", "multi_az_2"];
    const typed = Object.fromEntries(table.columns.map(({ name, type }) => [name, type]));
    expect(names.map((name) => typed[name])).to.deep.equal(["varchar", "boolean"]);
    const item: Item = {
      run_id: "r",
      collected_at: "2026-11-24T10:00:00.000Z",
      account_id: "111111111111",
      region: "eu-central-1",
      resource_type: "AWS::RDS::DBInstance",
      resource_id: "orders",
      arn: null,
      name: null,
      tags: {},
      configuration: { MultiAZ: true },
      auditor: "rds",
      operation: "DescribeDBInstances",
    };
    const row = resourceRow(table, item, envelopeRow(item, { object: "o", line: 1 }, table));
    const cells = names.map((name) => row[table.columns.findIndex((each) => each.name === name)]);
    expect(cells).to.deep.equal(["true", true]);
  });
});
