import { SecurityPolicy } from "@aws-sdk/client-api-gateway";
import { MinimumProtocolVersion } from "@aws-sdk/client-cloudfront";
import { Runtime } from "@aws-sdk/client-lambda";
import { EngineType } from "@aws-sdk/client-mq";
import { TLSSecurityPolicy } from "@aws-sdk/client-opensearch";
import { expect } from "chai";
import { TrinoSQL } from "dt-sql-parser";
import { administratorPolicies } from "../../src/controls/facts/administratorPolicies.ts";
import { awsPolicies } from "../../src/controls/facts/awsPolicies.ts";
import { engineVersions } from "../../src/controls/facts/engineVersions.ts";
import { FACTS, withFacts } from "../../src/controls/facts/facts.ts";
import type { FactTable } from "../../src/controls/facts/factTable.ts";
import { lambdaRuntimes } from "../../src/controls/facts/lambdaRuntimes.ts";
import { tlsPolicies } from "../../src/controls/facts/tlsPolicies.ts";
import { factFindings } from "../../src/doctor/factFindings.ts";
import { allowsEverything } from "../../src/policy/everything.ts";
import { awsManagedPolicies, awsManagedPolicy, MANAGED_POLICIES_AS_OF } from "../../src/policy/managedPolicies.ts";

const valuesOf = (table: FactTable, of?: string): string[] =>
  table.rows.filter(([first]) => of === undefined || first === of).map((row) => row[of === undefined ? 0 : 1]!);

describe("tables of facts", () => {
  for (const [what, known, listed, since] of [
    // What the SDK knows and no list has yet is not known: it is named here, so that the next SDK says what came.
    ["runtimes of Lambda", Object.values(Runtime), valuesOf(lambdaRuntimes), ["nodejs26.x", "python3.15"]],
    ["CloudFront", Object.values(MinimumProtocolVersion), valuesOf(tlsPolicies, "cloudfront"), []],
    ["API Gateway", Object.values(SecurityPolicy), valuesOf(tlsPolicies, "apigateway"), []],
    ["Amazon MQ", Object.values(EngineType).map((each) => each.toLowerCase()), valuesOf(engineVersions), []],
    ["OpenSearch", Object.values(TLSSecurityPolicy), valuesOf(tlsPolicies, "opensearch"), []],
  ] as const)
    it(`have every value that the SDK knows: ${what}`, () => {
      expect((known as readonly string[]).filter((each) => !listed.includes(each)).sort()).to.deep.equal([...since]);
    });

  it("have AWS's managed policies that come to an administrator's, and no other", () => {
    const found = awsManagedPolicies()
      .filter((arn) => allowsEverything(awsManagedPolicy(arn)!.policy) !== false)
      .map((arn) => [arn.split(":")[5], awsManagedPolicy(arn)!.version]);
    expect([...administratorPolicies.rows].sort()).to.deep.equal(found.sort());
    expect(administratorPolicies.taken).to.equal(MANAGED_POLICIES_AS_OF);
  });

  it("name all of AWS's managed policies, so that a newer one is not known", () => {
    const names = awsManagedPolicies().map((arn) => arn.split(":")[5]);
    expect(awsPolicies.rows).to.deep.equal([[names.sort().join(" ")]]);
    expect(awsPolicies.taken).to.equal(MANAGED_POLICIES_AS_OF);
  });

  for (const table of FACTS) {
    it(`have a day, a page and whole rows, each once: ${table.name}`, () => {
      expect(table.taken).to.match(/^20\d\d-\d\d-\d\d$/);
      expect(table.page).to.match(/^https:\/\/docs\.aws\.amazon\.com\//);
      for (const row of table.rows) expect(row).to.have.length(table.columns.length);
      const keys = table.rows.map((row) => row.slice(0, -1).join(" "));
      expect(new Set(keys).size).to.equal(keys.length);
      const ends = table.columns.indexOf("ends");
      if (ends >= 0) for (const row of table.rows) if (row[ends]) expect(row[ends]).to.match(/^20\d\d-\d\d-\d\d$/);
    });
    it(`are put in front of a query that names them, and of no other: ${table.name}`, () => {
      const sql = `SELECT * FROM facts_${table.name}`;
      for (const each of [sql, `WITH a AS (${sql}) SELECT * FROM a`]) {
        expect(new TrinoSQL().validate(withFacts(each))).to.deep.equal([]);
        expect(withFacts(each)).to.include(table.rows[0]![0]!);
      }
      expect(withFacts(`SELECT * FROM facts_${table.name}_of_others`)).not.to.include("VALUES");
    });
  }

  for (const [days, verdict] of [
    [90, "ok"],
    [91, "note"],
  ] as const)
    it(`${days} days old are ${verdict} to the doctor`, () => {
      const now = new Date(Date.parse(lambdaRuntimes.taken) + days * 86_400_000);
      const [found, ...more] = factFindings([lambdaRuntimes], now);
      expect(more).to.deep.equal([]);
      expect(found!.verdict).to.equal(verdict);
      expect(found!.message).to.include(lambdaRuntimes.taken);
      if (verdict === "note") expect(found!.message).to.include("lambda_runtimes");
    });
});
