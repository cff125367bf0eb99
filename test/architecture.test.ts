import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { expect } from "chai";
import { describeProblems, type Imports, MODULES, moduleOf } from "./architecture.ts";

/** Every source file of the modules, with the files that it imports, types included. */
function readImports(): Imports {
  const files = MODULES.filter(({ folder }) => existsSync(folder)).flatMap(({ folder }) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => posix.join(folder, name))
      .filter((name) => /\.(ts|mjs)$/.test(name) && moduleOf(name)?.folder === folder),
  );
  return new Map(
    files.map((file) => [
      file,
      [...readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*"([^"]+)"/g)].map(([, path]) =>
        path!.startsWith(".") ? join(dirname(file), path!) : path!,
      ),
    ]),
  );
}

describe("the architecture", () => {
  it("has every import go in an allowed direction, and no circle", () => {
    expect(describeProblems(readImports())).to.deep.equal([]);
  });

  it("knows every folder of src/", () => {
    const folders = readdirSync("src").filter((name) => statSync(join("src", name)).isDirectory());
    expect(MODULES.map(({ folder }) => folder)).to.include.members(folders.map((name) => `src/${name}`));
  });

  for (const [what, imports, problem] of [
    [
      "an import against the direction",
      { "src/evidence/seal.ts": ["src/report/model.ts"], "src/report/model.ts": [] },
      "src/evidence/seal.ts: src/evidence may not import src/report (src/report/model.ts)",
    ],
    [
      "a package that a module must not know",
      { "src/evidence/seal.ts": ["@pulumi/aws"] },
      "src/evidence/seal.ts: src/evidence may not import @pulumi/aws",
    ],
    [
      "a package in a module of values alone",
      { "src/policy/parse.ts": ["zod"] },
      "src/policy/parse.ts: src/policy may not import zod",
    ],
    [
      "a circle within a module",
      { "src/evidence/a.ts": ["src/evidence/b.ts"], "src/evidence/b.ts": ["src/evidence/a.ts"] },
      "circle: src/evidence/a.ts → src/evidence/b.ts → src/evidence/a.ts",
    ],
    ["a file that imports itself", { "src/query/a.ts": ["src/query/a.ts"] }, "circle: src/query/a.ts → src/query/a.ts"],
  ] as const)
    it(`refuses ${what}`, () => {
      expect(describeProblems(new Map(Object.entries(imports)))).to.deep.equal([problem]);
    });

  it("is what docs/architecture.md says", () => {
    const page = readFileSync("docs/architecture.md", "utf8");
    const rows = [...page.matchAll(/^\| `([\w/]+)\/` +\| .+? +\| (.+?) +\|$/gm)].map(([, folder, imports]) => [
      folder,
      imports,
    ]);
    expect(rows).to.deep.equal(
      MODULES.map(({ folder, imports }) => [
        folder,
        imports.map((name) => (name === "above" ? "those above" : `\`${name}/\``)).join(", ") || "nothing",
      ]),
    );
  });
});
