import { fileReason } from "../src/evidence/folders.ts";
import { CliError } from "./cliError.ts";

/** What an error of the file system says, in one line with what to do about it; other errors as they are. */
export function fileProblem(error: Error): Error {
  const { path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const reason = fileReason(error);
  return path && reason ? new CliError(`${dest ?? path}: ${reason}`) : error;
}
