import { expect } from "chai";
import { parquetReadObjects } from "hyparquet";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import type { SandboxState, StoredObject } from "../../sandbox/state.ts";
import { jobName, ModelOutcome } from "../../src/anomalies/modelWork.ts";
import { deployed, REGION, type System, systemOver } from "./system.ts";

const MEMBER = "111111111111";
const FUNCTION = "audit-anomalies";
const ODD_ROLE = "worker-33";

/** Roles and users that vary as they do, one role of them unlike the others, and groups that are all alike. */
function plant(state: SandboxState): void {
  const arn = (what: string) => `arn:aws:iam::${MEMBER}:${what}`;
  const CreateDate = new Date(Date.UTC(2026, 0, 1));
  for (let index = 0; index < 80; index++) {
    const RoleName = `worker-${index}`;
    const [Path, MaxSessionDuration] =
      RoleName === ODD_ROLE ? ["/tmp/", 43_200] : ["/service/", index % 10 ? 3600 : 7200];
    const Arn = arn(`role${Path}${RoleName}`);
    state.roles.set(Arn, {
      account: MEMBER,
      RoleName,
      Path,
      Arn,
      RoleId: `AROA${index}`,
      CreateDate,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
      MaxSessionDuration,
      Tags: [],
      inline: new Map(),
      attached: new Set(),
    });
    const GroupName = `group-${index}`;
    state.groups.push({
      account: MEMBER,
      GroupName,
      Arn: arn(`group/${GroupName}`),
      GroupId: `AGPA${index}`,
      CreateDate,
    });
    const UserName = `user-${index}`;
    state.users.push({
      account: MEMBER,
      UserName,
      Arn: arn(`user/${UserName}`),
      UserId: `AIDA${index}`,
      Path: index === 7 ? "/elsewhere/" : "/",
      CreateDate,
      Tags: [],
      groups: [],
      keys: [],
      mfa: index % 2 === 0,
      attached: [],
    });
  }
}

describe("SageMaker scores a run", function () {
  this.timeout(120_000);
  let beginning: SandboxState;
  let system: System;

  before(async () => {
    const common = { externalId: "an-external-id", auditors: "iam" };
    const audit = {
      ...common,
      kind: "audit",
      accounts: MEMBER,
      bucketName: "evidence-audit",
      schedule: "off",
      sageMakerAnomalies: "true",
    };
    beginning = await deployed(1, [
      { account: AUDIT_ACCOUNT, config: audit },
      { account: MEMBER, config: { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT } },
    ]);
    plant(beginning);
  });
  beforeEach(() => {
    system = systemOver(beginning);
  });

  const run = () => system.run("audit-boss", { regions: [REGION] });
  const inBucket = (name: RegExp): Map<string, StoredObject[]> =>
    [...system.sandbox.state.buckets].find(([bucket]) => name.test(bucket))![1].objects;
  const outcomes = () =>
    [...inBucket(/^evidence-audit$/)]
      .filter(([key]) => key.startsWith("models/"))
      .map(([, versions]) => ModelOutcome.parse(JSON.parse(Buffer.from(versions.at(-1)!.body).toString())));
  const became = () => Object.fromEntries(outcomes().map(({ resource_type, outcome }) => [resource_type, outcome]));
  const failed = () => [...system.sandbox.state.queues.values()].find(({ arn }) => arn.endsWith(`${FUNCTION}-failed`))!;
  /** The rows that came of it. */
  async function found(): Promise<Record<string, unknown>[]> {
    const files = [...inBucket(/^evidence-audit$/)].filter(([key]) => /^tables\/anomalies\/.*-\d+\.parquet$/.test(key));
    const rows = files.map(([, versions]) => {
      const { buffer, byteOffset, length } = Uint8Array.from(versions.at(-1)!.body);
      return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + length) });
    });
    return (await Promise.all(rows)).flat();
  }
  /** Takes a statement of a role's policy away. */
  function forbid(roleName: string, sid: string): void {
    const role = [...system.sandbox.state.roles.values()].find(({ RoleName }) => RoleName === roleName)!;
    for (const [name, document] of role.inline) {
      const { Version, Statement } = JSON.parse(document) as { Version: string; Statement: { Sid: string }[] };
      role.inline.set(name, JSON.stringify({ Version, Statement: Statement.filter(({ Sid }) => Sid !== sid) }));
    }
  }

  it("and what is unlike the others is in the tables, with the features that set it apart", async () => {
    await run();
    expect(system.trouble).to.deep.equal([]);
    expect(became()).to.include({
      "AWS::IAM::Group": "nothing-to-score",
      "AWS::IAM::Role": "scored",
      "AWS::IAM::User": "scored",
    });
    const role = (await found()).find(({ resource_id }) => resource_id === ODD_ROLE)!;
    expect(role).to.include({ model: "sagemaker-random-cut-forest", resource_type: "AWS::IAM::Role" });
    expect(role.features).to.include("Path");
    const reasons = (role.reasons as string[]).map((reason) => JSON.parse(reason));
    expect(reasons.find(({ feature }) => feature === "Path")).to.include({ value: "/tmp/", usual: "/service/" });
    expect(role.evidence_object).to.match(/^evidence\/resource_type=aws_iam_role\//);
    const { models, trainingJobs } = system.sandbox.state.sageMaker;
    expect([...models.keys()], "no model is left").to.deep.equal([]);
    for (const job of trainingJobs.values())
      expect(job).to.deep.include({ EnableNetworkIsolation: true, StoppingCondition: { MaxRuntimeInSeconds: 3600 } });
  });

  it("once, however often each event is delivered", async () => {
    await run();
    const before = [await found(), outcomes()];
    const [{ run_id }] = outcomes() as [ModelOutcome];
    system.twice.add(FUNCTION);
    for (const [kind, type] of [
      ["Training", "AWS::IAM::Role"],
      ["Transform", "AWS::IAM::Role"],
      ["Training", "AWS::IAM::User"],
    ] as const)
      await system.run(FUNCTION, {
        source: "aws.sagemaker",
        detail: {
          [`${kind}JobName`]: jobName("audit", run_id, Object.keys(became()).indexOf(type)),
          [`${kind}JobStatus`]: "Completed",
        },
      });
    await system.run(FUNCTION, { run_id, run_date: "2026-11-24" });
    expect(system.trouble).to.deep.equal([]);
    expect([await found(), outcomes()]).to.deep.equal(before);
    expect(system.sandbox.state.sageMaker.trainingJobs.size).to.equal(2);
    expect(system.sandbox.state.sageMaker.models.size).to.equal(0);
  });

  it("or says which types it did not, and why: each that follows has its turn", async () => {
    forbid("audit-anomalies-training", "ReadRows");
    await run();
    expect(became()).to.include({ "AWS::IAM::Role": "failed", "AWS::IAM::User": "failed" });
    for (const { outcome, reason } of outcomes())
      if (outcome === "failed") expect(reason).to.match(/SageMaker did not train.*s3:GetObject/);
    expect(await found()).to.deep.equal([]);
    expect(system.trouble, "what the alarm counts").to.have.length(2);
    expect(failed().messages).to.have.length(2);
  });

  it("or says that the scores did not come, and leaves no model", async () => {
    forbid("audit-anomalies-training", "WriteScores");
    // Training writes its model by the same statement.
    const role = [...system.sandbox.state.roles.values()].find(
      ({ RoleName }) => RoleName === "audit-anomalies-training",
    )!;
    const Resource = `arn:aws:s3:::*/model/*`;
    const Statement = [{ Sid: "Model", Effect: "Allow", Action: ["s3:PutObject"], Resource }];
    role.inline.set("model", JSON.stringify({ Version: "2012-10-17", Statement }));
    await run();
    expect(became()).to.include({ "AWS::IAM::Role": "failed", "AWS::IAM::User": "failed" });
    expect(outcomes().find(({ outcome }) => outcome === "failed")!.reason).to.match(
      /SageMaker did not score.*PutObject/,
    );
    expect(system.sandbox.state.sageMaker.models.size).to.equal(0);
  });

  it("and nobody of it deletes anything, or sees evidence who needs none", () => {
    const { iam, state } = system.sandbox;
    const may = (RoleName: string, action: string, resource: string) => {
      const { Arn: roleArn } = [...state.roles.values()].find((role) => role.RoleName === RoleName)!;
      const principal = {
        kind: "role",
        account: AUDIT_ACCOUNT,
        roleArn,
        roleName: RoleName,
        sessionName: "x",
      } as const;
      return iam.denial(principal, { action, resource }) === undefined;
    };
    const work = [...state.buckets.keys()].find((name) => name.startsWith("audit-anomalies-work"))!;
    for (const role of [FUNCTION, "audit-anomalies-training"])
      for (const bucket of ["evidence-audit", work])
        expect(may(role, "s3:DeleteObject", `arn:aws:s3:::${bucket}/any`), `${role} in ${bucket}`).to.equal(false);
    expect(may("audit-anomalies-training", "s3:GetObject", "arn:aws:s3:::evidence-audit/evidence/any")).to.equal(false);
    expect(may("audit-anomalies-training", "s3:PutObject", `arn:aws:s3:::${work}/run/00/input/rows.csv`)).to.equal(
      false,
    );
  });

  it("and not at all unless it is asked for", async () => {
    const common = { externalId: "an-external-id", auditors: "iam", accounts: MEMBER, kind: "audit", schedule: "off" };
    const { functions, eventRules } = await deployed(1, [{ account: AUDIT_ACCOUNT, config: common }]);
    expect([...functions.values()].map(({ FunctionName }) => FunctionName)).not.to.include(FUNCTION);
    expect(eventRules.size).to.equal(0);
  });
});
