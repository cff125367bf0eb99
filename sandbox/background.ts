import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";

/** What a running sandbox leaves in its folder, so that other commands find it. */
const Running = z.object({
  pid: z.number(),
  endpoint: z.string(),
  auditAccount: z.string(),
  /** The first few member accounts. */
  members: z.array(z.string()),
  accounts: z.number(),
});
export type Running = z.infer<typeof Running>;

const RUNNING = "sandbox.json";
export const LOG = "sandbox.log";
const LOOK_EVERY_MS = 50;
/** Loading the SDK takes a second; a machine may be busy. */
const STARTS_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 30_000;

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The sandbox that runs from a folder, if one does: what a killed one left behind does not count. */
export function runningFrom(folder: string): Running | undefined {
  const file = join(folder, RUNNING);
  if (!existsSync(file)) return undefined;
  const read = Running.safeParse(JSON.parse(readFileSync(file, "utf8") || "{}"));
  return read.success && alive(read.data.pid) ? read.data : undefined;
}

export const declareRunning = (folder: string, running: Running): void =>
  writeFileSync(join(folder, RUNNING), JSON.stringify(running));
export const declareStopped = (folder: string): void => rmSync(join(folder, RUNNING), { force: true });

/**
 * Starts a sandbox in a process that outlives this one, its output in the log of the folder, which is there.
 * @param command a Node.js module and its arguments, which serve a sandbox of the folder and declare that it runs
 * @throws Error with what it said, when it ends instead of answering
 */
export async function startInBackground(folder: string, command: readonly string[]): Promise<Running> {
  const log = join(folder, LOG);
  const output = openSync(log, "w");
  const child = spawn(process.execPath, [...command], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  let exited = false;
  child.once("exit", () => {
    exited = true;
  });
  child.unref();
  for (const deadline = Date.now() + STARTS_WITHIN_MS; Date.now() < deadline; ) {
    const running = runningFrom(folder);
    if (running?.pid === child.pid) return running!;
    if (exited)
      throw new Error(
        readFileSync(log, "utf8")
          .trim()
          .replace(/^itaudit: /, "") || `it ended: see ${log}`,
      );
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`it did not answer within ${STARTS_WITHIN_MS / 1000} s: see ${log}`);
}

/** Asks a running sandbox to save its state and end, and waits for it. @throws Error when it goes on */
export async function stopRunning(folder: string, { pid }: Running): Promise<void> {
  process.kill(pid, "SIGTERM");
  for (const deadline = Date.now() + STOPS_WITHIN_MS; Date.now() < deadline; ) {
    if (!alive(pid)) return declareStopped(folder);
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`process ${pid} goes on after ${STOPS_WITHIN_MS / 1000} s: see ${join(folder, LOG)}`);
}
