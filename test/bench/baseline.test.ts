import { readFileSync } from "node:fs";
import { expect } from "chai";
import { baselineEnvironment } from "../../bench/baseline/environment.ts";

describe("the baseline of the bench", () => {
  it("is given all that its program takes from the environment", () => {
    const program = readFileSync("bench/baseline/collect.py", "utf8");
    const taken = [...program.matchAll(/os\.environ\[["'](\w+)["']\]/g)].map(([, name]) => name!);
    const given = baselineEnvironment({
      accounts: ["111111111111", "222222222222"],
      regions: ["eu-central-1"],
      role: "audit",
      externalId: "external",
      endpoint: "http://127.0.0.1:4566",
      homeRegion: "eu-central-1",
      accessKeyId: "999999999999",
    });
    expect(given).to.include.keys(taken);
    expect(given.ACCOUNTS).to.equal("111111111111,222222222222");
  });
});
