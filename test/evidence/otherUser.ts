import { execFile } from "node:child_process";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Root reads everything: then commands run as another user. Otherwise this one lacks permissions already. */
const SET_USER =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp"] : [];

/** Runs a command as a user to whom permissions apply. */
export async function asOtherUser(...command: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [file, ...args] = [...SET_USER, ...command];
  return run(file!, args, { maxBuffer: 1 << 28 }).then(
    (said) => ({ ...said, code: 0 }),
    (said: { stdout: string; stderr: string; code: number }) => said,
  );
}

/** A folder that every user may look into. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "audit-permissions-"));
  await chmod(folder, 0o755);
  return folder;
}
