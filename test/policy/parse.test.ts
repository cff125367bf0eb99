import { expect } from "chai";
import fc from "fast-check";
import { parsePolicy } from "../../src/policy/parse.ts";

const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const document = { Version: "2012-10-17", Statement: [statement] };

describe("parse", () => {
  for (const [what, given] of [
    ["an object", document],
    ["JSON text", JSON.stringify(document)],
    ["URL-encoded text, as IAM gives it", encodeURIComponent(JSON.stringify(document))],
    ["JSON text in a JSON text", JSON.stringify(JSON.stringify(document))],
    ["one statement instead of a list", { ...document, Statement: statement }],
    ["lists of one", { ...document, Statement: [{ ...statement, Action: ["s3:GetObject"], Resource: ["*"] }] }],
  ] as const)
    it(`reads ${what} as the same policy`, () => {
      expect(parsePolicy(given)).to.deep.equal({
        version: "2012-10-17",
        empty: false,
        statements: [
          { index: 0, effect: "Allow", actions: ["s3:GetObject"], resources: ["*"], conditions: [], others: {} },
        ],
      });
    });

  for (const [what, given, everybody, members] of [
    ["*", "*", true, []],
    ["a list with *", ["*"], true, []],
    ['{"AWS": "*"}', { AWS: "*" }, true, []],
    ["* among others", { AWS: ["*", "1"] }, true, ["AWS 1"]],
    [
      "kinds",
      { AWS: "1", Service: ["a", "b"], Federated: "f" },
      false,
      ["AWS 1", "Service a", "Service b", "Federated f"],
    ],
  ] as const)
    it(`reads the principal ${what}`, () => {
      const [{ principals } = {}] = parsePolicy({ Statement: { ...statement, Principal: given } }).statements;
      expect(principals?.everybody).to.equal(everybody);
      expect(principals?.members.map(({ kind, value }) => `${kind} ${value}`)).to.deep.equal(members);
    });

  it("writes booleans and numbers of conditions as text", () => {
    const Condition = { Bool: { "aws:SecureTransport": false }, NumericLessThan: { "s3:max-keys": [10, "20"] } };
    expect(parsePolicy({ Statement: { ...statement, Condition } }).statements[0]?.conditions).to.deep.equal([
      { operator: "Bool", key: "aws:SecureTransport", values: ["false"] },
      { operator: "NumericLessThan", key: "s3:max-keys", values: ["10", "20"] },
    ]);
  });

  for (const [what, given, problem] of [
    ["text that is no JSON", "{broken", /not JSON/],
    ["a text that is cut in its encoding", "%7B%2", /URL-encoded/],
    ["a list", "[]", /no object/],
    ["no Statement", "{}", /no Statement/],
    ["a key that stands twice", '{"Statement":[],"Statement":[]}', /"Statement" stands twice/],
    [
      "a key that stands twice, escaped",
      '{"Statement":[{"Effect":"Allow","\\u0045ffect":"Deny"}]}',
      /"Effect" stands twice/,
    ],
    ["a version nobody knows", { ...document, Version: "2020-01-01" }, /Version/],
    ["an effect that is none", { Statement: { ...statement, Effect: "allow" } }, /Effect/],
    ["an element that a policy does not have", { ...document, statement: [] }, /"statement" is unknown/],
  ] as const)
    it(`says of ${what} that its meaning is not known`, () => {
      const policy = parsePolicy(given);
      expect(policy.problem).to.match(problem);
      expect(policy.empty).to.equal(false);
    });

  for (const [what, given, problem] of [
    ["an unknown element", { ...statement, condition: {} }, /"condition" is unknown/],
    ["Action beside NotAction", { ...statement, NotAction: "a:b" }, /exclude/],
    ["no action", { Effect: "Deny", Resource: "*" }, /neither/],
    ["a principal that is a name", { ...statement, Principal: "bob" }, /Principal/],
    ["a condition that is a text", { ...statement, Condition: "x" }, /Condition/],
  ] as const)
    it(`says of a statement with ${what} why it is not understood, and keeps the rest`, () => {
      const policy = parsePolicy({ Statement: [given, statement] });
      expect(policy.statements.map(({ problem: why }) => why !== undefined)).to.deep.equal([true, false]);
      expect(policy.statements[0]?.problem).to.match(problem);
    });

  for (const nothing of ["", " \n", null, undefined, "null"])
    it(`takes ${JSON.stringify(nothing)} for no document at all`, () => {
      expect(parsePolicy(nothing)).to.include({ empty: true });
    });

  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string().map(encodeURIComponent)), (text) => {
        parsePolicy(text);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        parsePolicy(value);
        parsePolicy({ Statement: value });
        parsePolicy({ Statement: [{ Effect: "Allow", Action: value, Principal: value, Condition: value }] });
      }),
    );
  });
});
