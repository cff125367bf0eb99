import { expect } from "chai";
import { samePolicy } from "../../src/doctor/samePolicy.ts";

const statement = {
  Sid: "Read",
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::111111111111:root" },
  Action: ["s3:GetObject", "s3:ListBucket"],
  Resource: ["b", "a"],
  Condition: { StringEquals: { "aws:PrincipalOrgID": ["o-1"] } },
};
const policy = { Version: "2012-10-17", Statement: [statement] };

describe("samePolicy", () => {
  for (const [what, other] of [
    ["as text", JSON.stringify(policy)],
    ["with one statement instead of a list", { ...policy, Statement: statement }],
    [
      "with lists in another order",
      { ...policy, Statement: [{ ...statement, Action: ["s3:listbucket", "S3:GetObject"], Resource: ["a", "b"] }] },
    ],
    ["with the account's number", { ...policy, Statement: [{ ...statement, Principal: { AWS: ["111111111111"] } }] }],
    [
      "with a value instead of a list",
      { ...policy, Statement: [{ ...statement, Condition: { StringEquals: { "AWS:PrincipalOrgId": "o-1" } } }] },
    ],
    ["with another name", { ...policy, Statement: [{ ...statement, Sid: "Other" }] }],
  ] as const)
    it(`is true ${what}`, () => {
      expect(samePolicy(policy, other)).to.equal(true);
    });

  for (const [what, other] of [
    ["an action more", { ...policy, Statement: [{ ...statement, Action: [...statement.Action, "s3:PutObject"] }] }],
    ["the other effect", { ...policy, Statement: [{ ...statement, Effect: "Deny" }] }],
    [
      "another value",
      { ...policy, Statement: [{ ...statement, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-2" } } }] },
    ],
    ["a condition less", { ...policy, Statement: [{ ...statement, Condition: {} }] }],
    ["a statement more", { ...policy, Statement: [statement, { ...statement, Effect: "Deny" }] }],
    ["the language of 2008", { ...policy, Version: "2008-10-17" }],
    ["an unknown element", { ...policy, Statement: [{ ...statement, condition: {} }] }],
    ["nothing", undefined],
    ["no JSON", "{"],
  ] as const)
    it(`is false with ${what}`, () => {
      expect(samePolicy(policy, other)).to.equal(false);
    });

  it("is false of two documents that are not understood", () => {
    expect(samePolicy("{", "{")).to.equal(false);
  });
});
