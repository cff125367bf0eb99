import { execFile } from "node:child_process";
import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { NotHere } from "./row.ts";

const GROUPS = "/sys/fs/cgroup/cpu";
/** Microseconds within which a share is given: shorter than the system's 100 ms, in which a small one comes in bursts. */
const PERIOD = 20_000;
/** Of a processor that others want too, many times what they get: only the quota is to be what binds. */
const SHARES = 100_000;

/**
 * Runs a program that gets no more than a share of a processor, by a control group of its own (version 1).
 * @param share 1 is one processor
 * @param input what it reads from its standard input
 * @returns what it writes to its standard output
 * @throws NotHere where this process may not make control groups
 * @see https://docs.kernel.org/scheduler/sched-bwc.html
 */
export async function limited(
  share: number,
  command: readonly string[],
  env: Record<string, string>,
  input: string,
): Promise<string> {
  const group = `${GROUPS}/audit-bench-${process.pid}`;
  try {
    mkdirSync(group, { recursive: true });
    writeFileSync(`${group}/cpu.cfs_period_us`, String(PERIOD));
    writeFileSync(`${group}/cpu.shares`, String(SHARES));
    writeFileSync(`${group}/cpu.cfs_quota_us`, String(Math.round(PERIOD * share)));
  } catch (error) {
    throw new NotHere(`no processor can be limited here: ${(error as Error).message}`);
  }
  try {
    return await new Promise((resolve, reject) => {
      const child = execFile(
        "sh",
        ["-c", `echo $$ > ${group}/cgroup.procs && exec "$@"`, "sh", ...command],
        { env, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout) => (error ? reject(error) : resolve(stdout)),
      );
      child.stdin?.end(input);
    });
  } finally {
    // The group is busy for a moment longer than its last process lives.
    await wait(50);
    rmdirSync(group);
  }
}
