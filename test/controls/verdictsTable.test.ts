import { expect } from "chai";
import { rds } from "../../src/auditors/services/rds.ts";
import { type Control, parseControl } from "../../src/controls/control.ts";
import { createVerdictsTable } from "../../src/controls/verdictsTable.ts";
import { duckDBEngine } from "../../src/query/duckdb.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, folder, folderForEachTest, writeRun } from "../tables/sealedFolder.ts";
import { everyVerdict } from "./everyVerdict.ts";

const DATABASE = "AWS::RDS::DBInstance";
const SNAPSHOT = "AWS::RDS::DBSnapshot";
const catalog = catalogOf([{ name: "rds", services: [rds] }]);
const control = (id: string, columns: string, from = ""): Control =>
  parseControl(
    `-- title: Databases are as they should be
-- severity: high
-- resource: ${DATABASE}
-- rationale: Somebody thought about it, and had good reasons.
-- remedy: Change them so.
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, ${columns}
FROM latest_aws_rds_dbinstance d${from}`,
    `rds/${id}.sql`,
  );
const controls = [
  control("a-plain", "d.storage_encrypted AS passes, 'not so' AS reason"),
  control(
    "b-joined",
    "false AS passes, 'not so' AS reason, ARRAY[s.evidence_object || ':' || TRY_CAST(s.evidence_line AS varchar)] AS evidence",
    " LEFT JOIN latest_aws_rds_dbsnapshot s ON s.account_id = d.account_id",
  ),
  control("c-broken", "CAST(d.resource_id AS bigint) > 1 AS passes, 'not so' AS reason"),
];

describe("the table of verdicts", () => {
  folderForEachTest();

  it("has what the controls say, each with every line, and of a control that cannot be evaluated its error", async () => {
    await writeRun(folder(), {
      auditors: [{ name: "rds", global: [], regional: [DATABASE, SNAPSHOT] }],
      items: [
        { resource_id: "a", configuration: { StorageEncrypted: true } },
        { resource_id: "b", configuration: {} },
        { resource_type: SNAPSHOT, resource_id: "s", configuration: {} },
      ],
      outcome: () => ({ counts: { [DATABASE]: 2, [SNAPSHOT]: 1 } }),
    });
    const objects = folderObjects(folder());
    await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, catalog);
    const engine = await duckDBEngine({ folder: folder(), catalog });
    try {
      await createVerdictsTable(engine, controls);
      const rows = await engine.whole(
        `SELECT control, status, account_id, region, resource_id, reason, evidence, query_sha256 FROM verdicts
         WHERE status <> 'not-evaluated' ORDER BY control, resource_id`,
      );
      const expected: unknown[] = [];
      for await (const each of everyVerdict(engine, controls.slice(0, 2)))
        expected.push([
          each.control,
          each.status,
          each.account_id,
          each.region,
          each.resource?.resource_id ?? null,
          each.reason,
          each.evidence.map(({ object, line }) => `${object}:${line}`),
          each.query_sha256,
        ]);
      expect(rows).to.deep.equal(expected);
      expect((rows[2]![6] as string[]).length).to.equal(2);
      const [broken, ...more] = await engine.whole(
        "SELECT control, severity, resource_type, reason, evidence FROM verdicts WHERE status = 'not-evaluated'",
      );
      expect(more).to.deep.equal([]);
      expect(broken!.slice(0, 3)).to.deep.equal(["c-broken", "high", DATABASE]);
      expect(broken![3]).to.match(/Could not convert/);
    } finally {
      await engine.close();
    }
  });
});
