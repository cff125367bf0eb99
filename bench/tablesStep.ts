import { reportOf } from "../cli/reportOf.ts";
import { rds } from "../src/auditors/services/rds.ts";
import { folderSource } from "../src/evidence/folderSource.ts";
import { differences } from "../src/query/diff.ts";
import { duckDBEngine } from "../src/query/duckdb.ts";
import { rowsOf } from "../src/query/engine.ts";
import { type Format, writeReport } from "../src/report/write.ts";
import { catalogOf } from "../src/tables/catalog.ts";
import { folderObjects } from "../src/tables/folderObjects.ts";
import { readSealedRun } from "../src/tables/sealedRun.ts";
import { tabulate } from "../src/tables/tabulate.ts";
import { DATE, RUNS } from "./largeRun.ts";

/**
 * One step of the row `tables` in a process of its own, so that its memory is nobody else's:
 * `node --import=tsx bench/tablesStep.ts <step> <folder>`. Prints milliseconds, and how much came of it.
 */
const [, , step, folder = ""] = process.argv;
const catalog = catalogOf([{ name: "rds", services: [rds] }]);
const objects = folderObjects(folder);

const derive = async (each: 0 | 1): Promise<number> => {
  const built = await tabulate(objects, (await readSealedRun(objects, RUNS[each], DATE))!, catalog);
  return built.reduce((sum, { rows }) => sum + rows, 0);
};
const report = async (format: Format): Promise<number> => {
  const line = Object.assign(() => undefined, { end: () => undefined });
  const place = { objects, source: folderSource(folder), folder };
  let written = 0;
  await reportOf({ run: "latest", evidence: place, services: ["rds"], line }, (made) =>
    writeReport(made, format, (text) => {
      written += text.length;
    }),
  );
  return written;
};
const asked = async <T>(work: (engine: Awaited<ReturnType<typeof duckDBEngine>>) => Promise<T>): Promise<T> => {
  const engine = await duckDBEngine({ folder, catalog });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
};

const steps: Record<string, () => Promise<number>> = {
  before: () => derive(0),
  tables: () => derive(1),
  query: () =>
    asked(async (engine) => {
      const sql = "SELECT engine_version, count(*) AS n FROM latest_aws_rds_dbinstance GROUP BY 1";
      return (await rowsOf(await engine.query(sql))).length;
    }),
  diff: () =>
    asked(async (engine) => {
      let found = 0;
      for await (const _each of differences(engine, RUNS[0], RUNS[1], { catalog })) found += 1;
      return found;
    }),
  page: () => report("html"),
  json: () => report("json"),
};

const work = steps[step ?? ""];
if (!work) throw new Error(`there is no step ${step}; there are ${Object.keys(steps).join(", ")}`);
const began = performance.now();
const cpu = process.cpuUsage();
const result = await work();
const ms = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1000, peak, result }));
