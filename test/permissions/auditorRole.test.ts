import { expect } from "chai";
import { auditorPermissions, bossPermissions, recorderPermissions } from "../../components/permissions.ts";
import { typesOf } from "../../src/auditors/collector.ts";
import type { PolicyStatement } from "../../src/auditors/policy.ts";
import { groupNames, loadAuditors, serviceNames } from "../../src/auditors/registry.ts";
import { evidencePrefix } from "../../src/evidence/layout.ts";

/** Characters of all inline policies of a role. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const INLINE_LIMIT = 10_240;
const REGION = "ap-southeast-5";
const longest = (length: number) => "x".repeat(length);
const functionArn = `arn:aws-us-gov:lambda:${REGION}:999999999999:function:${longest(64)}`;

describe("the auditor's role", () => {
  for (const [what, names] of [
    ["groups", groupNames],
    ["services alone", serviceNames],
  ] as const) {
    it(`has an inline policy within IAM's limit for all ${what}, with the longest names that AWS allows`, async () => {
      const auditors = await loadAuditors(names);
      for (const auditor of auditors) {
        const Statement = auditorPermissions({
          bucketArn: `arn:aws-us-gov:s3:::${longest(63)}`,
          auditor: auditor.name,
          resourceTypes: typesOf(auditor),
          othersTypes: auditors.filter((each) => each !== auditor).flatMap(typesOf),
          partition: "aws-us-gov",
          accountId: "999999999999",
          crossAccountRoleName: longest(64),
          ownArn: functionArn,
          sealerArn: functionArn,
          recorderArn: functionArn,
        });
        const size = JSON.stringify({ Version: "2012-10-17", Statement }).length;
        expect(size, auditor.name).to.be.below(INLINE_LIMIT);
      }
    });

    it(`writes evidence of each of its own types and of no other auditor's: ${what}`, async () => {
      const auditors = await loadAuditors(names);
      for (const auditor of auditors) {
        const own = typesOf(auditor);
        const others = auditors.filter((each) => each !== auditor).flatMap(typesOf);
        const [write] = auditorPermissions({
          bucketArn: "",
          auditor: auditor.name,
          resourceTypes: own,
          othersTypes: others,
          partition: "aws",
          accountId: "999999999999",
          crossAccountRoleName: "role",
          ownArn: "",
          sealerArn: "",
          recorderArn: "",
        });
        const prefixes = (write!.Resource as string[]).map((each) => each.slice(1, -1));
        const mayWrite = (type: string) => prefixes.some((prefix) => evidencePrefix(type).startsWith(prefix));
        expect(
          own.filter((type) => !mayWrite(type)),
          auditor.name,
        ).to.deep.equal([]);
        expect(others.filter(mayWrite), auditor.name).to.deep.equal([]);
      }
    });
  }
});

describe("the boss's and the recorder's roles", () => {
  const bucketArn = `arn:aws-us-gov:s3:::${longest(63)}`;
  const arnOf = (name: string, prefix = "audit") =>
    `arn:aws-us-gov:lambda:${REGION}:999999999999:function:${prefix}-get-meta-${name}`;
  const bossMay = (auditorArns: string[]) =>
    bossPermissions({
      bucketArn,
      auditorArns,
      sealerArn: functionArn,
      parameterArn: `arn:aws-us-gov:ssm:${REGION}:999999999999:parameter/${longest(1000)}`,
      byUnits: false,
      asksRegions: true,
    });
  const invocable = (statements: PolicyStatement[]) =>
    statements
      .filter(({ Action }) => Action.includes("lambda:InvokeFunction"))
      .flatMap(({ Resource }) => Resource)
      .filter((arn) => arn.includes("-get-meta-"));

  for (const [what, names] of [
    ["groups", groupNames],
    ["services alone", serviceNames],
    ["services alone, twice as many", [...serviceNames, ...serviceNames.map((name) => `${name}-2`)]],
  ] as const)
    it(`have an inline policy within IAM's limit for all ${what}`, () => {
      const arns = names.map((name) => arnOf(name, longest(32)));
      for (const Statement of [bossMay(arns), recorderPermissions(bucketArn, functionArn, arns)])
        expect(JSON.stringify({ Version: "2012-10-17", Statement }).length).to.be.below(INLINE_LIMIT);
    });

  it("name each auditor while that fits, and else what auditors of this system, account and region are called", () => {
    const few = groupNames.map((name) => arnOf(name));
    expect(invocable(bossMay(few))).to.deep.equal(few);
    expect(invocable(recorderPermissions(bucketArn, functionArn, few))).to.deep.equal(few);
    const many = serviceNames.map((name) => arnOf(name));
    const all = [`arn:aws-us-gov:lambda:${REGION}:999999999999:function:audit-get-meta-*`];
    expect(invocable(bossMay(many))).to.deep.equal(all);
    expect(invocable(recorderPermissions(bucketArn, functionArn, many))).to.deep.equal(all);
  });
});
