import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { type BundleLoad, bundleLoads, loadOf } from "../bundleLoads.ts";
import { type Row, times } from "../row.ts";

const BYTES_AT_MOST = 1_200_000;
const MS_AT_MOST = 150;

/** Milliseconds that the least a function of the system can be takes to load: S3's client and nothing else. */
function leastLoad(): number {
  const folder = mkdtempSync(join(tmpdir(), "bench-least-"));
  try {
    const file = join(folder, "least.mjs");
    const { outputFiles } = buildSync({
      stdin: { contents: 'export { S3Client } from "@aws-sdk/client-s3";', resolveDir: process.cwd() },
      bundle: true,
      minify: true,
      write: false,
      platform: "node",
      target: "node20",
      format: "esm",
      mainFields: ["module", "main"],
      banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    });
    writeFileSync(file, outputFiles[0]!.contents);
    return loadOf(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is added to Lambda's own start-up when a function starts afresh. */
export const row: Row = {
  name: "coldStart",
  title: "load time and size of each function's bundle",
  measure: async () => {
    const least = leastLoad();
    const loads = [...bundleLoads()];
    const most = (of: (load: BundleLoad) => number) => loads.reduce((a, b) => (of(b) > of(a) ? b : a));
    const largest = most(({ bytes }) => bytes);
    const slowest = most(({ ms }) => ms);
    const over = loads.filter(({ bytes }) => bytes > BYTES_AT_MOST).map(({ name }) => name);
    return [
      {
        what: "the slowest bundle to load, against S3's client alone",
        measured: times(slowest.ms / least),
        target: { text: `≤ ${MS_AT_MOST} ms`, met: slowest.ms <= MS_AT_MOST },
        from: `${slowest.name} ${Math.round(slowest.ms)} ms, S3's client ${Math.round(least)} ms; all: ${loads.map(({ name, ms }) => `${name} ${Math.round(ms)}`).join(", ")}`,
      },
      {
        what: "the largest bundle, against what it may be",
        measured: times(largest.bytes / BYTES_AT_MOST),
        target: { text: `≤ ${BYTES_AT_MOST / 1e6} MB`, met: largest.bytes <= BYTES_AT_MOST },
        from: `${largest.name} ${Math.round(largest.bytes / 1000)} KB (${Math.round(largest.gzipped / 1000)} KB gzipped)${over.length ? `; over it: ${over.join(", ")}` : ""}`,
      },
    ];
  },
};
