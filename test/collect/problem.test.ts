import { expect } from "chai";
import { SessionError } from "../../src/collect/accountSession.ts";
import { problemOf } from "../../src/collect/problem.ts";

const asked = {
  operation: "DescribeThings",
  actions: ["rds:DescribeThings"],
  incomplete: "resources",
  open: true,
} as const;
const thrown = (name: string, message: string, status = 403) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
const told = (error: Error) => problemOf(error, asked).error;

describe("an error of AWS", () => {
  for (const [why, by] of [
    ["because no identity-based policy allows the rds:DescribeThings action", "policy"],
    ["with an explicit deny in an identity-based policy: arn:aws:iam::111111111111:policy/p", "policy"],
    ["because no permissions boundary allows the rds:DescribeThings action", "boundary"],
    ["with an explicit deny in a permissions boundary", "boundary"],
    ["because no session policy allows the rds:DescribeThings action", "session-policy"],
    ["with an explicit deny in a session policy", "session-policy"],
    ["because no service control policy allows the rds:DescribeThings action", "scp"],
    ["with an explicit deny in a service control policy", "scp"],
    ["because no resource control policy allows the rds:DescribeThings action", "rcp"],
    ["with an explicit deny in a resource control policy", "rcp"],
    ["because no resource-based policy allows the rds:DescribeThings action", "resource-policy"],
    ["with an explicit deny in a resource-based policy", "resource-policy"],
    ["because no VPC endpoint policy allows the rds:DescribeThings action", "endpoint-policy"],
    ["with an explicit deny in a VPC endpoint policy", "endpoint-policy"],
    ["", "unknown"],
  ] as const)
    it(`tells whose policy denied: ${why || "where AWS does not say it, nobody's"}`, () => {
      const message = `User: arn:aws:sts::111111111111:assumed-role/a/b is not authorized to perform: rds:DescribeThings on resource: * ${why}`;
      expect(told(thrown("AccessDeniedException", message))).to.deep.include({
        status: "denied",
        action: "rds:DescribeThings",
        denied_by: by,
        http_status: 403,
      });
    });

  it("takes the policy's kind from the reason, and not from a resource's name", () => {
    const message =
      "User: u is not authorized to perform: s3:GetX on resource: arn:aws:s3:::service control policy because no identity-based policy allows the s3:GetX action";
    expect(told(thrown("AccessDenied", message))).to.include({ denied_by: "policy" });
  });

  it("names a key's own policy, and a role's trust", () => {
    for (const [action, by] of [
      ["kms:GetKeyPolicy", "key-policy"],
      ["sts:AssumeRole", "trust"],
    ] as const)
      for (const why of [
        `because no resource-based policy allows the ${action} action`,
        "with an explicit deny in a resource-based policy",
      ]) {
        const message = `User: u is not authorized to perform: ${action} on resource: r ${why}`;
        expect(told(thrown("AccessDeniedException", message, 400))).to.include({ denied_by: by });
      }
  });

  for (const code of [
    ...["SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed", "IncompleteSignature"],
    ...["MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidAccessKeyId", "InvalidToken"],
    ...["ExpiredToken", "ExpiredTokenException", "RequestExpired", "AuthFailure", "InvalidClientTokenId"],
    ...["UnrecognizedClientException", "AccountProblem", "Unknown"],
  ])
    it(`never tells ${code} as a missing permission`, () => {
      const error = told(thrown(code, "the request is refused"));
      expect(error).to.include({ status: "failed", code, http_status: 403 });
      expect(error).not.to.have.any.keys("action", "denied_by");
    });

  for (const [what, message] of [
    ["a link that has ended", "Request has expired"],
    ["a date that is missing", "AWS authentication requires a valid Date or x-amz-date header"],
  ])
    it(`never tells ${what} as a missing permission`, () => {
      expect(told(thrown("AccessDenied", message!))).to.include({ status: "failed" });
    });

  it("tells a key that may not be used as a denial", () => {
    const message = "Lambda was unable to decrypt the environment variables because KMS access was denied.";
    for (const code of ["KMSAccessDeniedException", "KMS.AccessDeniedException", "KmsAccessDenied"])
      expect(told(thrown(code, message, 502))).to.include({ status: "denied", code });
  });

  for (const [why, by] of [
    ["", "trust"],
    [" because no role trust policy allows the sts:AssumeRole action", "trust"],
    [" because no resource-based policy allows the sts:AssumeRole action", "trust"],
    [" because no identity-based policy allows the sts:AssumeRole action", "policy"],
    [" because no service control policy allows the sts:AssumeRole action", "scp"],
    [" because no VPC endpoint policy allows the sts:AssumeRole action", "endpoint-policy"],
    [" because no permissions boundary allows the sts:AssumeRole action", "boundary"],
    [" because no session policy allows the sts:AssumeRole action", "session-policy"],
    [" with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-a/p-b", "scp"],
    [" with an explicit deny in a resource control policy", "rcp"],
    [" with an explicit deny", "unknown"],
  ] as const)
    it(`that keeps an account closed says whose policy did${why}`, () => {
      const message = `User: u is not authorized to perform: sts:AssumeRole on resource: r${why}`;
      const error = new SessionError(thrown("AccessDenied", message), { operation: "AssumeRole", actions: [] });
      expect(told(error)).to.include({ status: "denied", action: "sts:AssumeRole", denied_by: by });
    });

  it("never tells a token that is refused by a denial's code as a missing permission", () => {
    const error = told(thrown("UnauthorizedException", "The security token included in the request is invalid.", 401));
    expect(error).to.include({ status: "failed", http_status: 401 });
  });

  for (const code of ["AccessDenied", "UnauthorizedOperation", "AuthorizationErrorException", "ForbiddenException"])
    it(`is a denial of the operation's action by its code alone: ${code}`, () => {
      expect(told(thrown(code, "no"))).to.include({
        status: "denied",
        action: "rds:DescribeThings",
        denied_by: "unknown",
      });
    });

  for (const code of [
    ...["ENOTFOUND", "ECONNREFUSED", "EHOSTUNREACH", "EPROTO", "CERT_HAS_EXPIRED", "SELF_SIGNED_CERT_IN_CHAIN"],
    ...["DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ])
    it(`that a network makes (${code}) is a failure, in a region that may be closed too`, () => {
      const error = Object.assign(new Error("the network"), { code });
      for (const open of [true, false])
        expect(problemOf(error, { ...asked, open }).error).to.deep.include({ status: "failed", code });
    });
});
