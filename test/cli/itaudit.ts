import { execFile } from "node:child_process";
import { commandLine } from "../../cli/commandLine.ts";
import { restoreEnvironment } from "../environment.ts";

export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

/** What was said beside how far the work is, which is said where it takes longer than two seconds. */
export const withoutProgress = <Said extends Pick<Answer, "stderr">>(answer: Said): Said => ({
  ...answer,
  stderr: answer.stderr.replace(/^ {2}\S.*\n/gm, ""),
});

/** Runs `itaudit` in a process of its own, with standard input and another environment where they are given. */
export const itauditProcess = (
  args: readonly string[],
  input = "",
  env: NodeJS.ProcessEnv = process.env,
): Promise<Answer> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--no-warnings", "--import=tsx", "cli/itaudit.ts", ...args],
      { env, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });

/**
 * Runs `itaudit` in this process, which has loaded it already: the second that a process of its own takes to start is
 * worth it once for each command. One at a time.
 */
export async function itaudit(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Answer> {
  const { exitCode, exit } = process;
  const before = { ...process.env };
  let ended: number | undefined;
  const answer: Answer = { code: 0, stdout: "", stderr: "" };
  const restored = (["stdout", "stderr"] as const).map((name) => {
    const stream = process[name];
    const { write, isTTY } = stream;
    stream.isTTY = false;
    stream.write = (text: string | Uint8Array) => {
      // A process that has ended prints nothing.
      if (ended === undefined) answer[name] += typeof text === "string" ? text : Buffer.from(text).toString();
      return true;
    };
    return () => Object.assign(stream, { write, isTTY });
  });
  process.exitCode = 0;
  process.exit = (code) => {
    ended = Number(code ?? process.exitCode);
    throw new Error(`ended with ${ended}`);
  };
  try {
    restoreEnvironment(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)));
    await commandLine(args);
    answer.code = ended ?? Number(process.exitCode);
  } finally {
    restoreEnvironment(before);
    for (const restore of restored) restore();
    Object.assign(process, { exit, exitCode });
  }
  return answer;
}
