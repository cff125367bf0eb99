import { linkSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { verify } from "../../src/evidence/verify.ts";

const CODES = { verified: 0, violated: 1, consistent: 3 };

/** What a copy comes to: the exit code of `itaudit verify --all`, the keys that it blames, and those that it could not read. */
export async function outcomeOf(
  folder: string,
  publicKey: string,
  unreadable = new Set<string>(),
): Promise<{ code: number; blamed: string[] }> {
  const blamed = new Set<string>();
  const { level } = await verify({
    source: folderSource(folder),
    keys: keysIn(publicKey),
    run: "all",
    violation: ({ key }) => blamed.add(key),
    notice: ({ kind, key }) => kind === "unreadable" && unreadable.add(key),
  });
  return { code: CODES[level], blamed: [...blamed].sort() };
}

/** A copy that shares its files with the first one: whoever alters one writes it anew. */
export function copyOf(folder: string, copy: string): void {
  mkdirSync(copy);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [from, to] = [join(folder, entry.name), join(copy, entry.name)];
    if (entry.isDirectory()) copyOf(from, to);
    else linkSync(from, to);
  }
}
