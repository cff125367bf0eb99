import { expect } from "chai";
import fc from "fast-check";
import { jsonText } from "../../src/tables/jsonText.ts";

describe("JSON in the tables", () => {
  for (const [value, text] of [
    ["\ud800x", '"\ufffdx"'],
    ["x\udc00", '"x\ufffd"'],
    ["😀", '"😀"'],
    ["\\ud800", '"\\\\ud800"'],
    ["\\\ud800", '"\\\\\ufffd"'],
    ['"e+\ud800', '"\\"e+\ufffd"'],
    [{ "\ud800": 1 }, '{"\ufffd":1}'],
    [1e21, "1e21"],
    [[-1.5e300, "1e+21"], '[-1.5e300,"1e+21"]'],
    [1e-7, "1e-7"],
    ["\u0000", '"\\u0000"'],
    [null, "null"],
  ] as const)
    it(`of ${JSON.stringify(value)} is ${text}`, () => {
      expect(jsonText(value)).to.equal(text);
    });

  it("is what was written, half surrogate pairs apart", () => {
    const wellFormed = (value: unknown): unknown =>
      typeof value === "string"
        ? value.toWellFormed()
        : Array.isArray(value)
          ? value.map(wellFormed)
          : value !== null && typeof value === "object"
            ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name.toWellFormed(), wellFormed(each)]))
            : value;
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        expect(JSON.parse(jsonText(value))).to.deep.equal(JSON.parse(JSON.stringify(wellFormed(value))));
      }),
    );
  });
});
