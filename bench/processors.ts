import { readdir, readFile } from "node:fs/promises";

/** Clock ticks of /proc in a second: the same on every Linux of today. */
const TICKS = 100;

/**
 * Milliseconds of a processor that the processes started by this one have taken so far, those that have ended
 * included; undefined where there is no /proc.
 */
export async function cpuOfChildren(): Promise<number | undefined> {
  const own = await statOf(String(process.pid)).catch(() => undefined);
  if (!own) return undefined;
  let ticks = own.ended;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // One that ends meanwhile is counted with those that have ended the next time.
    const stat = await statOf(name).catch(() => undefined);
    if (stat?.parent === process.pid) ticks += stat.own + stat.ended;
  }
  return (ticks * 1000) / TICKS;
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function statOf(pid: string): Promise<{ parent: number; own: number; ended: number }> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name of the command is in brackets, and may have spaces and brackets in it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), own: user! + system!, ended: endedUser! + endedSystem! };
}
