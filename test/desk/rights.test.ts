import { expect } from "chai";
import fc from "fast-check";
import type { TypeRights } from "../../src/auditors/rights.ts";
import { apigateway } from "../../src/auditors/services/apigateway.ts";
import { type CallerPolicies, refusedWith, unreadWith } from "../../src/desk/rights.ts";
import { parsePolicy } from "../../src/policy/parse.ts";
import { reach } from "../../src/policy/reach.ts";

const type = (listing: string, detail: string, resources?: string[]): TypeRights => ({
  type: "AWS::Test::Type",
  global: false,
  listing: [{ actions: [listing] }],
  details: [resources ? { actions: [detail], resources } : { actions: [detail] }],
});
const BUCKETS = [type("s3:ListAllMyBuckets", "s3:GetBucketPolicy")];
const APIS = [type("ec2:DescribeVpcs", "apigateway:GET", ["arn:*:apigateway:*::/restapis/*/stages"])];
const policies = (identity: unknown[], more: Partial<CallerPolicies> & { bounded?: unknown } = {}): CallerPolicies => {
  const { bounded, ...rest } = more;
  return {
    identity: identity.map((Statement) => parsePolicy({ Version: "2012-10-17", Statement })),
    complete: true,
    ...(bounded ? { boundary: parsePolicy({ Version: "2012-10-17", Statement: bounded }) } : {}),
    ...rest,
  };
};
const allow = (Action: string | string[], Resource: string | string[] = "*", Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const deny = (Action: string | string[], Resource: string | string[] = "*", Condition?: object) => ({
  ...allow(Action, Resource, Condition),
  Effect: "Deny",
});
const MFA = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
const BOTH = ["s3:ListAllMyBuckets", "s3:GetBucketPolicy"];

describe("what the caller's policies will refuse", () => {
  for (const [what, given, types, missing, unlisted] of [
    ["nothing where everything is allowed", policies([allow("*")]), BUCKETS, [], 0],
    ["what no policy allows", policies([allow("S3:listallmybuckets")]), BUCKETS, ["s3:GetBucketPolicy"], 0],
    ["a listing, and with it the type", policies([allow("s3:GetBucket*")]), BUCKETS, ["s3:ListAllMyBuckets"], 1],
    ["everything without any policy", policies([]), BUCKETS, BOTH, 1],
    ["nothing that is allowed on some resources", policies([allow("s3:*", "arn:aws:s3:::b")]), BUCKETS, [], 0],
    ["nothing that is allowed under a condition", policies([allow("s3:*", "*", MFA)]), BUCKETS, [], 0],
    ["what is denied on everything", policies([allow("*"), deny("s3:Get*")]), BUCKETS, ["s3:GetBucketPolicy"], 0],
    ["nothing that is denied under a condition", policies([allow("*"), deny("*", "*", MFA)]), BUCKETS, [], 0],
    ["nothing that is denied on some resources", policies([allow("*"), deny("*", "arn:aws:s3:::b")]), BUCKETS, [], 0],
    ["what the boundary leaves out", policies([allow("*")], { bounded: allow("s3:List*") }), BUCKETS, BOTH.slice(1), 0],
    [
      "what the boundary denies",
      policies([allow("*")], { bounded: [allow("*"), deny("s3:Get*")] }),
      BUCKETS,
      BOTH.slice(1),
      0,
    ],
    ["nothing where a policy was not read", policies([], { complete: false }), BUCKETS, [], 0],
    [
      "a deny where another policy was not read",
      policies([deny("s3:Get*")], { complete: false }),
      BUCKETS,
      BOTH.slice(1),
      0,
    ],
    ["nothing where a policy is not understood", { ...policies([]), identity: [parsePolicy("{")] }, BUCKETS, [], 0],
    ["everything but", policies([{ Effect: "Allow", NotAction: "s3:Get*", Resource: "*" }]), BUCKETS, BOTH.slice(1), 0],
    [
      "what is allowed on other resources alone",
      policies([allow("ec2:*"), allow("apigateway:GET", "arn:aws:apigateway:*::/account")]),
      APIS,
      ["apigateway:GET"],
      0,
    ],
    [
      "nothing on part of the resources",
      policies([allow("*", "arn:aws:apigateway:eu-west-1::/restapis/*"), allow("ec2:*")]),
      APIS,
      [],
      0,
    ],
    [
      "what is denied on all that is asked for",
      policies([allow("*"), deny("*", "arn:aws:apigateway:*::/*")]),
      APIS,
      ["apigateway:GET"],
      0,
    ],
    [
      "nothing that is denied in another partition",
      policies([allow("*"), deny("*", ["arn:aws-cn:*", "arn:aws-us-gov:apigateway:*::/*"])]),
      APIS,
      [],
      0,
    ],
    ["nothing on what a variable can be", policies([allow("*", "arn:aws:${aws:username}:*")]), APIS, [], 0],
    ["nothing where an ARN ends early", policies([allow("*", "arn:aws:apigateway")]), APIS, [], 0],
  ] as const)
    it(`is ${what}`, () => {
      const found = refusedWith(given, "aws", "test", types);
      expect(found.missing).to.deep.equal([...missing].sort());
      expect(found.types).to.have.lengthOf(unlisted);
    });

  const one = <T>(...all: T[]) => fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 });
  const statement = fc
    .record({
      Effect: fc.constantFrom("Allow", "Allow", "Deny"),
      names: one("*", "s3:*", "s3:Get*", "*:List*", ...BOTH),
      notActions: fc.boolean(),
      things: one("*", "arn:aws:s3:::*", "arn:aws:s3:::b", "arn:aws:s3", "arn:aws:s3:::${aws:username}"),
      notResources: fc.boolean(),
      Condition: fc.option(fc.constant(MFA), { nil: undefined }),
    })
    .map(({ Effect, names, notActions, things, notResources, Condition }) => ({
      Effect,
      [notActions ? "NotAction" : "Action"]: names,
      [notResources ? "NotResource" : "Resource"]: things,
      ...(Condition ? { Condition } : {}),
    }));
  const statements = fc.array(statement, { maxLength: 3 });

  it("is never what IAM allows, on whatever resource and under whatever conditions", () => {
    let refused = 0;
    fc.assert(
      fc.property(statements, fc.option(statements, { nil: undefined }), (identity, bounded) => {
        const given = policies(identity, bounded ? { bounded } : {});
        const { missing } = refusedWith(given, "aws", "test", BUCKETS);
        for (const action of missing)
          for (const resource of ["*", "arn:aws:s3:::b", "arn:aws:s3:::alice", "arn:aws:s3:eu-west-1:111111111111:x"]) {
            refused += 1;
            const { decision } = reach(
              {
                principal: "arn:aws:iam::111111111111:user/alice",
                action,
                resource,
                unknown: ["aws:MultiFactorAuthPresent"],
              },
              {
                identityPolicies: given.identity,
                ...(given.boundary ? { permissionsBoundary: given.boundary } : {}),
              },
            );
            expect(decision).to.match(/^(explicitly|implicitly)Denied$/);
          }
      }),
      { numRuns: 500 },
    );
    expect(refused).to.be.greaterThan(100);
  });
});

describe("what a policy leaves unread", () => {
  const APIS = "arn:aws:apigateway:*::/*";
  for (const [what, statements, partition, missing] of [
    ["nothing where it allows all that a service's ARNs can be", [allow("apigateway:GET", APIS)], "aws", []],
    ["all that it allows in another partition", [allow("apigateway:GET", APIS)], "aws-cn", ["apigateway:GET"]],
    [
      "what it allows on ARNs with an account, where a service's have none",
      [allow("apigateway:GET", "arn:aws:apigateway:*:111111111111:/*")],
      "aws",
      ["apigateway:GET"],
    ],
    [
      "what it denies on a part",
      [allow("*"), deny("*", "arn:aws:apigateway:*::/restapis/a1/*")],
      "aws",
      ["apigateway:GET"],
    ],
    ["what it allows under a condition", [allow("*", "*", MFA)], "aws", ["apigateway:GET"]],
  ] as const)
    it(`is ${what}`, () => {
      const policy = parsePolicy({ Version: "2012-10-17", Statement: statements });
      expect(unreadWith(policy, [apigateway], partition)[0]!.missing).to.deep.equal(missing);
    });
});
