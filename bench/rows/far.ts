import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { type Line, type Row, seconds, times } from "../row.ts";

const run = promisify(execFile);
/** One service of many types, and groups of services. */
const AUDITORS = ["rds", "network", "compute"];
const Measured = z.object({
  ms: z.number(),
  leastMs: z.number(),
  waitedMs: z.number(),
  calls: z.number(),
  connections: z.number(),
  most: z.number(),
});

/** What distance costs a task: most of its time it waits for regions that are far away. */
export const row: Row = {
  name: "far",
  title: "a task over 17 regions that have nothing, each as far from us-east-1 as it is",
  measure: async () => {
    const lines: Line[] = [];
    for (const auditor of AUDITORS) {
      const task = fileURLToPath(new URL("../farTask.ts", import.meta.url));
      const { stdout } = await run(process.execPath, ["--no-warnings", "--import=tsx", task, auditor]);
      const { ms, leastMs, waitedMs, calls, connections, most } = Measured.parse(JSON.parse(stdout));
      lines.push({
        what: `${auditor}, against its calls one after the other`,
        measured: times(waitedMs / ms),
        from: `${seconds(ms)} and ${seconds(waitedMs)} for ${calls} calls over ${connections} connections, ${most} at a time at most; the way to the farthest region and back alone takes ${seconds(leastMs)}`,
      });
    }
    return lines;
  },
};
