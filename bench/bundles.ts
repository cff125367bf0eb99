import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { compose, DEFAULT_AUDITORS } from "../auditors/registry.ts";
import { type Handler, makeBundle } from "../components/bundle.ts";

/**
 * Size and load time of every function's bundle, as a Markdown table: `npm run bench:bundles`. Load time is what
 * `import()` takes in a fresh process, the best of three; Lambda's start-up comes before it.
 */
const functions: [string, string, Handler][] = [
  ["recorder", "", "recorder"],
  ["sealer", "", "sealer"],
  ...compose(DEFAULT_AUDITORS).map(({ name, services }): [string, string, Handler] => [
    name,
    services.join(", "),
    { auditor: name, services },
  ]),
];
const folder = mkdtempSync(join(tmpdir(), "bundles-"));
const rows: string[] = [];
for (const [name, services, handler] of functions) {
  const { source } = makeBundle(handler);
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, source);
  const probe = `const t=performance.now();await import(${JSON.stringify(file)});console.log(performance.now()-t)`;
  const load = () =>
    Number(
      execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", probe], {
        encoding: "utf8",
        env: { ...process.env, AWS_REGION: "us-east-1" },
      }),
    );
  const ms = Math.min(load(), load(), load());
  const kb = (bytes: number) => Math.round(bytes / 1000);
  rows.push(`| ${name} | ${services} | ${kb(source.length)} | ${kb(gzipSync(source).length)} | ${Math.round(ms)} |`);
}
rmSync(folder, { recursive: true });
process.stdout.write(
  ["| function | services | KB | KB gzipped | load ms |", "|---|---|---:|---:|---:|", ...rows, ""].join("\n"),
);
