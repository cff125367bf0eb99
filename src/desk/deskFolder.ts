import { rmSync, writeFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { WORK_FOLDER } from "../evidence/folderStore.ts";
import { fileReason, makeFolder } from "../evidence/folders.ts";

/** A folder cannot be collected into; the message says why, and what to do. */
export class DeskFolderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DeskFolderError";
  }
}

/** What keys of the folder mean; a release that gives them another meaning counts on. */
const LAYOUT = 1;

/** Below the work folder: tables of a run that is still being read. */
export const EARLY = "early";

const Marked = z.object({ layout: z.number().int(), made_by: z.string() });
const Holder = z.object({ pid: z.number().int(), host: z.string(), since: z.string() });

/** What a run gets over, once there is room. */
const FULL = new Set(["ENOSPC", "EDQUOT"]);

/** What an error of the file system means for who chose the folder; others stay as they are. */
export function folderProblem(folder: string, thrown: unknown): unknown {
  const reason = fileReason(thrown);
  if (!reason) return thrown;
  const { code = "" } = thrown as NodeJS.ErrnoException;
  return new DeskFolderError(
    `${folder}: ${FULL.has(code) ? reason.replace(" (", ", and go on with --continue (") : reason}`,
  );
}

/**
 * Takes a folder for one process, until it is given back: two that collect into it at once would each seal what the
 * other has begun. A process that died holds nothing.
 * @returns gives it back
 * @throws DeskFolderError where it is in use, of a newer release, or cannot be written to
 */
export async function holdFolder(folder: string, toolVersion: string): Promise<() => Promise<void>> {
  const work = join(folder, WORK_FOLDER);
  try {
    await makeFolder(work);
    await checkLayout(folder, join(work, "folder.json"), toolVersion);
    const lock = join(work, "lock.json");
    await takeLock(folder, lock);
    const free = () => rmSync(lock, { force: true });
    process.once("exit", free);
    // What a process that died was writing has no name, and nobody needs it.
    for (const left of ["growing", EARLY]) await rm(join(work, left), { recursive: true, force: true });
    return async () => {
      process.off("exit", free);
      free();
    };
  } catch (error) {
    throw folderProblem(folder, error);
  }
}

async function checkLayout(folder: string, file: string, toolVersion: string): Promise<void> {
  const standing = await readFile(file, "utf8").catch(() => undefined);
  if (standing === undefined) {
    await writeFile(file, JSON.stringify({ layout: LAYOUT, made_by: toolVersion }), { flag: "wx" });
    return;
  }
  const marked = Marked.safeParse(parsed(standing));
  if (marked.success && marked.data.layout <= LAYOUT) return;
  throw new DeskFolderError(
    marked.success
      ? `${folder}: it was written by a newer release (${marked.data.made_by}); this one (${toolVersion}) does not know its layout. Update, or choose another folder with --dir`
      : `${folder}: ${file} cannot be read; choose another folder with --dir`,
  );
}

async function takeLock(folder: string, lock: string): Promise<void> {
  const own = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
  for (let tries = 0; tries < 2; tries++) {
    try {
      // At once, so that a signal finds it either not taken or known to be.
      writeFileSync(lock, own, { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Holder.safeParse(parsed(await readFile(lock, "utf8").catch(() => "")));
    if (holder.success && (holder.data.host !== hostname() || isAlive(holder.data.pid))) {
      const { pid, host, since } = holder.data;
      throw new DeskFolderError(
        `${folder}: process ${pid} on ${host} has collected into it since ${since}. Wait for it, or choose another folder with --dir; if it is gone, or is another program, delete ${lock}`,
      );
    }
    await rm(lock, { force: true });
  }
  throw new DeskFolderError(`${folder}: another process takes it at this moment; try again`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
