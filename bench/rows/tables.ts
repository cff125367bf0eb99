import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { rds } from "../../auditors/rds.ts";
import { reportOf } from "../../cli/reportOf.ts";
import { folderSource } from "../../evidence/source.ts";
import { catalogOf } from "../../query/catalog.ts";
import { differences } from "../../query/diff.ts";
import { duckDBEngine } from "../../query/duckdb.ts";
import { rowsOf } from "../../query/engine.ts";
import { folderObjects } from "../../query/objects.ts";
import { readSealedRun } from "../../query/sealedRun.ts";
import { tabulate } from "../../query/tabulate.ts";
import { writeReport } from "../../report/write.ts";
import { DATE, RUNS, writeRun } from "../largeRun.ts";
import { type Line, megabytes, type Row, seconds, times } from "../row.ts";

const run = promisify(execFile);
const SIZES = [100_000, 1_000_000];
/** A machine on which the first size takes longer is too busy for the next. */
const TENTH_AT_MOST_MS = 60_000;
const QUERY = "SELECT engine_version, count(*) AS n FROM latest_aws_rds_dbinstance GROUP BY 1";

interface Step {
  ms: number;
  /** Resident memory at most; that of the steps before may be in it. */
  peak: number;
}
type Steps = Record<"zcat" | "tables" | "query" | "diff" | "report", Step>;

/** What comes after sealing, over two runs of so many databases of which one in a thousand changed. */
export const row: Row = {
  name: "tables",
  title: "tables, a query on DuckDB, a comparison and a report, against `zcat | wc -l` of the same evidence",
  measure: async () => {
    const lines: Line[] = [];
    for (const size of SIZES) {
      const steps = await measured(size);
      const { zcat, ...ours } = steps;
      for (const [name, { ms, peak }] of Object.entries(ours))
        lines.push({
          what: `${NAMES[name as keyof typeof NAMES]}, ${size.toLocaleString("en")} items`,
          measured: `${seconds(ms)}, ${times(ms / zcat.ms)}`,
          from: `\`zcat | wc -l\` took ${seconds(zcat.ms)}; ${megabytes(peak)} resident at most`,
        });
      if (Object.values(ours).reduce((sum, { ms }) => sum + ms, 0) > TENTH_AT_MOST_MS) {
        lines.push({ what: "more items", measured: "left out", from: "this machine is too busy for them now" });
        break;
      }
    }
    return lines;
  },
};

const NAMES = {
  tables: "tables of a run derived",
  query: "a query by engine version",
  diff: "two runs compared",
  report: "a report as JSON",
} as const;

async function measured(items: number): Promise<Steps> {
  const folder = await mkdtemp(join(tmpdir(), "bench-tables-"));
  const catalog = catalogOf([{ name: "rds", services: [rds] }]);
  const step = async (work: () => Promise<unknown>): Promise<Step> => {
    let peak = process.memoryUsage.rss();
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 50);
    const began = performance.now();
    try {
      await work();
      return { ms: performance.now() - began, peak };
    } finally {
      clearInterval(watch);
    }
  };
  try {
    const objects = folderObjects(folder);
    for (const each of [0, 1] as const) await writeRun(folder, each, items);
    const zcat = await step(() =>
      run("sh", ["-c", `find "$0/evidence" -name '${RUNS[1]}*' -print0 | xargs -0 zcat | wc -l`, folder]),
    );
    const derive = async (each: 0 | 1) => tabulate(objects, (await readSealedRun(objects, RUNS[each], DATE))!, catalog);
    await derive(0);
    const tables = await step(() => derive(1));
    const engine = await duckDBEngine({ folder, catalog });
    try {
      const query = await step(async () => rowsOf(await engine.query(QUERY)));
      let changed = 0;
      const diff = await step(async () => {
        for await (const _each of differences(engine, RUNS[0], RUNS[1], { catalog })) changed += 1;
      });
      if (changed < items / 1000) throw new Error(`${changed} differences were found between runs that differ more`);
      const report = await step(async () => {
        const line = Object.assign(() => undefined, { end: () => undefined });
        const place = { objects, source: folderSource(folder), folder };
        let written = 0;
        await reportOf({ run: "latest", place, services: ["rds"], line }, (made) =>
          writeReport(made, "json", (text) => {
            written += text.length;
          }),
        );
        if (!written) throw new Error("the report is empty");
      });
      return { zcat, tables, query, diff, report };
    } finally {
      await engine.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
