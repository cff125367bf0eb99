import { expect } from "chai";
import { Exceptions, ExceptionsError, parseExceptions } from "../../src/controls/exceptions.ts";
import type { Verdict } from "../../src/controls/verdict.ts";

const CONTROLS = [{ id: "s3-bucket-policy-not-public" }, { id: "iam-root-mfa" }];
const text = (more: string) => `- control: s3-bucket-policy-not-public
  owner: web team
  reason: the site's pictures
  expires: 2027-03-31
${more}`;
const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  control: "s3-bucket-policy-not-public",
  status: "fail",
  account_id: "111111111111",
  region: "eu-central-1",
  resource: { resource_type: "AWS::S3::Bucket", resource_id: "site", arn: "arn:aws:s3:::site", name: "site" },
  reason: "AWS calls the policy public",
  evidence: [],
  query_sha256: "0",
  ...more,
});
const over = (yaml: string, today: string, given = verdict()) =>
  new Exceptions(parseExceptions(yaml, "exceptions.yaml", CONTROLS), today).over(given);

describe("an exception", () => {
  it("turns a failure into one that somebody answers for, and drops nothing of it", () => {
    expect(over(text(""), "2026-11-24")).to.deep.equal({
      ...verdict(),
      status: "excepted",
      exception: {
        control: "s3-bucket-policy-not-public",
        owner: "web team",
        reason: "the site's pictures",
        expires: "2027-03-31",
        expired: false,
      },
    });
  });

  for (const [what, more, holds] of [
    ["its account", '  account: "111111111111"\n', true],
    ["another account", '  account: "222222222222"\n', false],
    ["the resource by ARN", "  resource: arn:aws:s3:::site\n", true],
    ["the resource by id", "  resource: site\n", true],
    ["a pattern", "  resource: arn:aws:s3:::s*\n", true],
    ["a part without a star", "  resource: arn:aws:s3:::s\n", false],
    ["a pattern with dots, which stand for dots", '  resource: "s.te"\n', false],
  ] as const)
    it(`that names ${what} ${holds ? "covers" : "does not cover"} the failure`, () => {
      expect(over(text(more), "2026-11-24").status).to.equal(holds ? "excepted" : "fail");
    });

  it("holds on its last day, and on the next the failure counts again and the exception is named", () => {
    expect(over(text(""), "2027-03-31").status).to.equal("excepted");
    const after = over(text(""), "2027-04-01");
    expect(after).to.include({ status: "fail" });
    expect(after.exception).to.include({ expired: true, owner: "web team" });
  });

  it("that still holds goes before one that has expired", () => {
    const both = `${text("").replace("2027-03-31", "2026-01-01")}${text("")}`;
    expect(over(both, "2026-11-24").status).to.equal("excepted");
  });

  for (const status of ["unknown", "pass", "not-applicable"] as const)
    it(`leaves ${status} as it is`, () => {
      const given = verdict({ status });
      expect(over(text(""), "2026-11-24", given)).to.equal(given);
    });

  it("that met no failure is named", () => {
    const exceptions = new Exceptions(parseExceptions(text(""), "e", CONTROLS), "2026-11-24");
    expect(exceptions.unused.map(({ owner }) => owner)).to.deep.equal(["web team"]);
    exceptions.over(verdict());
    expect(exceptions.unused).to.deep.equal([]);
  });
});

describe("a file of exceptions", () => {
  for (const [what, yaml, problem] of [
    ["is no YAML", "- [", /e.yaml is no YAML/],
    ["is no list", "control: x", /a list of exceptions is expected/],
    [
      "names a control there is none of",
      text("").replace("s3-bucket-policy-not-public", "s3-x"),
      /exception 1: control: there is no control s3-x/,
    ],
    ["has no owner", text("").replace("owner: web team", ""), /exception 1: owner/],
    ["has an expiry that is no day", text("").replace("2027-03-31", "soon"), /expires: a day is expected/],
    ["has an account without quotes", text("  account: 111111111111\n"), /account: put quotes/],
    ["has a member that nothing reads", text("  until: 2027-01-01\n"), /until/],
  ] as const)
    it(`that ${what} is one error`, () => {
      expect(() => parseExceptions(yaml, "e.yaml", CONTROLS))
        .to.throw(ExceptionsError, problem)
        .and.to.have.property("message")
        .that.does.not.include("\n");
    });

  it("that is empty, or has its list under a name, is read", () => {
    expect(parseExceptions("", "e", CONTROLS)).to.deep.equal([]);
    expect(parseExceptions(`exceptions:\n${text("").replace(/^/gm, "  ")}`, "e", CONTROLS)).to.have.length(1);
  });
});
