import { expect } from "chai";
import fc from "fast-check";
import {
  contains,
  isEveryAction,
  isEveryResource,
  matchesAction,
  matchesArn,
  matchesResource,
  matchesText,
  overlaps,
} from "../../src/policy/wildcards.ts";

describe("wildcards", () => {
  for (const [match, pattern, value, expected] of [
    [matchesAction, "S3:get*", "s3:GetObject", true],
    [matchesAction, "iam:*AccessKey*", "iam:CreateAccessKey", true],
    [matchesAction, "s3:Get", "s3:GetObject", false],
    [matchesText, "home/?", "home/a", true],
    [matchesText, "home/?", "home/", false],
    [matchesText, "A*", "ab", false],
    [matchesResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test/3/object.jpg", true],
    [matchesResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/test/object.jpg", false],
    [
      matchesResource,
      "arn:aws:logs:*:1:log-group:/a/*:*",
      "arn:aws:logs:eu-west-1:1:log-group:/a/b:log-stream:c",
      true,
    ],
    [matchesResource, "arn:aws:lambda:*", "arn:aws:lambda:us-east-1:1:function:x", true],
    [matchesResource, "arn:aws:sns:us-*1:123:t", "arn:aws:sns:us-east-1:9:x-1:123:t", false],
    [matchesResource, "arn:aws:s3:::b", "*", false],
    [matchesResource, "*", "*", true],
    [matchesText, "arn:aws:x:*:1:finance/*", "arn:aws:x:us-east-2:9:store/abc:1:finance/d", true],
    [matchesArn, "arn:aws:x:*:1:finance/*", "arn:aws:x:us-east-2:9:store/abc:1:finance/d", false],
    [matchesArn, "arn:aws:sns:*", "arn:aws:sns:us-east-2:9:topic", false],
    [matchesArn, "arn:aws:sns:*:*:*", "arn:aws:sns:us-east-2:9:topic:a", true],
  ] as const)
    it(`${match.name}: ${pattern} ${expected ? "is" : "is not"} ${value}`, () => {
      expect(match(pattern, value)).to.equal(expected);
    });

  it("takes no longer for many wildcards than their number says", () => {
    expect(matchesText("*a".repeat(200), `${"a".repeat(2_000)}b`)).to.equal(false);
  }).timeout(5_000);

  const APIS = ["apis", "restapis", "stages", "models", "routes", "cors", "exports", "deployments"].flatMap((each) => [
    `arn:aws:apigateway:*::/${each}`,
    `arn:aws:apigateway:*::/${each}/*`,
    `arn:aws:apigateway:*::/apis/*/${each}`,
    `arn:aws:apigateway:*::/apis/*/${each}/*`,
  ]);

  for (const [what, patterns, pattern, expected] of [
    ["one of them", APIS, "arn:aws:apigateway:*::/apis/*/stages/*/cors", true],
    ["none of them", APIS, "arn:aws:apigateway:*::/usageplans", false],
    ["wider than all of them", APIS, "arn:*:apigateway:*:*:/apis", false],
    ["a path with one of its wildcards in the region", ["arn:aws:*::/apis"], "arn:aws:apigateway:*::/apis", true],
    ["what two say together", [...APIS, "arn:aws:s3:::", "arn:aws:s3:::?*"], "arn:aws:s3:::*", true],
    ["what two say together, but for the empty text", [...APIS, "arn:aws:s3:::?*"], "arn:aws:s3:::*", false],
  ] as const)
    it(`tells soon whether dozens of patterns hold ${what}`, () => {
      expect(contains(patterns, pattern, "resource")).to.equal(expected);
    }).timeout(1_000);

  for (const [patterns, pattern, kind, expected] of [
    [["s3:*"], "s3:Get*", "action", true],
    [["s3:Get*"], "S3:GET?", "action", true],
    [["s3:Get*"], "s3:*", "action", false],
    [["a*", "b*"], "?", "text", false],
    [["*?"], "?*", "text", true],
    [["arn:aws:s3:::b/*"], "arn:aws:s3:::b/logs/*", "resource", true],
    [["arn:aws:s3:::*"], "arn:aws:s3:::b", "resource", true],
  ] as const)
    it(`${patterns} ${expected ? "holds" : "does not hold"} all of ${pattern}`, () => {
      expect(contains(patterns, pattern, kind)).to.equal(expected);
    });

  for (const [patterns, expected] of [
    [["*"], true],
    [["*:*"], true],
    [["**"], true],
    [["s3:*", "*"], true],
    [["s3:*", "?*:*"], true],
    [["s3:*"], false],
    [["a*", "s*"], false],
  ] as const)
    it(`${patterns} ${expected ? "is" : "is not"} every action`, () => {
      expect(isEveryAction(patterns)).to.equal(expected);
    });

  for (const [pattern, expected] of [
    ["*", true],
    ["arn:aws:*", true],
    ["arn:aws:*:*:*:*", true],
    ["arn:*:*:*:*:*", true],
    ["arn:aws:s3:::*", false],
    ["arn:aws:*:*:111111111111:*", false],
  ] as const)
    it(`${pattern} ${expected ? "is" : "is not"} every resource`, () => {
      expect(isEveryResource([pattern])).to.equal(expected);
    });

  const pattern = fc.string({ unit: fc.constantFrom("a", "b", ":", "*", "?"), maxLength: 7 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 7 });

  /** A text of a pattern: each wildcard filled in. */
  const filled = (of: string, fillings: string[]): string => {
    const left = [...fillings];
    return [...of]
      .map((each) => (each === "*" ? (left.pop() ?? "") : each === "?" ? (left.pop() ?? "a").charAt(0) || "b" : each))
      .join("");
  };

  it("says that one pattern holds another only if every text of the one is of the other", () => {
    fc.assert(
      fc.property(pattern, pattern, fc.array(text, { maxLength: 7 }), (outer, inner, fillings) => {
        const each = filled(inner, fillings);
        expect(matchesText(inner, each)).to.equal(true);
        if (contains([outer], inner, "text")) expect(matchesText(outer, each)).to.equal(true);
        expect(contains([inner, outer], inner, "text")).to.equal(true);
      }),
    );
  });

  const short = fc.string({ unit: fc.constantFrom("a", ":", "*", "?"), maxLength: 3 });
  const grown = (texts: string[]): string[] => texts.flatMap((each) => ["a", ":", "c"].map((letter) => each + letter));
  const texts = Array.from({ length: 6 })
    .reduce<string[][]>((all) => [...all, grown(all.at(-1)!)], [[""]])
    .flat();

  it("says that patterns do not hold one only if a text of it is of none of them", () => {
    fc.assert(
      fc.property(fc.array(short, { minLength: 1, maxLength: 3 }), short, (outer, inner) => {
        const missed = texts.some((each) => matchesText(inner, each) && !outer.some((one) => matchesText(one, each)));
        expect(contains(outer, inner, "text")).to.equal(!missed);
      }),
      { numRuns: 300 },
    );
  });

  it("finds an overlap wherever a text is of both", () => {
    fc.assert(
      fc.property(pattern, pattern, text, (a, b, each) => {
        if (matchesText(a, each) && matchesText(b, each)) expect(overlaps(a, b, "text")).to.equal(true);
        expect(overlaps(a, b, "text")).to.equal(overlaps(b, a, "text"));
        expect(overlaps(a, each, "text")).to.equal(matchesText(a, each));
      }),
    );
  });
});
