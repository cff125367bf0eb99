import { execFileSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import packageJson from "../package.json" with { type: "json" };

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
  "src/desk/lane.mjs",
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
