import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { makeBundles } from "../components/bundle.ts";
import type { Handler } from "../components/handlers.ts";
import { compose, DEFAULT_AUDITORS } from "../src/auditors/registry.ts";

/** A function's bundle, and what it takes to load it. */
export interface BundleLoad {
  name: string;
  services: readonly string[];
  bytes: number;
  gzipped: number;
  ms: number;
}

const functions: [string, readonly string[], Handler][] = [
  ["recorder", [], { kind: "recorder" }],
  ["sealer", [], { kind: "sealer" }],
  ...compose(DEFAULT_AUDITORS).map(({ name, services }): [string, string[], Handler] => [
    name,
    services,
    { kind: "auditor", auditor: name, services: services.map((service) => ({ name: service })) },
  ]),
];

/** Milliseconds that `import()` of a module takes in a fresh process, the best of three. */
export function loadOf(file: string): number {
  const probe = `const t=performance.now();await import(${JSON.stringify(file)});console.log(performance.now()-t)`;
  const load = () =>
    Number(
      execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", probe], {
        encoding: "utf8",
        env: { ...process.env, AWS_REGION: "us-east-1" },
      }),
    );
  return Math.min(load(), load(), load());
}

/** Size and load time of every function's bundle; Lambda's start-up comes before the loading. */
export function* bundleLoads(): Generator<BundleLoad> {
  const folder = mkdtempSync(join(tmpdir(), "bundles-"));
  try {
    for (const [name, services, handler] of functions) {
      const { source } = makeBundles([handler])[0]!;
      const file = join(folder, `${name}.mjs`);
      writeFileSync(file, source);
      yield { name, services, bytes: source.length, gzipped: gzipSync(source).length, ms: loadOf(file) };
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
