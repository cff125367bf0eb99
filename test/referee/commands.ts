import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };

/** Whether a program is on this machine's path. */
export const has = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));

/** Environment of a shell in which nobody has logged in to anything. */
export function cleanEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")) as [string, string][];
  return { ...Object.fromEntries(own), AWS_EC2_METADATA_DISABLED: "true", AWS_PAGER: "", ...more };
}

export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs a script in one bash, which stops at the first command that fails. */
export const shell = (script: string, env: Record<string, string>): Promise<Ended> =>
  new Promise((resolve) =>
    execFile("bash", ["-e", "-c", script], { env, maxBuffer: 2 ** 26 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  );

/** `npx --no-install itaudit` without the two seconds that npm takes to find what it is. */
const FOUND = `npx() { if [ "$1 $2" = "--no-install itaudit" ]; then node ${packageJson.bin.itaudit} "\${@:3}"; else command npx "$@"; fi; }\n`;

/** Runs lines as printed: npm itself is asked for the first `npx` command, and the others run what it would find. */
export const shellAsPrinted = (lines: string, env: Record<string, string>): Promise<Ended> =>
  shell(FOUND + lines.replace("npx ", "command npx "), env);
