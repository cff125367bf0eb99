import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsForUserCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
} from "@aws-sdk/client-iam";
import { mockClient } from "aws-sdk-client-mock";
import { expect } from "chai";
import { callerPolicies, type ReadPolicies } from "../../src/desk/callerPolicies.ts";
import { MANAGED_POLICIES_AS_OF } from "../../src/policy/managedPolicies.ts";

const OF_AWS = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
const OWN = "arn:aws:iam::111111111111:policy/own";
const text = (action: string) =>
  encodeURIComponent(JSON.stringify({ Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] }));
const denied = Object.assign(new Error("no"), { name: "AccessDenied" });
const actionsOf = (read: ReadPolicies): string[] => {
  if ("notKnown" in read) throw new Error(read.notKnown);
  return read.identity.flatMap(({ statements }) => statements.flatMap(({ actions }) => actions ?? [])).sort();
};

describe("the policies of whoever calls", () => {
  const iam = mockClient(IAMClient);
  const read = (arn: string, ms = 60_000) =>
    callerPolicies(new IAMClient({ region: "us-east-1" }), arn, AbortSignal.timeout(ms));
  beforeEach(() => {
    iam.reset();
    iam.onAnyCommand().rejects(denied);
    iam.on(GetPolicyCommand, { PolicyArn: OWN }).resolves({ Policy: { DefaultVersionId: "v3" } });
    iam
      .on(GetPolicyVersionCommand, { PolicyArn: OWN, VersionId: "v3" })
      .resolves({ PolicyVersion: { Document: text("s3:List*") } });
    iam.on(GetUserCommand).resolves({ User: undefined });
    iam.on(GetRoleCommand).resolves({ Role: undefined });
    iam.on(ListAttachedUserPoliciesCommand).resolves({ AttachedPolicies: [{ PolicyArn: OWN }] });
    iam.on(ListUserPoliciesCommand).resolves({ PolicyNames: [] });
    iam.on(ListGroupsForUserCommand).resolves({ Groups: [] });
    iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [{ PolicyArn: OWN }] });
    iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: [] });
  });
  after(() => iam.restore());

  it("are those of a user below a path, page by page, with those of its groups and its boundary", async () => {
    iam.on(GetUserCommand, { UserName: "alice" }).resolves({
      User: { PermissionsBoundary: { PermissionsBoundaryArn: OWN } } as never,
    });
    iam.on(ListAttachedUserPoliciesCommand, { UserName: "alice" }).resolves({
      AttachedPolicies: [],
      IsTruncated: true,
      Marker: "2",
    });
    iam
      .on(ListAttachedUserPoliciesCommand, { UserName: "alice", Marker: "2" })
      .resolves({ AttachedPolicies: [{ PolicyArn: OWN }] });
    iam.on(ListGroupsForUserCommand).resolves({ Groups: [{ GroupName: "audit" } as never] });
    iam.on(ListAttachedGroupPoliciesCommand).resolves({ AttachedPolicies: [] });
    iam.on(ListGroupPoliciesCommand).resolves({ PolicyNames: ["inline"] });
    iam
      .on(GetGroupPolicyCommand, { GroupName: "audit", PolicyName: "inline" })
      .resolves({ PolicyDocument: text("rds:*") } as never);
    const found = await read("arn:aws:iam::111111111111:user/people/alice");
    expect(actionsOf(found)).to.deep.equal(["rds:*", "s3:List*"]);
    expect(found).to.include({ complete: true }).and.to.have.nested.property("boundary.statements.length", 1);
  });

  it("are those of the role of a session, one of IAM Identity Center too", async () => {
    iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: ["inline"] });
    iam
      .on(GetRolePolicyCommand, { RoleName: "AWSReservedSSO_Audit_0f", PolicyName: "inline" })
      .resolves({ PolicyDocument: text("ec2:*") } as never);
    const found = await read("arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_Audit_0f/alice@example.com");
    expect(actionsOf(found)).to.deep.equal(["ec2:*", "s3:List*"]);
    expect(found).to.deep.include({ complete: true, unread: [], asOf: undefined });
  });

  it("of AWS's own are in this release where AWS does not give them, which is said", async () => {
    iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [{ PolicyArn: OF_AWS }] });
    const found = await read("arn:aws:sts::111111111111:assumed-role/r/s");
    expect(actionsOf(found)).to.include("acm:ListCertificates");
    expect(found).to.deep.include({ complete: true, unread: [], asOf: MANAGED_POLICIES_AS_OF });
  });

  for (const [what, command, complete, says] of [
    ["attached policies", ListAttachedRolePoliciesCommand, false, /^policies attached to role r \(AccessDenied\)$/],
    ["inline policies", ListRolePoliciesCommand, false, /^inline policies of role r \(AccessDenied\)$/],
    ["a policy", GetPolicyVersionCommand, false, /^policy arn:.*own \(AccessDenied\)$/],
    ["the boundary, which only takes away", GetRoleCommand, true, /^permissions boundary \(AccessDenied\)$/],
  ] as const)
    it(`are known ${complete ? "without" : "in part where IAM refuses"} ${what}`, async () => {
      iam.on(command as typeof GetRoleCommand).rejects(denied);
      const found = await read("arn:aws:sts::111111111111:assumed-role/r/s");
      expect(found).to.include({ complete });
      expect((found as { unread: string[] }).unread.join()).to.match(says);
    });

  it("are waited for no longer than is allowed", async () => {
    iam.on(GetRoleCommand).callsFake(() => new Promise((_, reject) => setTimeout(() => reject(denied), 40)));
    const found = await read("arn:aws:sts::111111111111:assumed-role/r/s", 10);
    expect((found as { unread: string[] }).unread).to.deep.equal(["permissions boundary (IAM did not answer in time)"]);
  });

  for (const [arn, why] of [
    ["arn:aws:iam::111111111111:root", /root user/],
    ["arn:aws:sts::111111111111:federated-user/alice", /no user or role/],
    ["arn:aws:sts::111111111111:assumed-role", /no user or role/],
    ["nothing", /no user or role/],
  ] as const)
    it(`are not known of ${arn}, and nothing is asked`, async () => {
      const found = await read(arn);
      expect((found as { notKnown: string }).notKnown).to.match(why);
      expect(iam.calls()).to.be.empty;
    });
});
