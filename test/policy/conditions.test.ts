import { expect } from "chai";
import { conditionHolds } from "../../src/policy/conditions.ts";
import { contextOf } from "../../src/policy/context.ts";

const context = contextOf(
  {
    "aws:SourceIp": "203.0.113.9",
    v6: "2001:db8::1",
    "aws:username": "Bob",
    starred: "bo*",
    tags: ["a", "b"],
    one: ["a"],
    empty: "",
    day: "2020-05-01T12:00:00Z",
    number: "10",
    yes: "true",
    bytes: "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
    topic: "arn:aws:sns:eu-west-1:111111111111:topic",
  },
  ["secret", "aws:PrincipalTag/*"],
);

const holds = (
  operator: string,
  key: string,
  values: readonly string[],
  version: "2012-10-17" | "2008-10-17" = "2012-10-17",
) => conditionHolds({ operator, key, values: [...values] }, version, context);

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
describe("conditions", () => {
  for (const [operator, key, values, expected] of [
    ["StringEquals", "aws:username", ["Ann", "Bob"], true],
    ["StringEquals", "AWS:UserName", ["Bob"], true],
    ["StringEquals", "aws:username", ["bob"], false],
    ["StringEquals", "aws:username", ["B*"], false],
    ["StringEquals", "absent", ["x"], false],
    ["StringEquals", "aws:username", [], false],
    ["StringNotEquals", "aws:username", ["Ann", "Eve"], true],
    ["StringNotEquals", "aws:username", ["Ann", "Bob"], false],
    ["StringNotEquals", "absent", ["x"], true],
    ["StringEqualsIgnoreCase", "aws:username", ["BOB"], true],
    ["StringNotEqualsIgnoreCase", "aws:username", ["BOB"], false],
    ["StringLike", "aws:username", ["B?b"], true],
    ["StringNotLike", "aws:username", ["B*", "x"], false],
    ["stringlike", "aws:username", ["B*"], true],
    ["NumericEquals", "number", ["10.0"], true],
    ["NumericNotEquals", "number", ["10"], false],
    ["NumericLessThan", "number", ["10"], false],
    ["NumericLessThanEquals", "number", ["10"], true],
    ["NumericGreaterThan", "number", ["9", "99"], true],
    ["NumericGreaterThanEquals", "aws:username", ["1"], false],
    ["DateLessThan", "day", ["2020-05-01T12:00:01Z"], true],
    ["DateGreaterThan", "day", ["1588334399"], true],
    ["DateEquals", "day", ["2020-05-01T14:00:00+02:00"], true],
    ["DateGreaterThanEquals", "day", ["2020-05"], true],
    ["DateNotEquals", "day", ["2020-05-01T12:00:00Z"], false],
    ["Bool", "yes", ["TRUE"], true],
    ["Bool", "yes", ["false"], false],
    ["Bool", "absent", ["false"], false],
    ["BoolIfExists", "absent", ["true"], true],
    ["BinaryEquals", "bytes", ["QmluYXJ5VmFsdWVJbkJhc2U2NA"], true],
    ["IpAddress", "aws:SourceIp", ["203.0.113.0/24"], true],
    ["IpAddress", "aws:SourceIp", ["203.0.113.9"], true],
    ["IpAddress", "aws:SourceIp", ["2001:db8::/32"], false],
    ["IpAddress", "v6", ["203.0.113.0/24", "2001:DB8::/32"], true],
    ["NotIpAddress", "aws:SourceIp", ["203.0.113.0/24", "10.0.0.0/8"], false],
    ["NotIpAddress", "absent", ["10.0.0.0/8"], true],
    ["ArnLike", "topic", ["arn:aws:sns:*:111111111111:*"], true],
    ["ArnEquals", "topic", ["arn:aws:sns:*:*:t*"], true],
    ["ArnNotEquals", "topic", ["arn:aws:sns:*:111111111111:*"], false],
    ["ArnNotLike", "absent", ["arn:aws:sns:*:*:*"], true],
    ["Null", "absent", ["true"], true],
    ["Null", "yes", ["true"], false],
    ["Null", "yes", ["false"], true],
    ["StringEqualsIfExists", "absent", ["x"], true],
    ["StringNotEqualsIfExists", "absent", ["x"], true],
    ["StringEqualsIfExists", "aws:username", ["x"], false],
    ["ForAllValues:StringEquals", "tags", ["a", "b", "c"], true],
    ["ForAllValues:StringEquals", "tags", ["a"], false],
    ["ForAllValues:StringEquals", "absent", ["a"], true],
    ["ForAllValues:StringEquals", "empty", ["a"], true],
    ["ForAllValues:StringNotEquals", "tags", ["c"], true],
    ["ForAllValues:StringNotEquals", "tags", ["a"], false],
    ["ForAnyValue:StringEquals", "tags", ["b", "c"], true],
    ["ForAnyValue:StringEquals", "tags", ["c"], false],
    ["ForAnyValue:StringEquals", "absent", ["c"], false],
    ["ForAnyValue:StringNotEquals", "tags", ["a"], true],
    ["ForAnyValue:StringNotEquals", "tags", ["a", "b"], false],
    ["ForAnyValue:StringNotEquals", "absent", ["a"], false],
    ["StringEquals", "one", ["a"], true],
    ["StringLike", "aws:username", ["${aws:username}"], true],
    ["StringLike", "starred", ["bo${*}"], true],
    ["StringLike", "aws:username", ["bo${*}"], false],
    ["StringLike", "aws:username", ["${starred}"], false],
    ["StringEquals", "one", ["${absent, 'a'}"], true],
    ["StringEquals", "aws:username", ["${absent}"], false],
    ["StringNotEquals", "aws:username", ["${absent}"], true],
    ["StringEquals", "aws:username", ["${tags}"], false],
    ["ArnLike", "topic", ["arn:aws:sns:*:*:${absent, 'topic'}"], true],
  ] as const)
    it(`${operator} of ${key} with ${values.join(" or ") || "no value"} ${expected ? "holds" : "does not hold"}`, () => {
      expect(holds(operator, key, values)).to.deep.equal({ value: expected, keys: [], problems: [] });
    });

  it("takes variables of 2008's language for letters", () => {
    expect(holds("StringEquals", "aws:username", ["${aws:username}"], "2008-10-17").value).to.equal(false);
  });

  for (const [operator, key, values, keys] of [
    ["StringEquals", "secret", ["x"], ["secret"]],
    ["Null", "SECRET", ["true"], ["SECRET"]],
    ["StringNotEqualsIfExists", "aws:PrincipalTag/team", ["x"], ["aws:PrincipalTag/team"]],
    ["StringEquals", "aws:username", ["${secret}"], ["secret"]],
  ] as const)
    it(`${operator} of ${key} depends on ${keys}`, () => {
      expect(holds(operator, key, values)).to.deep.equal({ value: undefined, keys, problems: [] });
    });

  for (const [operator, key, values, problem] of [
    ["StringResembles", "yes", ["x"], /unknown/],
    ["NullIfExists", "yes", ["true"], /unknown/],
    ["NumericLessThan", "number", ["many"], /no number/],
    ["DateLessThan", "day", ["soon"], /no date/],
    ["IpAddress", "aws:SourceIp", ["10.0.0.0/33"], /no range/],
    ["StringEquals", "tags", ["a"], /several values/],
  ] as const)
    it(`${operator} of ${key} with ${values} is not understood`, () => {
      const { value, problems } = holds(operator, key, values);
      expect(value).to.equal(undefined);
      expect(problems.join()).to.match(problem);
    });

  it("needs no more than one value that settles it", () => {
    expect(holds("StringEquals", "aws:username", ["${secret}", "Bob"]).value).to.equal(true);
    expect(holds("StringEquals", "tags", ["a", "b"]).value).to.equal(true);
  });
});
