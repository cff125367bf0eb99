import { readFileSync } from "node:fs";
import { expect } from "chai";
import packageJson from "../../package.json" with { type: "json" };

const names = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies });

describe("docs/dependencies.md", () => {
  it("promises licences that the packages have", () => {
    for (const name of names) {
      const { license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as { license: string };
      expect(license, name).to.match(/^(\(?(MIT|Apache-2\.0|BSD-3-Clause|ISC)( OR )?)+/);
    }
  });

  it("says in a line what each dependency of package.json is for, and of no other", () => {
    const described = [...readFileSync("docs/dependencies.md", "utf8").matchAll(/^- `([^`]+)`: \S.*\.$/gm)].map(
      ([, name]) => name!,
    );
    expect(described).to.have.members([
      ...new Set(names.map((name) => (name.startsWith("@aws-sdk/client-") ? "@aws-sdk/client-*" : name))),
    ]);
  });
});
