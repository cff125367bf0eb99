import { expect } from "chai";
import { memberProgram } from "../../examples/member-stacks/up.ts";
import { recorded } from "../components/recorded.ts";

describe("examples/member-stacks", () => {
  it("makes the role with a session of the account, and in no other account", async () => {
    const made = await recorded(memberProgram("111111111111", "an-external-id"));
    expect(made.one("pulumi:providers:aws").inputs).to.deep.include({
      assumeRoles: JSON.stringify([
        { roleArn: "arn:aws:iam::111111111111:role/OrganizationAccountAccessRole", sessionName: "audit-rollout" },
      ]),
      allowedAccountIds: '["111111111111"]',
    });
    expect(made.one("aws:iam/role:Role").inputs.assumeRolePolicy).to.include("an-external-id");
  });
});
