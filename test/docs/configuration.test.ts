import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";

describe("docs/configuration.md", () => {
  it("has a row for each key of Pulumi.yaml, with its default and its description, and no other", () => {
    const { config } = parse(readFileSync("Pulumi.yaml", "utf8")) as {
      config: Record<string, { default: unknown; description: string }>;
    };
    const rows = readFileSync("docs/configuration.md", "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").map((cell) => cell.trim()));
    expect(rows).to.have.deep.members(
      Object.entries(config).map(([key, { default: otherwise, description }]) => [
        "",
        `\`${key}\``,
        otherwise === "" ? "" : `\`${otherwise}\``,
        description,
        "",
      ]),
    );
  });
});
