import { readFileSync } from "node:fs";
import * as lake from "@aws-sdk/client-lakeformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import type { Registered } from "../../sandbox/deploy/registered.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { regionsOf } from "../../sandbox/estate/regions.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import { quietScript } from "../../simulation/script.ts";
import { simulate } from "../../simulation/simulate.ts";
import { type AuditClients, auditFindings, type ExpectedAudit } from "../../src/doctor/auditFindings.ts";
import { deployed, REGION, type System, systemOver, told } from "./system.ts";

const MEMBER = "111111111111";
const EXTERNAL_ID = "an-external-id";
const shared = { auditors: "rds,iam", externalId: EXTERNAL_ID };
const member = { ...shared, kind: "member", auditAccountId: AUDIT_ACCOUNT };

/** A system of an audit account and a member, whose audit stack has these keys beside. */
async function systemWith(config: Record<string, string>): Promise<{ system: System; bucket: string }> {
  const audit = { ...shared, kind: "audit", accounts: MEMBER, bucketName: "strict-evidence", ...config };
  const state = await deployed(1, [
    { account: AUDIT_ACCOUNT, config: audit },
    { account: MEMBER, config: member },
  ]);
  return { system: systemOver(state), bucket: "strict-evidence" };
}
const credentials = { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" };

/** The commands of a section of docs/organizations.md, as options by name. */
function commands(section: string): Record<string, string>[] {
  const page = readFileSync("docs/organizations.md", "utf8").split(`## ${section}\n`)[1]!.split("\n## ")[0]!;
  const lines = /```sh\n(.*?)```/s.exec(page)![1]!.replaceAll("\\\n", " ").trim().split("\n");
  return lines.map((line) =>
    Object.fromEntries(
      [...line.matchAll(/--([\w-]+)\s+('[^']*'|\S+)/g)].map(([, name, value]) => [name!, value!.replaceAll("'", "")]),
    ),
  );
}

describe("a new account, and a strict organization", function () {
  this.timeout(300_000);

  it("leaves regions that the organization denies out by the key regions, and says denied where it is not set", async () => {
    const deniedRegions = regionsOf(1, MEMBER).filter(({ name, optIn }) => name !== REGION && optIn !== "not-opted-in");
    for (const [regions, statuses] of [
      [REGION, { collected: 1 }],
      [
        "",
        {
          collected: 1,
          denied: deniedRegions.length,
          "not-enabled": regionsOf(1, MEMBER).length - deniedRegions.length - 1,
        },
      ],
    ] as const) {
      const { system, bucket } = await systemWith({ regions, catalog: "false" });
      system.sandbox.state.faults.script.push(
        ...deniedRegions.map(({ name }) => ({ effect: { kind: "denied" } as const, account: MEMBER, region: name })),
      );
      await system.run("audit-boss", { auditors: ["rds"] });
      const { outcomes, sealed } = told(system, bucket);
      const seen: Record<string, number> = {};
      for (const { status } of outcomes) seen[status] = (seen[status] ?? 0) + 1;
      expect(seen).to.deep.equal(Object.fromEntries(Object.entries(statuses).filter(([, number]) => number)));
      expect(sealed).to.equal(1);
      for (const { region, status, errors } of outcomes)
        if (status === "denied")
          expect([...new Set(errors.map(({ denied_by }) => denied_by))], region).to.deep.equal(["scp"]);
    }
  });

  it("asks nothing of a region that an account has not opted in to, and says so of each", async () => {
    const closed = regionsOf(1, MEMBER).flatMap(({ name, optIn }) => (optIn === "not-opted-in" ? name : []));
    expect(closed).not.to.be.empty;
    const { system, bucket } = await systemWith({ regions: [REGION, ...closed].join(), catalog: "false" });
    await system.run("audit-boss", { auditors: ["rds"] });
    const byRegion = told(system, bucket).outcomes.map(({ region, status }) => [region, status]);
    expect(byRegion).to.have.deep.members([[REGION, "collected"], ...closed.map((region) => [region, "not-enabled"])]);
    const asked = system.requests.filter((each) => closed.some((region) => each.includes(`rds.${region}.`)));
    expect(asked).to.deep.equal([]);
  });

  it("is told by Lake Formation what is missing, and runs with the grants of docs/organizations.md", async () => {
    const { system, bucket } = await systemWith({ regions: REGION });
    const client = new lake.LakeFormationClient({
      requestHandler: inProcess(system.sandbox) as never,
      region: REGION,
      credentials,
    });
    await client.send(
      new lake.PutDataLakeSettingsCommand({
        DataLakeSettings: { CreateDatabaseDefaultPermissions: [], CreateTableDefaultPermissions: [] },
      }),
    );
    await system.run("audit-boss", { auditors: ["iam"] });
    expect(system.trouble.join("\n")).to.match(/Insufficient Lake Formation permission\(s\)/);
    // Evidence does not hang on the catalog.
    expect(told(system, bucket).sealed).to.equal(1);
    system.trouble.length = 0;

    for (const options of commands("Lake Formation")) {
      const [, DataLakePrincipalIdentifier] = options.principal!.split("=");
      await client.send(
        new lake.GrantPermissionsCommand({
          Principal: { DataLakePrincipalIdentifier: DataLakePrincipalIdentifier! },
          Permissions: [options.permissions as lake.Permission],
          Resource: JSON.parse(options.resource!) as lake.Resource,
        }),
      );
    }
    await system.run("audit-boss", { auditors: ["iam"] });
    expect(system.trouble).to.deep.equal([]);
    expect(told(system, bucket).sealed).to.equal(2);
    expect(
      [...system.sandbox.state.glueTables.keys()].some((arn) => arn.endsWith("table/audit/aws_iam_role")),
    ).to.equal(true);
  });

  it("puts no function into a VPC, as an account may have none", async () => {
    const made: Registered[] = [];
    const invoke = { now: async () => ({ payload: null }), later: () => undefined };
    const sandbox = createSandbox(populate(1, 1), { ...handedIn, now: Date.now, random: randomOf("vpc"), invoke });
    const config = { ...shared, kind: "audit", accounts: MEMBER };
    await deploy(
      { requestHandler: inProcess(sandbox) },
      REGION,
      { name: "audit", account: AUDIT_ACCOUNT, config },
      (each) => made.push(each),
    );
    const functions = made.filter(({ type }) => type === "aws:lambda/function:Function");
    expect(functions).not.to.be.empty;
    for (const { inputs } of functions) expect(inputs).not.to.have.any.keys("vpcConfig", "fileSystemConfig");
    expect(made.filter(({ type }) => type.startsWith("aws:ec2/"))).to.be.empty;
  });

  it("covers everything with Lambda's ten functions at a time of a new account, and doctor names the limit", async () => {
    const script = {
      ...quietScript(1),
      accounts: Array.from({ length: 25 }, (_none, index) => String(100_000_000_000 + index)),
    };
    const { violations } = await simulate(1, { script, concurrency: 10 });
    expect(violations).to.deep.equal([]);
    const { system } = await systemWith({ regions: REGION, catalog: "false" });
    system.sandbox.state.concurrency = new Map([[AUDIT_ACCOUNT, 10]]);
    const lambda = new LambdaClient({
      requestHandler: inProcess(system.sandbox) as never,
      region: REGION,
      credentials,
    });
    const clients = { lambda } as AuditClients;
    const findings = await auditFindings(clients, { functions: new Map() } as unknown as ExpectedAudit, 0);
    const finding = findings.find(({ check }) => check === "concurrency");
    expect(finding).to.include({ verdict: "note" });
    expect(finding!.message).to.match(/^10 functions at the same time/);
    const [request] = commands("Lambda concurrency");
    expect(finding!.message).to.include(
      `--quota-code ${request!["quota-code"]} --desired-value ${request!["desired-value"]}`,
    );
  });
});
