import { constants } from "node:fs";
import { access, lstat, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileReason } from "../src/evidence/folders.ts";
import { CliError } from "./cliError.ts";

/**
 * Whether an option's file can be written, before the work that makes it: it is not made, and the folders above it need
 * not be there. `-` and nothing are fine.
 * @throws CliError that names the option
 */
export async function checkOutput(option: string, path: string | undefined): Promise<void> {
  if (path === undefined || path === "-") return;
  try {
    const standing = await stat(path).catch(() => undefined);
    if (standing?.isDirectory()) throw new CliError(`${option} ${path}: it is a folder, and a file is expected`);
    if (standing) return await access(path, constants.W_OK);
    const folder = await nearestAbove(resolve(path));
    if (!(await stat(folder)).isDirectory()) throw new CliError(`${option} ${path}: ${folder} is a file`);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = fileReason(error);
    throw reason ? new CliError(`${option} ${path}: ${reason}`) : error;
  }
}

/** The nearest of the folders above a path that is there, be it a link to nothing. */
async function nearestAbove(path: string): Promise<string> {
  const above = dirname(path);
  const found = await lstat(above).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
  });
  return found || above === path ? above : nearestAbove(above);
}
