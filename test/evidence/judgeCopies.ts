import { readFile } from "node:fs/promises";
import { outcomeOf } from "./judgedCopy.ts";

/** Judges copies as the user that it runs as: `judgeCopies.ts key.pem copy...`, a line of JSON for each. */
const [keyFile, ...copies] = process.argv.slice(2);
const key = await readFile(keyFile!, "utf8");
for (const copy of copies) {
  const unreadable = new Set<string>();
  const { code, blamed } = await outcomeOf(copy, key, unreadable).catch(() => ({ code: 2, blamed: [] }));
  process.stdout.write(`${JSON.stringify({ copy, code, blamed, unreadable: [...unreadable].sort() })}\n`);
}
