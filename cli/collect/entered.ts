import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { WORK_FOLDER } from "../../src/evidence/folderStore.ts";
import { makeFolder } from "../../src/evidence/folders.ts";
import type { Plan } from "../../src/evidence/plan.ts";

const Entered = z.object({
  profiles: z.array(z.string()).optional(),
  role: z.string().optional(),
  externalId: z.string().optional(),
  organization: z.boolean().optional(),
});

/** How the accounts of a run are entered, for whoever continues it: nothing of it is evidence. */
export type Entered = z.infer<typeof Entered>;
type Run = Pick<Plan, "run_id">;

const fileOf = (dir: string, { run_id }: Run): string => join(dir, WORK_FOLDER, `${run_id}.json`);

export async function noteEntered(dir: string, run: Run, entered: Entered): Promise<void> {
  const file = fileOf(dir, run);
  await makeFolder(dirname(file));
  await writeFile(file, JSON.stringify(Entered.parse(entered)), { mode: 0o600 });
}

/** What was noted of a run; undefined where nothing is, as its results were shown. A file that is not whole says nothing. */
export async function enteredBefore(dir: string, run: Run): Promise<Entered | undefined> {
  const text = await readFile(fileOf(dir, run), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Entered.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Forgets how a run was entered: its results are shown, and nothing is left to do. */
export const forgetEntered = (dir: string, run: Run): Promise<void> => rm(fileOf(dir, run), { force: true });
