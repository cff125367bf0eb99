import { expect } from "chai";
import { AuditAccount } from "../../components/auditAccount.ts";
import { withMandatory } from "../../components/mandatory.ts";
import { MemberAccount } from "../../components/memberAccount.ts";
import { MemberRollout } from "../../components/memberRollout.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { recorded } from "./recorded.ts";

const BOUNDARY = "arn:aws:iam::999999999999:policy/boundary";
const auditors = await loadAuditors(["s3"]);
const member = { auditAccountId: "999999999999", externalId: "an-external-id", auditors };
const mandatory = withMandatory({ permissionsBoundary: BOUNDARY, tags: { owner: "audit" } });

describe("what an organization wants of every resource", function () {
  this.timeout(120_000);
  for (const [what, make] of [
    [
      "the audit account",
      () => new AuditAccount("audit", { auditors, accounts: { ids: ["111111111111"] } }, mandatory),
    ],
    ["a member account", () => new MemberAccount("member", member, mandatory)],
    [
      "a rollout",
      () =>
        new MemberRollout(
          "rollout",
          { ...member, organizationalUnits: ["r-abcd"], permissionsBoundary: BOUNDARY },
          mandatory,
        ),
    ],
  ] as const)
    it(`reaches every role, and tags what has tags, of ${what}`, async () => {
      const made = await recorded(make);
      const roles = made.of("aws:iam/role:Role");
      expect(roles).not.to.be.empty;
      for (const { inputs, name } of roles)
        expect(inputs, name).to.deep.include({ permissionsBoundary: BOUNDARY, tags: { owner: "audit" } });
      for (const { inputs } of made.of("StackSet"))
        expect(JSON.parse(inputs.templateBody).Resources.Role.Properties.PermissionsBoundary).to.deep.equal({
          "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/boundary",
        });
      for (const { type, inputs, name } of made.all)
        if (/:(Bucket|Function|LogGroup|Key|Parameter)$/.test(type))
          expect(inputs.tags, name).to.deep.equal({ owner: "audit" });
    });
});
