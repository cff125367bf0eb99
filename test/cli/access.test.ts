import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { itaudit } from "./itaudit.ts";

const request = {
  principal: "arn:aws:iam::111122223333:user/ann",
  action: "s3:GetObject",
  resource: "arn:aws:s3:::b/k",
};
const allow = { Version: "2012-10-17", Statement: { Sid: "All", Effect: "Allow", Action: "s3:*", Resource: "*" } };
const deny = { Version: "2012-10-17", Statement: { Sid: "None", Effect: "Deny", Action: "s3:*", Resource: "*" } };

describe("itaudit access simulate", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "access-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const simulate = (cases: unknown, ...options: string[]) => {
    const file = join(folder, "cases.yaml");
    writeFileSync(file, typeof cases === "string" ? cases : JSON.stringify(cases));
    return itaudit(["access", "simulate", file, ...options]);
  };

  it("ends with 0 where every answer is the expected one", async () => {
    const { code, stdout } = await simulate([{ name: "reads", request, identityPolicies: [allow], expect: "allowed" }]);
    expect(code).to.equal(0);
    expect(stdout).to.equal("ok      allowed: reads\n1 cases, 0 differ\n");
  });

  it("ends with 1 where one differs, and says which statement of which policy decides", async () => {
    const { code, stdout } = await simulate([
      { name: "reads", request, identityPolicies: [allow, deny], expect: "allowed" },
    ]);
    expect(code).to.equal(1);
    expect(stdout).to.include("DIFFERS explicitlyDenied, expected allowed: reads");
    expect(stdout).to.include("by: Deny identityPolicies[1] statement 0 (None)");
    expect(stdout).to.include("blocked by: identityPolicies");
  });

  it("answers in JSON with what decides, what blocks and what it hangs on", async () => {
    const bucket = {
      ...allow,
      Statement: { ...allow.Statement, Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
    };
    const { code, stdout } = await simulate(
      [{ request: { ...request, unknown: ["aws:PrincipalOrgID"] }, resourcePolicy: bucket }],
      "--json",
    );
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal([
      {
        name: "case 1",
        answer: "conditional",
        agrees: true,
        statements: [{ kind: "resourcePolicy", policy: 0, index: 0, sid: "All", effect: "Allow" }],
        blockedBy: ["resourcePolicy"],
        keys: ["aws:PrincipalOrgID"],
        notKnown: [],
      },
    ]);
  });

  it("takes documents as AWS gives them, and an account's number as YAML reads it", async () => {
    const text = encodeURIComponent(JSON.stringify(allow));
    const { stdout } = await simulate(
      `- { request: { principal: 011122223333, action: "s3:GetObject", resource: "arn:aws:s3:::b/k", resourceAccount: 011122223333 }, sessionPolicy: "${text}" }`,
      "--json",
    );
    expect(JSON.parse(stdout)).to.have.nested.property("[0].answer", "allowed");
  });

  for (const [what, cases, message] of [
    [
      "a field that there is not",
      [{ name: "a", request, resourcePolice: allow }],
      /case 1 "a": resourcePolice is no field of a case. Is it resourcePolicy\?/,
    ],
    [
      "a field of the request that there is not",
      [{ request: { ...request, contxt: {} } }],
      /case 1: request.contxt is no field of a case. Is it context\?/,
    ],
    ["no action", [{ request: { principal: "anonymous", resource: "*" } }], /case 1: request.action: is missing/],
    [
      "an account that is none",
      [{ request: { ...request, resourceAccount: "1" } }],
      /request.resourceAccount: .*12 digits/,
    ],
    ["an expectation that is no answer", [{ request, expect: "denied" }], /expect: one of allowed/],
    [
      "a principal that is none",
      [{ name: "b", request: { ...request, principal: "ann" } }],
      /case 1 "b": request.principal: "ann"/,
    ],
    [
      "an action that is none",
      [{ request }, { request: { ...request, action: "read" } }],
      /case 2: request.action: "read"/,
    ],
    ["a policy that is a number", [{ request, resourcePolicy: 3 }], /case 1: resourcePolicy: a policy is/],
    ["a map instead of a list", { request }, /a list of cases/],
    ["no YAML", "- [", /no YAML/],
  ] as const)
    it(`ends with 2 for ${what}, and names the place in one line`, async () => {
      const { code, stdout, stderr } = await simulate(cases);
      expect(code).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr)
        .to.match(message)
        .and.to.match(/^[^\n]+\n$/);
    });

  it("ends with 2 for a file that is not there", async () => {
    const { code, stderr } = await itaudit(["access", "simulate", join(folder, "none.yaml")]);
    expect(code).to.equal(2);
    expect(stderr).to.match(/none.yaml: there is no such file/);
  });
});
