import canonicalize from "canonicalize";
import { expect } from "chai";
import fc from "fast-check";
import { canonicalJson } from "../../src/evidence/canonicalJson.ts";

/** A number by its bits, as the tables of the RFC give them. */
const double = (hex: string): number => Buffer.from(hex, "hex").readDoubleBE();

describe("canonical JSON (RFC 8785)", () => {
  it("writes the sample of section 3.2.2 as section 3.2.4 has it, byte for byte", () => {
    const sample = {
      numbers: [JSON.parse("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f",
      literals: [null, true, false],
    };
    const expected =
      "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e412742" +
      "5c225c5c5c5c5c222f227d";
    expect(Buffer.from(canonicalJson(sample)).toString("hex")).to.equal(expected);
  });

  it("sorts members by UTF-16 code units, as section 3.2.3 shows", () => {
    const sample = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(canonicalJson(Object.entries(sample).map(([, value]) => value))))).to.have.length(
      7,
    );
    const inOrder = [...canonicalJson(sample).matchAll(/:"([^"]+)"/g)].map(([, value]) => value);
    expect(inOrder).to.deep.equal([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  for (const [bits, text] of [
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555554", "333333333.33333325"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ] as const) {
    it(`writes the number ${bits} of appendix B as ${text}`, () => {
      expect(canonicalJson(double(bits))).to.equal(text);
    });
  }

  for (const [what, value, problem] of [
    ["not a number", { a: [Number.NaN] }, /\$\.a\[0\]: NaN/],
    ["infinity", double("7ff0000000000000"), /\$: Infinity/],
    ["half a surrogate pair", { text: "\ud83d" }, /\$\.text: half a surrogate/],
    ["half a surrogate pair in a name", { "\ude00": 1 }, /half a surrogate/],
    ["a function", { a: () => 1 }, /\$\.a: a function/],
  ] as const) {
    it(`refuses ${what}, and says where`, () => {
      expect(() => canonicalJson(value)).to.throw(TypeError, problem);
    });
  }

  it("is the same text whatever the order of members, and means the same value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        let text: string;
        try {
          text = canonicalJson(value);
        } catch (error) {
          expect((error as Error).message).to.match(/surrogate/);
          return;
        }
        expect(canonicalJson(reversed)).to.equal(text);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("writes what another implementation writes, whatever the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(value)).to.equal(canonicalize(value));
      }),
      { numRuns: 2_000 },
    );
  });
});
