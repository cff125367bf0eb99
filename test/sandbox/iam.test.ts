import { expect } from "chai";
import { MANAGEMENT_ACCOUNT, ORGANIZATION } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { iamOf } from "../../sandbox/iam.ts";
import type { Permission, Principal } from "../../sandbox/service.ts";

const MEMBER = "111111111111";
const ROLE = `arn:aws:iam::${MEMBER}:role/app`;
const BOUNDARY = `arn:aws:iam::${MEMBER}:policy/boundary`;
const caller: Principal = {
  kind: "role",
  account: MEMBER,
  roleArn: ROLE,
  roleName: "app",
  sessionName: "s",
};
const read: Permission = { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };
const allow = (action: string, more: object = {}) => ({ Effect: "Allow", Action: action, Resource: "*", ...more });
const document = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** A role with a policy of its own, in an account of the organization. */
function sandboxIam(policy: string, boundary?: string) {
  const state = populate(1, 3);
  const [like] = state.roles.values();
  state.roles.set(ROLE, {
    ...like!,
    account: MEMBER,
    Arn: ROLE,
    RoleName: "app",
    inline: new Map([["own", policy]]),
    attached: new Set(),
    boundary: boundary === undefined ? undefined : BOUNDARY,
  });
  const [anyPolicy] = state.policies.values();
  if (boundary !== undefined) state.policies.set(BOUNDARY, { ...anyPolicy!, document: boundary });
  return { state, iam: iamOf(state, () => Date.UTC(2026, 10, 24)) };
}

describe("the sandbox's IAM", () => {
  it("lets through what a policy allows, and remembers the statement", () => {
    const { iam } = sandboxIam(document(allow("s3:*", { Sid: "Buckets" })));
    expect(iam.denial(caller, read)).to.equal(undefined);
    expect([...iam.used]).to.deep.equal(["app Buckets s3:GetObject"]);
  });

  const everything = document(allow("*"));
  for (const [what, policy, options, permission, ends] of [
    [
      "no policy",
      document(allow("ec2:*")),
      {},
      read,
      /because no identity-based policy allows the s3:GetObject action$/,
    ],
    [
      "an explicit deny",
      document(allow("*"), { ...allow("s3:*"), Effect: "Deny" }),
      {},
      read,
      /with an explicit deny in an identity-based policy$/,
    ],
    ["a boundary", everything, { boundary: document(allow("ec2:*")) }, read, /because no permissions boundary allows/],
    ["a session policy", everything, { session: document(allow("ec2:*")) }, read, /because no session policy allows/],
    [
      "the bucket's policy",
      everything,
      {},
      { ...read, resourcePolicy: document({ ...allow("s3:*"), Effect: "Deny", Principal: "*" }) },
      /with an explicit deny in a resource-based policy$/,
    ],
    [
      "another account without a policy",
      everything,
      {},
      { ...read, owner: "222222222222" },
      /because no resource-based policy allows/,
    ],
    [
      "the organization",
      everything,
      {},
      { action: "organizations:LeaveOrganization", resource: "*" },
      /with an explicit deny in a service control policy$/,
    ],
    [
      "a condition on addresses",
      document(allow("*", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } })),
      {},
      { ...read, context: { "aws:SourceIp": "192.0.2.1" } },
      /no identity-based/,
    ],
    [
      "a variable's value",
      document(allow("s3:*", { Resource: "arn:aws:s3:::${aws:PrincipalOrgID}/*" })),
      {},
      read,
      /no identity-based/,
    ],
    [
      "NotPrincipal",
      everything,
      {},
      {
        ...read,
        resourcePolicy: document({
          ...allow("*"),
          Effect: "Deny",
          NotPrincipal: { AWS: "arn:aws:iam::111111111111:role/other" },
        }),
      },
      /explicit deny in a resource-based/,
    ],
    [
      "a set operator",
      document(allow("*", { Condition: { "ForAnyValue:StringEquals": { "aws:TagKeys": "a" } } })),
      {},
      read,
      /no identity-based/,
    ],
  ] as [string, string, { boundary?: string; session?: string }, Permission, RegExp][])
    it(`denies by ${what}, in AWS's words`, () => {
      const { iam } = sandboxIam(policy, options.boundary);
      expect(iam.denial({ ...caller, sessionPolicy: options.session } as Principal, permission)).to.match(ends);
      expect([...iam.used]).to.deep.equal([]);
    });

  for (const [what, policy, permission] of [
    [
      "its own folder",
      document(allow("s3:*", { Resource: "arn:aws:s3:::${aws:PrincipalOrgID}/*" })),
      { ...read, resource: `arn:aws:s3:::${ORGANIZATION}/k` },
    ],
    [
      "an address",
      document(allow("*", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } })),
      { ...read, context: { "aws:SourceIp": "10.1.2.3" } },
    ],
  ] as [string, string, Permission][])
    it(`lets ${what} through`, () => {
      expect(sandboxIam(policy).iam.denial(caller, permission)).to.equal(undefined);
    });

  it("sees at once that a policy has changed", () => {
    const { iam, state } = sandboxIam(everything);
    expect(iam.denial(caller, read)).to.equal(undefined);
    state.roles.get(ROLE)!.inline.set("own", document(allow("ec2:*")));
    expect(iam.denial(caller, read)).to.match(/no identity-based/);
    state.roles.get(ROLE)!.inline.set("own", everything);
    expect(iam.denial(caller, read)).to.equal(undefined);
  });

  it("asks the clock for what hangs on the time", () => {
    const until = { Condition: { DateLessThan: { "aws:CurrentTime": "2026-11-24T00:00:01Z" } } };
    const { state } = sandboxIam(document(allow("*", until)));
    let now = Date.UTC(2026, 10, 24);
    const iam = iamOf(state, () => now);
    expect(iam.denial(caller, read)).to.equal(undefined);
    now += 2_000;
    expect(iam.denial(caller, read)).to.match(/no identity-based/);
  });

  it("does not hold the management account to the organization's policies", () => {
    const leave = { action: "organizations:LeaveOrganization", resource: "*" };
    expect(sandboxIam(everything).iam.denial({ kind: "root", account: MANAGEMENT_ACCOUNT }, leave)).to.equal(undefined);
  });
});
