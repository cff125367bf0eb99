import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { actionsOf } from "../../auditors/collector.ts";
import { auditors } from "../../auditors/registry.ts";
import { trustPolicy } from "../../components/memberAccount.ts";

interface Made {
  type: string;
  inputs: Record<string, string>;
}
let made: Made[];

/** Makes the component under mocks and answers with the resources it registered. */
async function resourcesOf(args: Record<string, unknown>, partition = "aws"): Promise<Made[]> {
  made = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, inputs, name }) => {
      made.push({ type, inputs });
      return { id: `${name}-id`, state: { ...inputs, arn: `arn:${partition}:test:::${name}` } };
    },
    call: () => ({ partition }),
  });
  const { MemberAccount } = await import("../../components/memberAccount.ts");
  const member = new MemberAccount("member", {
    auditAccountId: "999999999999",
    externalId: "external-id",
    auditors: ["rds", "iam"],
    ...args,
  });
  await new Promise((resolve) => member.roleArn.apply(resolve));
  await pulumi.runtime.disconnect();
  return made.filter(({ type }) => type.startsWith("aws:"));
}

describe("MemberAccount", () => {
  it("may do exactly what the enabled auditors declare", async () => {
    const resources = await resourcesOf({});
    const policies = resources.filter(({ type }) => type === "aws:iam/policy:Policy");
    const actions = policies.flatMap(({ inputs }) =>
      JSON.parse(inputs.policy!).Statement.flatMap(({ Action }: { Action: string[] }) => Action),
    );
    expect(new Set(actions)).to.deep.equal(
      new Set(["ec2:DescribeRegions", ...actionsOf(auditors.rds!), ...actionsOf(auditors.iam!)]),
    );
  });

  for (const [memberPolicy, partition, arn] of [
    ["SecurityAudit", "aws", "arn:aws:iam::aws:policy/SecurityAudit"],
    ["ReadOnlyAccess", "aws-us-gov", "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"],
  ] as const) {
    it(`attaches ${memberPolicy} of the ${partition} partition instead, when told so`, async () => {
      const resources = await resourcesOf({ memberPolicy }, partition);
      expect(resources.filter(({ type }) => type === "aws:iam/policy:Policy")).to.be.empty;
      const attached = resources.filter(({ type }) => type.includes("RolePolicyAttachment"));
      expect(attached.map(({ inputs }) => inputs.policyArn)).to.deep.equal([arn]);
    });
  }

  it("trusts only the audit account's own roles, with the external id, and the organization where it is named", () => {
    const trust = { partition: "aws-cn", auditAccountId: "999999999999", externalId: "external-id" };
    const [statement] = trustPolicy(trust).Statement;
    expect(statement!.Principal).to.deep.equal({ AWS: "arn:aws-cn:iam::999999999999:root" });
    expect(statement!.Condition).to.deep.equal({
      StringEquals: { "sts:ExternalId": "external-id" },
      ArnLike: { "aws:PrincipalArn": "arn:aws-cn:iam::999999999999:role/audit-ecosystem/*" },
    });
    const [inOrganization] = trustPolicy({ ...trust, organizationId: "o-abc" }).Statement;
    expect(inOrganization!.Condition.StringEquals).to.include({ "aws:PrincipalOrgID": "o-abc" });
  });
});
