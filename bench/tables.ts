/**
 * Tables and comparison of two large runs: time and memory.
 * `node --import=tsx bench/tables.ts 1000000`
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rds } from "../auditors/rds.ts";
import { catalogOf } from "../query/catalog.ts";
import { differences } from "../query/diff.ts";
import { duckDBEngine } from "../query/duckdb.ts";
import { rowsOf } from "../query/engine.ts";
import { folderObjects } from "../query/objects.ts";
import { readSealedRun } from "../query/sealedRun.ts";
import { tabulate } from "../query/tabulate.ts";
import { DATE, RUNS, writeRun } from "./largeRun.ts";

const ITEMS = Number(process.argv[2] ?? 100_000);
const catalog = catalogOf([{ name: "rds", services: [rds] }]);

let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 50);
async function measured<T>(what: string, work: () => Promise<T>): Promise<T> {
  peak = process.memoryUsage.rss();
  const started = performance.now();
  const result = await work();
  process.stdout.write(
    `${what}: ${((performance.now() - started) / 1000).toFixed(1)} s, ${Math.round(peak / 1e6)} MB resident at most\n`,
  );
  return result;
}

const folder = await mkdtemp(join(tmpdir(), "bench-tables-"));
try {
  const objects = folderObjects(folder);
  for (const run of [0, 1] as const) {
    await measured(`evidence of ${ITEMS} items`, () => writeRun(folder, run, ITEMS));
    await measured("tables", async () => tabulate(objects, (await readSealedRun(objects, RUNS[run], DATE))!, catalog));
  }
  const engine = await duckDBEngine({ folder, catalog });
  await measured("a query by engine version", async () =>
    rowsOf(await engine.query("SELECT engine_version, count(*) AS n FROM latest_aws_rds_dbinstance GROUP BY 1")),
  );
  const kinds: Record<string, number> = {};
  await measured("diff", async () => {
    for await (const { kind } of differences(engine, RUNS[0], RUNS[1], { catalog }))
      kinds[kind] = (kinds[kind] ?? 0) + 1;
  });
  process.stdout.write(`${JSON.stringify(kinds)}\n`);
  await engine.close();
} finally {
  clearInterval(watch);
  await rm(folder, { recursive: true });
}
