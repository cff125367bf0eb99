import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import packageJson from "../package.json" with { type: "json" };
import { bundleLanes } from "../src/desk/laneModule.ts";
import { keepDerived } from "../src/tables/declaredCatalog.ts";

/**
 * Writes what is published into `dist/package`: JavaScript and types in the places of the sources, so that what finds
 * its way by them finds it there too, and a `package.json` that exports `src/exports/`. `npm run package`.
 */
const OUT = "dist/package";
/** Read when the program or the command line runs, and no module that the compiler follows. */
const FILES = [
  "cli/itaudit.mjs",
  "src/controls/rules",
  "src/controls/templates",
  "src/report/page/page.css",
  "sandbox/lambda/bootstrap.mjs",
  "README.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "LICENSE",
  "NOTICE",
];
const MODULES = {
  ".": "components",
  "./auditors": "auditors",
  "./collectors": "collectors",
  "./controls": "controls",
  "./evidence": "evidence",
};

rmSync(OUT, { recursive: true, force: true });
const COMPILER = "node_modules/typescript7/bin/tsc";
execFileSync(process.execPath, [COMPILER, "--project", "tsconfig.package.json"], { stdio: "inherit" });
for (const file of FILES) cpSync(file, `${OUT}/${file}`, { recursive: true });
// What a first run from a desk would wait for.
await keepDerived(`${OUT}/src/tables/catalog.json`);
writeFileSync(`${OUT}/src/desk/lane/LICENSES`, licensesOf(await bundleLanes(`${OUT}/src/desk/lane`)));
const { name, version, description, license, type, bin, engines, dependencies } = packageJson;
const exports = Object.fromEntries(
  Object.entries(MODULES).map(([path, module]) => [
    path,
    { types: `./src/exports/${module}.d.ts`, default: `./src/exports/${module}.js` },
  ]),
);
writeFileSync(
  `${OUT}/package.json`,
  // Without side effects an auditor of one's own brings none of ours into its function's code.
  `${JSON.stringify({ name, version, description, license, type, bin, engines, sideEffects: false, exports, dependencies }, null, 2)}\n`,
);

/** The licenses of packages whose files are bundled, each text once below the names of its packages. */
function licensesOf(files: readonly string[]): string {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  const packages = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const { name, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as typeof packageJson;
    const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : license;
    packages.set(text, [...(packages.get(text) ?? []), name]);
  }
  return [...packages].map(([text, names]) => `${names.join(", ")}\n\n${text}\n`).join("\n\n");
}
