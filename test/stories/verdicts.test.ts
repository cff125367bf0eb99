import { AthenaClient } from "@aws-sdk/client-athena";
import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { athenaEngine } from "../../src/query/athena.ts";
import { rowsOf } from "../../src/query/engine.ts";
import { deployed, REGION, type System, systemOver } from "./system.ts";

const MEMBER = "111111111111";
const CONTROLS = ["s3-bucket-versioned", "s3-bucket-public-access-blocked", "rds-storage-encrypted"];

describe("verdicts are a table in Athena", function () {
  this.timeout(120_000);
  let system: System;

  before(async () => {
    const common = { externalId: "an-external-id", auditors: "s3" };
    const audit = { ...common, kind: "audit", accounts: MEMBER, bucketName: "evidence-audit", schedule: "off" };
    const member = { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT };
    const beginning = await deployed(1, [
      { account: AUDIT_ACCOUNT, config: audit },
      { account: MEMBER, config: member },
    ]);
    system = systemOver(beginning, { controls: CONTROLS });
  });

  const asked = async (sql: string) => {
    const credentials = { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "s" };
    const athena = new AthenaClient({ region: REGION, credentials, requestHandler: inProcess(system.sandbox) });
    const engine = athenaEngine({ athena, workGroup: "audit", database: "audit", catalog: { tables: [] } });
    return rowsOf(await engine.query(sql));
  };
  const counted = (table: string) =>
    asked(
      `SELECT control, status, count(*) AS verdicts FROM ${table} GROUP BY control, status ORDER BY control, status`,
    );

  it("of each control, with what passes, as soon as a run has its tables", async () => {
    await system.run("audit-boss", { accounts: [MEMBER] });
    expect(system.trouble).to.deep.equal([]);
    const verdicts = await counted("latest_verdicts");
    expect(verdicts.map(({ control, status }) => `${control} ${status}`)).to.include.members([
      "s3-bucket-public-access-blocked fail",
      "s3-bucket-versioned pass",
      // No auditor of this system reads databases: that is not "nothing there".
      "rds-storage-encrypted unknown",
    ]);
    const [[buckets], judged] = await Promise.all([
      asked("SELECT count(*) AS n FROM latest_aws_s3_bucket"),
      asked(
        "SELECT DISTINCT resource_id FROM latest_verdicts WHERE control = 's3-bucket-versioned' AND resource_id IS NOT NULL",
      ),
    ]);
    expect(judged).to.have.lengthOf(Number(buckets!.n));
  });

  it("of every run, and the latest alone under its own name", async () => {
    await system.run("audit-boss", { accounts: [MEMBER] });
    const [all] = await asked(
      "SELECT count(*) AS n, count(DISTINCT run_id) AS runs, min(run_date) AS day FROM verdicts",
    );
    const [latest] = await asked("SELECT count(*) AS n, count(DISTINCT run_id) AS runs FROM latest_verdicts");
    expect(all).to.deep.equal({ n: 2 * Number(latest!.n), runs: 2, day: "2026-11-24" });
    expect(latest!.runs).to.equal(1);
  });

  it("cites lines that are there", async () => {
    const [row] = await asked(`SELECT v.evidence_object, v.evidence_line FROM latest_aws_s3_bucket v
      JOIN latest_verdicts w ON w.resource_id = v.resource_id AND w.control = 's3-bucket-versioned'
      WHERE NOT contains(w.evidence, v.evidence_object || ':' || TRY_CAST(v.evidence_line AS varchar))`);
    expect(row).to.equal(undefined);
  });
});
