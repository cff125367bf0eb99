import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { manifestKey, planKey } from "../../src/evidence/layout.ts";
import { planRun } from "../../src/evidence/plan.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { catalogIn, catalogOfRuns } from "../../src/tables/runCatalog.ts";

const auditorsOf = (cloudcontrol: string[], configaggregator: string[]) => [
  { name: "rds", global: [], regional: ["AWS::RDS::DBInstance"] },
  { name: "cloudcontrol", global: [], regional: cloudcontrol },
  { name: "configaggregator", global: configaggregator, regional: configaggregator },
];

describe("the catalog of runs", () => {
  it("has tables for the types that a run read without a declaration, and what covered them", async () => {
    const { tables, auditors } = await catalogOfRuns([
      { auditors: auditorsOf(["AWS::IoT::Policy"], ["AWS::AppFlow::Flow"]) },
    ]);
    const named = (name: string) => tables.find((table) => table.name === name);
    expect(named("aws_iot_policy")!.columns.map(({ name }) => name)).to.include("configuration");
    expect(named("aws_appflow_flow")!.resourceType).to.equal("AWS::AppFlow::Flow");
    expect(named("aws_rds_dbinstance"), "declared types are there all the same").not.to.equal(undefined);
    expect(auditors.configaggregator).to.deep.equal([
      { type: "AWS::AppFlow::Flow", operation: "SelectAggregateResourceConfig", global: false },
      { type: "AWS::AppFlow::Flow", operation: "SelectAggregateResourceConfig", global: true },
    ]);
  });

  it("has a declared type in the shape in which the run read it", async () => {
    const columnsOf = async (types: string[]) => {
      const { tables } = await catalogOfRuns([{ auditors: auditorsOf([], types) }]);
      return tables.filter(({ name }) => name === "aws_iam_group").map(({ members }) => members.length);
    };
    expect((await columnsOf([]))[0]).to.be.greaterThan(0);
    expect(await columnsOf(["AWS::IAM::Group"])).to.deep.equal([0]);
  });

  it("is read from the plans of the last two sealed runs, and of those that are named", async () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-ecosystem-"));
    const put = (key: string, body: string) => {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), body);
    };
    const runs = ["A", "B", "C", "D"].map((letter) => `01JDT3SAPG00000000000000${letter}0`);
    for (const [index, runId] of runs.entries()) {
      const plan = planRun({
        runId,
        startedAt: new Date("2026-11-24"),
        requestedBy: "a test",
        toolVersion: "1",
        accounts: ["111111111111"],
        auditors: auditorsOf([`AWS::Made::Up${index}`], []),
        regions: ["eu-west-1"],
      });
      put(planKey(runId, "2026-11-24"), JSON.stringify(plan));
      // The last one is not sealed.
      if (index < 3) put(manifestKey(runId, "2026-11-24"), "{}");
    }
    const made = async (named: string[]) =>
      (await catalogIn(folderObjects(folder), named)).tables.flatMap(({ name }) => /^aws_made_up\d$/.exec(name) ?? []);
    expect(await made([])).to.deep.equal(["aws_made_up1", "aws_made_up2"]);
    expect(await made([runs[0]!])).to.deep.equal(["aws_made_up0", "aws_made_up1", "aws_made_up2"]);
  });
});
