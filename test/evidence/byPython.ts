import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { itaudit } from "../cli/itaudit.ts";

const run = promisify(execFile);

/** What a verification comes to: its exit code, and the keys that it blames. */
export interface Judgement {
  code: number;
  blamed: string[];
}

const judgement = (code: number, blamed: Iterable<string>): Judgement => ({
  code,
  blamed: [...new Set(blamed)].sort(),
});

/** What `examples/verify.py` says. @throws Error where it breaks off */
export async function byPython(args: readonly string[], script = "examples/verify.py"): Promise<Judgement> {
  const { code, stdout, stderr } = await run("python3", [script, ...args]).then(
    (said) => ({ ...said, code: 0 }),
    (said: { stdout: string; stderr: string; code: number }) => said,
  );
  if (stderr.includes("Traceback")) throw new Error(stderr);
  return judgement(
    code,
    [...stdout.matchAll(/^[a-z-]+ (.+?): /gm)].map(([, key]) => key!),
  );
}

/** What `itaudit verify` says to the same. */
export async function byItaudit(args: readonly string[]): Promise<Judgement> {
  const { code, stdout } = await itaudit(["verify", ...args, "--json"]);
  const said = stdout.split("\n").flatMap((line) => (line ? [JSON.parse(line)] : []));
  return judgement(
    code,
    said.filter(({ violates }) => violates).map(({ key }) => key),
  );
}
