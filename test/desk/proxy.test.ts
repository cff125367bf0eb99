import { expect } from "chai";
import { goesAround, proxySettings } from "../../src/desk/proxy.ts";

describe("a desk behind a proxy", () => {
  it("takes the names in small letters before the others", () => {
    const env = { HTTPS_PROXY: "http://other:1", https_proxy: "http://proxy:3128", NO_PROXY: "a.example, b.example" };
    expect(proxySettings(env)).to.deep.equal({
      https: "http://proxy:3128",
      http: undefined,
      no: ["a.example", "b.example"],
    });
  });

  for (const [host, no, around] of [
    ["sts.amazonaws.com", ["amazonaws.com"], true],
    ["sts.amazonaws.com", [".amazonaws.com"], true],
    ["sts.amazonaws.com", ["*.amazonaws.com"], true],
    ["STS.amazonaws.com", ["sts.AMAZONAWS.com:443"], true],
    ["myamazonaws.com", ["amazonaws.com"], false],
    ["anything", ["*"], true],
    ["169.254.169.254", ["169.254.169.254"], true],
    ["sts.amazonaws.com", [], false],
  ] as const)
    it(`${around ? "goes around it" : "goes through it"} to ${host} where NO_PROXY is "${no}"`, () => {
      expect(goesAround(host, { no })).to.equal(around);
    });
});
