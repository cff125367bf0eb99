import { expect } from "chai";
import { type AudienceRequest, audiencesOf, openness } from "../../src/policy/audience.ts";
import { parsePolicy } from "../../src/policy/parse.ts";

const GITHUB = { Federated: "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com" };
const SUB = "token.actions.githubusercontent.com:sub";
const S3 = { Service: "s3.amazonaws.com" };
const TRUST = { trust: true };

/** An Allow, and Denies beside it. */
interface Given {
  Principal?: unknown;
  NotPrincipal?: unknown;
  Condition?: unknown;
  denies?: unknown[];
}

const deny = (Condition?: unknown, more: object = {}) => ({
  Effect: "Deny",
  Principal: "*",
  Action: "sns:*",
  Resource: "*",
  ...(Condition ? { Condition } : {}),
  ...more,
});

function audiences({ denies = [], ...given }: Given, request: AudienceRequest = {}) {
  const whom = "Principal" in given || "NotPrincipal" in given ? {} : { Principal: "*" };
  const allow = { Effect: "Allow", Action: "sns:Publish", Resource: "*", ...whom, ...given };
  return audiencesOf(parsePolicy({ Version: "2012-10-17", Statement: [allow, ...denies] }), request);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
describe("audience", () => {
  for (const [what, given, request] of [
    ["no condition", {}],
    ["everybody among others", { Principal: { AWS: ["*", "arn:aws:iam::111111111111:root"] } }],
    ["a condition on TLS", { Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["a source that is any", { Condition: { StringLike: { "aws:SourceArn": "*" } } }],
    ["topics of any account", { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:*" } } }],
    ["any bucket", { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } } }],
    ["a session without MFA", { Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } } }],
    ["a time", { Condition: { DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } } }],
    ["all addresses", { Condition: { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } } }],
    ["all addresses in halves", { Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } } }],
    ["two very wide ranges", { Condition: { IpAddress: { "aws:SourceIp": ["3.0.0.0/8", "52.0.0.0/8"] } } }],
    ["all of IPv6", { Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "::/0"] } } }],
    ["principals that are any", { Condition: { StringLike: { "aws:PrincipalArn": "*" } } }],
    ["roles of any account", { Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/admin" } } }],
    ["all accounts but one", { Condition: { StringNotEquals: { "aws:PrincipalAccount": "123456789012" } } }],
    ["an endpoint, if there is one", { Condition: { StringEqualsIfExists: { "aws:SourceVpce": "vpce-1" } } }],
    ["endpoints that are any", { Condition: { StringLike: { "aws:SourceVpce": "vpce-*" } } }],
    ["all values of none", { Condition: { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" } } }],
    ["one narrow value and a wide one", { Condition: { StringLike: { "aws:PrincipalOrgID": ["o-1", "o-*"] } } }],
    ["a tag that callers give themselves", { Condition: { StringEquals: { "aws:PrincipalTag/team": "a" } } }],
    ["a session's name", { Condition: { StringLike: { "aws:userid": "*:admin" } } }],
    ["NotPrincipal", { NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } }],
    ["a service that acts for any account", { Principal: S3 }],
    [
      "a service whose account is told sometimes",
      { Principal: S3, Condition: { StringEqualsIfExists: { "aws:SourceAccount": "111111111111" } } },
    ],
    ["GitHub's repositories", { Principal: GITHUB, Condition: { StringLike: { [SUB]: "repo:*" } } }, TRUST],
    [
      "some of GitHub's, and others",
      { Principal: GITHUB, Condition: { StringLike: { [SUB]: ["repo:a/b:*", "repo:*:ref:refs/heads/main"] } } },
      TRUST,
    ],
    [
      "GitHub's audience",
      {
        Principal: GITHUB,
        Condition: { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
      },
      TRUST,
    ],
    [
      "Cognito's guests",
      {
        Principal: { Federated: "cognito-identity.amazonaws.com" },
        Condition: { "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "unauthenticated" } },
      },
      TRUST,
    ],
    ["a deny of something else", { denies: [deny(undefined, { Action: "sns:Subscribe" })] }],
    [
      "a deny on another resource",
      { denies: [deny(undefined, { Resource: "arn:aws:sns:eu-west-1:111111111111:other" })] },
    ],
    ["a deny without TLS", { denies: [deny({ Bool: { "aws:SecureTransport": "false" } })] }],
    [
      "a deny of some value of several",
      { denies: [deny({ "ForAnyValue:StringNotEquals": { "aws:PrincipalOrgPaths": "o-1/" } })] },
    ],
    [
      "a deny that needs plain HTTP too",
      {
        denies: [deny({ StringNotEquals: { "aws:PrincipalOrgID": "o-1" }, Bool: { "aws:SecureTransport": "false" } })],
      },
    ],
  ] as [string, Given, AudienceRequest?][])
    it(`is everybody with ${what}`, () => {
      expect(openness(audiences(given, request))).to.equal("open");
    });

  for (const [what, given, kind, members, request] of [
    ["an organization", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }, "organizations", ["o-1"]],
    [
      "the own organization",
      { Condition: { StringEquals: { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } } },
      "organizations",
      ["aws:ResourceOrgID"],
    ],
    [
      "an organization's unit",
      { Condition: { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-1/r-1/*" } } },
      "organizations",
      ["o-1/r-1/*"],
    ],
    [
      "an organization, for a key that is there",
      {
        Condition: {
          "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" },
          Null: { "aws:PrincipalOrgID": false },
        },
      },
      "organizations",
      ["o-1"],
    ],
    [
      "the topic's owner",
      { Condition: { StringEquals: { "AWS:SourceOwner": "111111111111" } } },
      "accounts",
      ["111111111111"],
    ],
    [
      "the caller's account at a key",
      { Condition: { StringEqualsIfExists: { "kms:CallerAccount": "111111111111" } } },
      "accounts",
      ["111111111111"],
      { signed: true },
    ],
    ["an account", { Principal: { AWS: "111111111111" } }, "accounts", ["111111111111"]],
    ["an account's root", { Principal: { AWS: "arn:aws:iam::111111111111:root" } }, "accounts", ["111111111111"]],
    [
      "a role",
      { Principal: { AWS: "arn:aws:iam::111111111111:role/a" } },
      "principals",
      ["arn:aws:iam::111111111111:role/a"],
    ],
    [
      "roles of one account",
      { Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::111111111111:role/*" } } },
      "principals",
      ["arn:aws:iam::111111111111:role/*"],
    ],
    [
      "an address range",
      { Condition: { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } } },
      "networks",
      ["203.0.113.0/24"],
    ],
    ["an endpoint", { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } }, "networks", ["vpce-1"]],
    ["a role that was deleted", { Principal: { AWS: "AROAEXAMPLEEXAMPLE" } }, "nobody", []],
    ["a letter that no organization has", { Condition: { StringEquals: { "aws:PrincipalOrgID": "*" } } }, "nobody", []],
    [
      "a service in an account",
      { Principal: S3, Condition: { StringEquals: { "aws:SourceAccount": "111111111111" } } },
      "service",
      ["s3.amazonaws.com"],
    ],
    ["a bucket", { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:::b" } } }, "service", ["*"]],
    [
      "a service that this account hands the role to",
      { Principal: { Service: "ec2.amazonaws.com" } },
      "service",
      ["ec2.amazonaws.com"],
      TRUST,
    ],
    [
      "a repository",
      { Principal: GITHUB, Condition: { "ForAllValues:StringLike": { [SUB]: "repo:acme/app:*" } } },
      "principals",
      [`${GITHUB.Federated} sub repo:acme/app:*`],
      TRUST,
    ],
    [
      "an external id",
      { Condition: { StringEquals: { "sts:ExternalId": "abc" } } },
      "principals",
      ["sts:ExternalId abc"],
      TRUST,
    ],
    ["a deny for all", { denies: [deny()] }, "nobody", []],
    [
      "a deny of the account",
      {
        Principal: { AWS: "arn:aws:iam::111111111111:role/a" },
        denies: [deny(undefined, { Principal: { AWS: "111111111111" } })],
      },
      "nobody",
      [],
    ],
    [
      "a deny outside the organization",
      { denies: [deny({ StringNotEquals: { "aws:PrincipalOrgID": "o-1" } })] },
      "organizations",
      ["o-1"],
    ],
    [
      "a deny outside the endpoint",
      { denies: [deny({ StringNotEqualsIfExists: { "aws:SourceVpce": "vpce-1" } })] },
      "networks",
      ["vpce-1"],
    ],
    [
      "a deny of all but one",
      {
        denies: [deny(undefined, { Principal: undefined, NotPrincipal: { AWS: "arn:aws:iam::111111111111:role/a" } })],
      },
      "principals",
      ["arn:aws:iam::111111111111:role/a"],
    ],
  ] as [string, Given, string, string[], AudienceRequest?][])
    it(`is ${kind} with ${what}`, () => {
      const [found, ...others] = audiences(given, request);
      expect(others).to.deep.equal([]);
      expect(found).to.deep.include({ kind, members });
      expect(openness([found!])).to.equal("closed");
    });

  for (const [what, given] of [
    ["an unknown operator", { Condition: { StringResembles: { "aws:PrincipalOrgID": "o-1" } } }],
    ["an unknown key", { Condition: { StringEquals: { "aws:Neverland": "x" } } }],
    ["a variable", { Condition: { StringEquals: { "aws:PrincipalOrgID": "${aws:PrincipalTag/org}" } } }],
    ["a principal with a wildcard", { Principal: { AWS: "arn:aws:iam::*:role/x" } }],
    ["a deny that is not understood", { denies: [deny(undefined, { condition: {} })] }],
    [
      "a deny that spares AWS's services",
      {
        denies: [
          deny({
            StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-1" },
            BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
          }),
        ],
      },
    ],
  ] as [string, Given][])
    it(`is not known with ${what}`, () => {
      expect(openness(audiences(given))).to.equal("notKnown");
    });

  it("is not known where the document cannot be read, and nobody where there is none", () => {
    expect(openness(audiencesOf(parsePolicy("{broken")))).to.equal("notKnown");
    expect(audiencesOf(parsePolicy(""))).to.deep.equal([]);
  });

  it("names the statements that decide, and tells apart what a deny takes back", () => {
    const policy = parsePolicy({
      Statement: [
        { Effect: "Allow", Principal: "*", Action: ["sns:Publish", "sns:Subscribe"], Resource: "*" },
        deny(undefined, { Action: "sns:Publish" }),
      ],
    });
    expect(audiencesOf(policy).map(({ kind, actions, statements }) => ({ kind, actions, statements }))).to.deep.equal([
      { kind: "nobody", actions: ["sns:Publish"], statements: [0, 1] },
      { kind: "everybody", actions: ["sns:Subscribe"], statements: [0] },
    ]);
  });
});
