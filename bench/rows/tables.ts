import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { writeRun } from "../largeRun.ts";
import { type Line, megabytes, type Row, seconds } from "../row.ts";

const run = promisify(execFile);
const SIZES = [100_000, 1_000_000];
/** Where the first size takes longer, the next would take more than half an hour. */
const TENTH_AT_MOST_MS = 180_000;
const STEP = fileURLToPath(new URL("../tablesStep.ts", import.meta.url));

/**
 * Bytes resident at most, at either size. Tables: what the tabulator's function has. Reports: DuckDB's 384 MB, as much
 * again around it while it sorts and joins, and a process of Node's with TypeScript. Comparison and query: DuckDB's
 * gigabyte, and the same.
 */
const STEPS = {
  tables: { what: "tables of a run derived", atMost: 1_000_000_000 },
  query: { what: "a query by engine version", atMost: 1_500_000_000 },
  diff: { what: "two runs compared", atMost: 1_500_000_000 },
  page: { what: "a report as a page", atMost: 1_250_000_000 },
  json: { what: "a report as JSON, with every finding", atMost: 1_250_000_000 },
} as const;

const Measured = z.object({ ms: z.number(), cpuMs: z.number(), peak: z.number(), result: z.number() });
type Measured = z.infer<typeof Measured>;

/** What comes after sealing, over two runs of so many databases of which one in a thousand changed. */
export const row: Row = {
  name: "tables",
  title: "tables, a query on DuckDB, a comparison and reports, each in a process of its own",
  measure: async () => {
    const lines: Line[] = [];
    for (const size of SIZES) {
      const { zcatMs, steps } = await measured(size);
      for (const [name, { ms, cpuMs, peak, result }] of Object.entries(steps)) {
        const { what, atMost } = STEPS[name as keyof typeof STEPS];
        lines.push({
          what: `${what}, ${size.toLocaleString("en")} items`,
          measured: `${seconds(ms)}, ${megabytes(peak)}`,
          target: { text: `≤ ${megabytes(atMost)}`, met: peak <= atMost },
          from: `processor ${seconds(cpuMs)}; \`zcat | wc -l\` of the evidence took ${seconds(zcatMs)}; came to ${result.toLocaleString("en")} ${name === "page" || name === "json" ? "characters" : name === "diff" ? "differences" : "rows"}`,
        });
      }
      if (size === SIZES.at(-1)) break;
      if (Object.values(steps).reduce((sum, { ms }) => sum + ms, 0) > TENTH_AT_MOST_MS) {
        lines.push({ what: "more items", measured: "left out", from: "this machine is too busy for them now" });
        break;
      }
    }
    return lines;
  },
};

async function measured(items: number): Promise<{ zcatMs: number; steps: Record<keyof typeof STEPS, Measured> }> {
  const folder = await mkdtemp(join(tmpdir(), "bench-tables-"));
  const step = async (name: string): Promise<Measured> => {
    const { stdout } = await run(process.execPath, ["--no-warnings", "--import=tsx", STEP, name, folder]);
    return Measured.parse(JSON.parse(stdout));
  };
  try {
    for (const each of [0, 1] as const) await writeRun(folder, each, items);
    const began = performance.now();
    await run("sh", ["-c", `find "$0/evidence" -name '*0002-*' -print0 | xargs -0 zcat | wc -l`, folder]);
    const zcatMs = performance.now() - began;
    await step("before");
    const steps = {
      tables: await step("tables"),
      query: await step("query"),
      diff: await step("diff"),
      page: await step("page"),
      json: await step("json"),
    };
    if (steps.diff.result < items / 1000)
      throw new Error(`${steps.diff.result} differences were found between runs that differ more`);
    return { zcatMs, steps };
  } finally {
    await rm(folder, { recursive: true });
  }
}
