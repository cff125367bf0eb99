import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { put } from "./sealedCopy.ts";

/** A copy as an earlier version of the system sealed it. */
export async function recordedCopy(name: string) {
  const text = await readFile(new URL(`./recorded/${name}.json`, import.meta.url), "utf8");
  const { publicKey, objects } = JSON.parse(text) as { publicKey: string; objects: Record<string, string> };
  const folder = await mkdtemp(join(tmpdir(), "audit-recorded-"));
  for (const [key, body] of Object.entries(objects)) {
    await put(join(folder, key), Buffer.from(body, "base64"));
  }
  return { folder, publicKey };
}
