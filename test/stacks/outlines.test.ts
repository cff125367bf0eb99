import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { deployedOf, systemHandlers } from "../../components/systemHandlers.ts";
import { plannedAuditor, typesOf } from "../../src/auditors/collector.ts";
import { memberPolicyDocuments } from "../../src/auditors/policy.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { loadOutlines, outlinesKey } from "../../stacks/outlines.ts";

const UNDECLARED = {
  cloudControlTypes: ["AWS::IoT::Policy", "AWS::RDS::DBInstance"] as const,
  cloudControlActions: ["iot:ListPolicies", "iot:GetPolicy"],
  configAggregator: { account: "999999999999", region: "eu-central-1", name: "organization" },
  configAggregatorTypes: ["AWS::IoT::Thing"] as const,
};

describe("outlines of auditors", () => {
  for (const [what, chosen, undeclared] of [
    ["all auditors", undefined, {}],
    ["a few, and types without a declaration", ["rds", "security", "kms"], UNDECLARED],
  ] as const)
    it(`lead to the same as the declarations: ${what}`, async () => {
      const [outlines, auditors] = [await loadOutlines(chosen, undeclared), await loadAuditors(chosen, undeclared)];
      expect(outlines.map(({ name }) => name)).to.deep.equal(auditors.map(({ name }) => name));
      expect(outlines.map(typesOf)).to.deep.equal(auditors.map(typesOf));
      expect(outlines.map(plannedAuditor)).to.deep.equal(auditors.map(plannedAuditor));
      expect(memberPolicyDocuments(outlines)).to.deep.equal(memberPolicyDocuments(auditors));
      expect(catalogOf(outlines)).to.deep.equal(catalogOf(auditors));
      expect(deployedOf(outlines)).to.deep.equal(deployedOf(auditors));
      const [ours, theirs] = [systemHandlers(outlines), systemHandlers(auditors)];
      expect(ours.boss).to.deep.equal(theirs.boss);
    });

  it("are made anew for another declaration, another making of tables and another client of the SDK", () => {
    const folder = mkdtempSync(join(tmpdir(), "outlines-"));
    for (const part of ["src/auditors", "src/tables"]) cpSync(part, join(folder, part), { recursive: true });
    const client = join(folder, "node_modules", "@aws-sdk", "client-rds");
    const version = (text: string) => {
      mkdirSync(client, { recursive: true });
      writeFileSync(join(client, "package.json"), JSON.stringify({ version: text }));
    };
    version("3.1.0");
    const keys = [outlinesKey(folder)];
    version("3.2.0");
    keys.push(outlinesKey(folder));
    for (const file of ["src/auditors/services/rds.ts", "src/tables/columns.ts"]) {
      writeFileSync(join(folder, file), "// another");
      keys.push(outlinesKey(folder));
    }
    expect(new Set(keys).size).to.equal(4);
    expect(outlinesKey(folder)).to.equal(keys.at(-1));
    rmSync(folder, { recursive: true });
  });

  it("are all that a program of Pulumi loads of the auditors: no client of the SDK", async () => {
    await loadOutlines();
    const script = `
      await Promise.all(["audit", "member", "rollout"].map((kind) => import("./stacks/" + kind + ".ts")));
      await (await import("./stacks/outlines.ts")).loadOutlines();
      const { createRequire } = await import("node:module");
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      console.log(loaded.length > 100, loaded.filter((file) => /@aws-sdk.client-/.test(file)).length);`;
    const said = execFileSync(process.execPath, ["--import=tsx", "--input-type=module", "--eval", script]);
    expect(String(said).trim()).to.equal("true 0");
  });
});
