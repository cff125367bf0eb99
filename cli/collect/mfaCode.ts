import { createInterface } from "node:readline/promises";
import { CliError } from "../cliError.ts";

/** Asks the person at the terminal for the code of an MFA device. @throws CliError where nobody can be asked */
export async function mfaCode(serial: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CliError(
      `the profile asks for a code of ${serial}, and there is no terminal to type it in: sign in before (aws sso login, aws sts get-session-token)`,
    );
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  lines.once("close", () => ended.abort());
  try {
    return (await lines.question(`Code of the MFA device ${serial}: `, { signal: ended.signal })).trim();
  } catch (error) {
    throw ended.signal.aborted ? new CliError(`no code of ${serial} was typed`) : error;
  } finally {
    lines.close();
  }
}
