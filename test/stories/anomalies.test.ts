import { rm } from "node:fs/promises";
import { expect } from "chai";
import { reportOf } from "../../cli/reportOf.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { writeReport } from "../../src/report/write.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { sealedCopy, tablesOf } from "../evidence/sealedCopy.ts";

const ODD = { account: "100000000002", place: 17 };

describe("a database that differs from the others", function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await sealedCopy({
      runs: 1,
      items: 40,
      configurationOf: (account, n) => ({
        Engine: account === ODD.account && n === ODD.place ? "oracle-ee" : "postgres",
        StorageEncrypted: !(account === ODD.account && n === ODD.place),
        AllocatedStorage: 100 + (n % 5) * 10,
        MultiAZ: n % 2 === 0,
      }),
    });
    await tablesOf(folder, 1);
  });
  after(() => rm(folder, { recursive: true }));

  it("is the one that the report names, with the reasons and the line of evidence, and is no finding by that", async () => {
    const line = Object.assign(() => undefined, { end: () => undefined });
    const place = { objects: folderObjects(folder), source: folderSource(folder), folder };
    const { anomalies, csv } = await reportOf(
      { run: "latest", evidence: place, services: ["rds"], line },
      async (report) => {
        let written = "";
        await writeReport(report, "csv", (text) => {
          written += text;
        });
        return { anomalies: report.anomalies!, csv: written };
      },
    );
    expect(anomalies.count).to.equal(1);
    const [odd] = anomalies.listed;
    expect(odd).to.deep.include({
      account_id: ODD.account,
      resource_id: `db-${ODD.place}`,
      evidence_line: ODD.place + 1,
      model: "isolation-forest",
    });
    expect(odd!.reasons.map(({ feature, value, usual }) => [feature, value, usual])).to.have.deep.members([
      ["Engine", "oracle-ee", "postgres"],
      ["StorageEncrypted", false, true],
    ]);
    expect(odd!.evidence_sha256).to.match(/^[0-9a-f]{64}$/);
    const unusual = csv.split("\r\n").filter((each) => each.includes(",anomaly,"));
    expect(unusual).to.have.length(1);
    expect(unusual[0]).to.include("db-17");
  });
});
