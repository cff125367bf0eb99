import { decodeTime } from "ulid";
import { CliError } from "./runs.ts";

/** A run by its id or the key of its manifest. The day is in the id: a ULID starts with its time. */
export function runNamed(name: string): { run: string; date: string } {
  const id = /run_id=([0-9A-Z]{26})\//.exec(name)?.[1] ?? name;
  try {
    return { run: id, date: new Date(decodeTime(id)).toISOString().slice(0, 10) };
  } catch {
    throw new CliError(
      `"${name}" is not the id of a run: 26 digits and capital letters, such as 01JDT3SAPG0000000000000000`,
    );
  }
}
