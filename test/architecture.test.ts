import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const RULES: [room: string, mayNot: RegExp][] = [
  ["src/auditors", /^@pulumi\/|^(\.\.\/)+sandbox\//],
  ["src/collect", /^@pulumi\/|^(\.\.\/)+sandbox\//],
  ["src/evidence", /^@pulumi\/|^(\.\.\/)+sandbox\//],
  ["handlers", /^@pulumi\/|^(\.\.\/)+(components|sandbox)\//],
  ["components", /^(\.\.\/)+(handlers|sandbox)\//],
  ["stacks", /^(\.\.\/)+(handlers|sandbox)\//],
  ["src/anomalies", /^@pulumi\/|^(\.\.\/)+(components|sandbox)\//],
  ["src/controls", /^@pulumi\/|^(\.\.\/)+sandbox\//],
  ["src/doctor", /^@pulumi\/|^(\.\.\/)+(components|sandbox|cli|handlers)\//],
  ["src/policy", /^(?!node:|\.\/)/],
  ["src/query", /^@pulumi\/|^(\.\.\/)+sandbox\//],
  ["src/notify", /^@pulumi\/|^(\.\.\/)+(sandbox|cli)\//],
  ["src/report", /^@pulumi\/|^(\.\.\/)+(sandbox|cli)\//],
];

const importsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, path]) => path!);

describe("the rooms", () => {
  for (const [room, mayNot] of RULES)
    it(`${room}/ imports nothing that it must not know`, () => {
      const files = readdirSync(room, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
      expect(files).not.to.be.empty;
      const offending = files.flatMap((name) =>
        importsOf(join(room, name))
          .filter((path) => mayNot.test(path))
          .map((path) => `${room}/${name}: ${path}`),
      );
      expect(offending).to.deep.equal([]);
    });
});
