import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { configurationPage, pulumiYaml } from "../../scripts/configurationPage.ts";
import { KEYS } from "../../stacks/config/keys.ts";

describe("what is said of the configuration's keys", () => {
  for (const [file, made] of [
    ["Pulumi.yaml", pulumiYaml],
    ["docs/configuration.md", configurationPage],
  ] as const)
    it(`${file} says what the keys are: npm run docs writes it`, () => {
      const text = readFileSync(file, "utf8");
      expect(made(text) === text, "run npm run docs and commit the file").to.equal(true);
      for (const key of Object.keys(KEYS)) expect(text, key).to.include(key);
    });

  it("Pulumi.yaml has what Pulumi takes in a project file, with descriptions and defaults of text alone", () => {
    const { name, description, runtime, main, config, ...rest } = parse(readFileSync("Pulumi.yaml", "utf8"));
    expect([name, description, main].every((each) => typeof each === "string")).to.equal(true);
    expect(runtime).to.deep.equal({ name: "nodejs", options: { typescript: false, nodeargs: "--import=tsx" } });
    expect(rest).to.deep.equal({});
    for (const [key, declared] of Object.entries(config as Record<string, Record<string, unknown>>)) {
      expect(Object.keys(declared), key).to.have.members(["description", "default"]);
      for (const said of Object.values(declared)) expect(said, key).to.be.a("string");
    }
  });
});
