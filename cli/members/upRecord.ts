import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { CliError } from "../cliError.ts";

const Update = z.object({
  fingerprint: z.string(),
  at: z.string(),
  /** Undefined: it succeeded. */
  problem: z.string().optional(),
});
type Update = z.infer<typeof Update>;
const Updates = z.record(z.string(), Update);

/** The last update of each stack, kept in a file after each one, so that a rollout that was stopped goes on. */
export interface UpRecord {
  last: (stack: string) => Update | undefined;
  keep: (stack: string, update: Update) => void;
}

/** @throws CliError when there is something else in the file */
export function upRecord(file: string): UpRecord {
  const updates = new Map(Object.entries(existsSync(file) ? read(file) : {}));
  return {
    last: (stack) => updates.get(stack),
    keep: (stack, update) => {
      updates.set(stack, update);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, `${JSON.stringify(Object.fromEntries([...updates].sort()), null, 2)}\n`);
      renameSync(`${file}.new`, file);
    },
  };
}

function read(file: string): Record<string, Update> {
  try {
    return Updates.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new CliError(`${file}: this is no record of updates. Try: another --record, or remove it to begin anew`);
  }
}
