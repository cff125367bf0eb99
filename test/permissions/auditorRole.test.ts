import { expect } from "chai";
import { typesOf } from "../../auditors/collector.ts";
import { groupNames, loadAuditors, serviceNames } from "../../auditors/registry.ts";
import { auditorPermissions } from "../../components/permissions.ts";
import { evidencePrefix } from "../../evidence/layout.ts";

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
