import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { loadControls } from "../../src/controls/control.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import { type Difference, differences } from "../../src/query/diff.ts";
import { type DuckDBEngine, duckDBEngine } from "../../src/query/duckdb.ts";
import { rowsOf } from "../../src/query/engine.ts";
import { bucketObjects } from "../../src/tables/bucketObjects.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { pullInto } from "../../src/tables/pullInto.ts";
import { everyVerdict } from "../controls/everyVerdict.ts";
import { deployed, REGION, type System, systemOver } from "./system.ts";

const MEMBER = "111111111111";
const BUCKET = "evidence-answers";
const AUDITORS = ["rds", "iam", "s3", "vpc"];

describe("from evidence to answers", function () {
  this.timeout(120_000);
  let system: System;
  let folder: string;
  let engine: DuckDBEngine;
  const catalog = loadAuditors(AUDITORS).then(catalogOf);
  const clientOf = (account: string) => ({
    region: REGION,
    requestHandler: inProcess(system.sandbox) as never,
    credentials: { accessKeyId: account, secretAccessKey: "sandbox" },
  });
  const run = async () => {
    await system.run("audit-boss", {});
    expect(system.trouble).to.deep.equal([]);
  };
  const ask = async (sql: string) => rowsOf(await engine.query(sql));
  /** A new look at what is in the bucket, as `itaudit query --bucket` takes it. */
  const look = async () => {
    await engine?.close();
    const s3 = new S3Client({ ...clientOf(AUDIT_ACCOUNT), forcePathStyle: true });
    const pull = pullInto(bucketObjects(s3, BUCKET), folder, () => undefined);
    engine = await duckDBEngine({ folder, catalog: await catalog, pull });
  };
  const compared = async (): Promise<Difference[]> => {
    const found: Difference[] = [];
    const [first, second] = engine.runs.slice(-2);
    for await (const each of differences(engine, first!, second!, { catalog: await catalog })) found.push(each);
    return found;
  };

  /** Verdicts of the controls about databases, by control. */
  const judged = async (): Promise<Map<string, Verdict[]>> => {
    const types = new Set((await catalog).tables.map(({ resourceType }) => resourceType));
    const controls = (await loadControls()).filter(
      ({ service, resource, needs }) => service === "rds" && [resource, ...needs].every((type) => types.has(type)),
    );
    const found = new Map<string, Verdict[]>(controls.map(({ id }) => [id, []]));
    for await (const verdict of everyVerdict(engine, controls)) found.get(verdict.control)!.push(verdict);
    return found;
  };
  const statuses = (verdicts: readonly Verdict[]) =>
    new Set(verdicts.flatMap(({ status }) => (status === "not-applicable" ? [] : [status])));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "answers-"));
    const auditors = AUDITORS.join(",");
    const common = { externalId: "an-external-id", auditors };
    system = systemOver(
      await deployed(1, [
        {
          account: AUDIT_ACCOUNT,
          config: { ...common, kind: "audit", accounts: MEMBER, bucketName: BUCKET, schedule: "off" },
        },
        { account: MEMBER, config: { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT } },
      ]),
    );
  });
  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  it("a run is sealed, its tables are there without being asked for, and they hold every item", async () => {
    await run();
    await look();
    const [counted] = await ask("SELECT items, complete FROM latest_runs");
    expect(counted?.complete).to.equal(true);
    expect(counted?.items).to.be.greaterThan(10);
    expect(await ask("SELECT count(*) AS items FROM latest_resources")).to.deep.equal([{ items: counted!.items }]);
    const [types] = await ask(`SELECT count(DISTINCT resource_type) AS n FROM latest_objects`);
    expect(types?.n).to.be.greaterThan(5);
    const [database] = await ask(
      "SELECT db_instance_identifier, engine, storage_encrypted FROM latest_aws_rds_dbinstance ORDER BY 1 LIMIT 1",
    );
    expect(database?.storage_encrypted).to.be.a("boolean");
  });

  it("every control about databases knows its answer, with their networks and parameter groups resolved", async () => {
    const found = await judged();
    for (const [control, verdicts] of found) expect(statuses(verdicts), control).not.to.include("unknown");
    // Something is in order and something is not, in one account already.
    for (const control of ["rds-not-reachable-from-internet", "rds-not-in-public-subnet", "rds-engine-supported"])
      expect([...statuses(found.get(control)!)], control).to.have.members(["pass", "fail"]);
    const forgotten = [...found.values()]
      .flat()
      .filter(({ status, resource }) => status === "fail" && resource?.resource_id === "old-test")
      .map(({ control }) => control);
    expect(forgotten).to.include.members([
      "rds-authority-valid",
      "rds-backups-kept",
      "rds-certificate-not-expiring",
      "rds-engine-supported",
      "rds-not-reachable-from-internet",
      "rds-storage-encrypted",
    ]);
  });

  it("a second run over the unchanged estate shows no difference", async () => {
    await run();
    await look();
    expect(engine.runs).to.have.length(2);
    expect(await compared()).to.deep.equal([]);
  });

  it("a third one shows the role that was made and the policy that another one got", async () => {
    const iam = new IAMClient(clientOf(MEMBER));
    const [standing] = await ask("SELECT role_name FROM latest_aws_iam_role ORDER BY role_name LIMIT 1");
    await iam.send(new CreateRoleCommand({ RoleName: "new-comer", AssumeRolePolicyDocument: '{"Statement":[]}' }));
    const PolicyDocument = '{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}';
    await iam.send(
      new PutRolePolicyCommand({ RoleName: String(standing!.role_name), PolicyName: "more", PolicyDocument }),
    );
    await run();
    await look();
    const found = await compared();
    expect(found.map(({ kind, resource_id }) => `${kind} ${resource_id}`)).to.have.members([
      "added new-comer",
      `changed ${standing!.role_name}`,
    ]);
    const changed = found.find(({ kind }) => kind === "changed");
    expect(changed?.kind === "changed" && changed.changes.map(({ path }) => path)).to.deep.equal(["RolePolicyList[]"]);
  });

  it("where routes and parameters may not be read, a database is neither safe nor exposed: it is not known", async () => {
    const role = [...system.sandbox.state.roles.values()].find(
      ({ account, RoleName }) => account === MEMBER && RoleName === "audit-cross-account-access-role",
    )!;
    const Action = ["ec2:DescribeRouteTables", "rds:DescribeDBClusterParameters"];
    role.inline.set("no-routes", JSON.stringify({ Statement: [{ Effect: "Deny", Action, Resource: "*" }] }));
    await run();
    role.inline.delete("no-routes");
    await look();
    const found = await judged();
    for (const [control, reason] of [
      ["rds-not-in-public-subnet", /AWS::EC2::RouteTable denied: DescribeRouteTables/],
      ["rds-not-reachable-from-internet", /AWS::EC2::RouteTable denied: DescribeRouteTables/],
    ] as const) {
      expect([...statuses(found.get(control)!)], control).to.deep.equal(["unknown"]);
      for (const verdict of found.get(control)!)
        if (verdict.status === "unknown") expect(verdict.reason).to.match(reason);
    }
    // AWS's own groups set nothing, and need no reading.
    const clusters = found.get("rds-cluster-tls-required")!.filter(({ resource }) => resource);
    expect(clusters.map(({ status, reason }) => `${status} ${reason}`)).to.have.members([
      "unknown The parameters of its parameter group were not read, or do not tell",
      "fail TLS is not required by the cluster parameter group default.aurora-postgresql16",
    ]);
  });

  it("an account that lets nobody in any more is not observed: nothing in it is called removed", async () => {
    for (const role of system.sandbox.state.roles.values())
      if (role.account === MEMBER && role.RoleName === "audit-cross-account-access-role")
        role.AssumeRolePolicyDocument = '{"Version":"2012-10-17","Statement":[]}';
    await run();
    await look();
    const found = await compared();
    expect(found).not.to.be.empty;
    expect(new Set(found.map(({ kind }) => kind))).to.deep.equal(new Set(["not observed"]));
    expect(found[0])
      .to.have.property("reason")
      .that.matches(/denied: AssumeRole AccessDenied/);
    const [gaps] = await ask("SELECT count(*) AS n FROM latest_gaps WHERE NOT listed");
    expect(gaps?.n).to.be.greaterThan(0);
    expect(await ask("SELECT count(*) AS n FROM latest_resources")).to.deep.equal([{ n: 0 }]);
  });
});
