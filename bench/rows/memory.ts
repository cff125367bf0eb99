import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import * as z from "zod";
import { megabytes, type Row, seconds, times } from "../row.ts";

const run = promisify(execFile);
const SIZES = [1_000, 100_000, 1_000_000];
const BYTES_AT_MOST = 256_000_000;
/** What a function of 256 MB may keep: V8 takes more where it may, without needing it. */
const OLD_SPACE_MB = 128;
/** The million is left out where a tenth of it shows that it would take longer than three minutes. */
const TENTH_AT_MOST_MS = 18_000;

const Measured = z.object({
  peak: z.number(),
  ms: z.number(),
  cpuMs: z.number(),
  calls: z.number(),
  objects: z.number(),
  bytes: z.number(),
});

/** Whether a task's memory grows with what it reads; the process is bundled as functions are. */
export const row: Row = {
  name: "memory",
  title: `peak memory of one task, through the real engine, V8's old space ≤ ${OLD_SPACE_MB} MB`,
  measure: async () => {
    const folder = await mkdtemp(join(tmpdir(), "bench-memory-"));
    try {
      const file = join(folder, "task.mjs");
      await build({
        entryPoints: [fileURLToPath(new URL("../largeTask.ts", import.meta.url))],
        outfile: file,
        bundle: true,
        minify: true,
        platform: "node",
        target: "node20",
        format: "esm",
        mainFields: ["module", "main"],
        banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
      });
      const measured: { size: number; of: z.infer<typeof Measured> }[] = [];
      let left = "";
      for (const size of SIZES) {
        if (size > 100_000 && measured.at(-1)!.of.ms > TENTH_AT_MOST_MS) {
          left = `; ${size.toLocaleString("en")} left out, as this machine is too busy for it now`;
          continue;
        }
        const { stdout } = await run(process.execPath, [
          "--no-warnings",
          `--max-old-space-size=${OLD_SPACE_MB}`,
          file,
          String(size),
        ]);
        measured.push({ size, of: Measured.parse(JSON.parse(stdout)) });
      }
      const [least, most] = [measured[0]!.of, measured.at(-1)!.of];
      return [
        {
          what: `memory at ${measured.at(-1)!.size.toLocaleString("en")} resources against that at 1,000`,
          measured: times(most.peak / least.peak),
          target: { text: `≤ ${megabytes(BYTES_AT_MOST)}`, met: most.peak <= BYTES_AT_MOST },
          from: `${measured.map(({ size, of }) => `${size.toLocaleString("en")}: ${megabytes(of.peak)}, ${of.calls} calls, ${seconds(of.ms)}, processor ${seconds(of.cpuMs)} (${((of.cpuMs * 1000) / size).toFixed(0)} ms per 1,000)`).join("; ")}${left}`,
        },
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
