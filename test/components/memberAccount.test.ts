import { expect } from "chai";
import { MemberAccount, type MemberAccountArgs, trustPolicy } from "../../components/memberAccount.ts";
import { actionsOf } from "../../src/auditors/collector.ts";
import { loadAuditors, loadServices } from "../../src/auditors/registry.ts";
import { recorded } from "./recorded.ts";

const auditors = await loadAuditors(["rds", "iam"]);
const memberWith = (args: Partial<MemberAccountArgs> = {}, partition = "aws") =>
  recorded(
    () =>
      new MemberAccount("member", {
        auditAccountId: "999999999999",
        externalId: "external-id",
        auditors,
        ...args,
      }),
    { partition },
  );

describe("MemberAccount", () => {
  it("may do exactly what the enabled auditors declare", async () => {
    const actions = (await memberWith())
      .of("Policy")
      .flatMap(({ inputs }) =>
        JSON.parse(inputs.policy).Statement.flatMap(({ Action }: { Action: string[] }) => Action),
      );
    expect(new Set(actions)).to.deep.equal(
      new Set(["ec2:DescribeRegions", ...(await loadServices(["rds", "iam"])).flatMap(actionsOf)]),
    );
  });

  for (const [memberPolicy, partition, arn] of [
    ["SecurityAudit", "aws", "arn:aws:iam::aws:policy/SecurityAudit"],
    ["ReadOnlyAccess", "aws-us-gov", "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"],
  ] as const) {
    it(`attaches ${memberPolicy} of the ${partition} partition instead, when told so`, async () => {
      const made = await memberWith({ memberPolicy }, partition);
      expect(made.of("Policy")).to.be.empty;
      expect(made.one("RolePolicyAttachment").inputs.policyArn).to.equal(arn);
    });
  }

  it("is a component whose role is its child and its output, named as told", async () => {
    const made = await memberWith({ roleName: "acme-reader" });
    const role = made.one("Role");
    expect(role).to.deep.include({ parent: "audit-ecosystem:index:MemberAccount::member" });
    expect(role.inputs).to.deep.include({ name: "acme-reader", maxSessionDuration: 3600 });
    expect(made.one("audit-ecosystem:index:MemberAccount").outputs.roleArn).to.match(/Role\/member$/);
  });

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
