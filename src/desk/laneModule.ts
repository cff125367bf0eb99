import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makeFolder } from "../evidence/folders.ts";

/** The file of a bundle that a lane starts from; what it loads lies beside it. */
const ENTRY = "laneThread.mjs";
/** Milliseconds after which a bundle of other sources is no process's any more. */
const DAY = 24 * 3_600_000;

/**
 * The module that lanes start from, bundled with the SDK's clients, each service in a file of its own: a thread that
 * loads their packages one by one takes four seconds of processor for it. A package brings the bundle; in a checkout
 * it is made once for its sources, and kept in `dist/`. Where it cannot be made, lanes load the sources.
 */
export async function laneModule(): Promise<URL> {
  const packaged = new URL("./lane/", import.meta.url);
  if (existsSync(packaged)) return new URL(ENTRY, packaged);
  try {
    return pathToFileURL(join(await bundleOfSources(fileURLToPath(new URL("../../", import.meta.url))), ENTRY));
  } catch {
    return new URL("./lane.mjs", import.meta.url);
  }
}

/** @param root of the checkout */
async function bundleOfSources(root: string): Promise<string> {
  const all = join(root, "dist", "lanes");
  const folder = join(all, await keyOfSources(root));
  if (existsSync(folder)) return folder;
  await makeFolder(all);
  for (const old of await readdir(all)) {
    const { mtimeMs } = await stat(join(all, old)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - DAY) await rm(join(all, old), { recursive: true, force: true });
  }
  const part = `${folder}.${randomUUID()}`;
  try {
    await bundleLanes(part);
    // Another process may have made it meanwhile: the same.
    await rename(part, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return folder;
}

/** Changes with each source, and with the version of each package. */
async function keyOfSources(root: string): Promise<string> {
  const sources = (await readdir(join(root, "src"), { recursive: true }))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join("src", name))
    .sort();
  const hash = createHash("sha256");
  for (const file of [...sources, "package.json", "package-lock.json"])
    hash.update(`${file}\n`).update(await readFile(join(root, file)));
  return hash.digest("hex").slice(0, 16);
}

/** Bundles what a lane runs into a folder. @returns the files that went into it */
export async function bundleLanes(outdir: string): Promise<string[]> {
  const { build } = await import("esbuild");
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("./laneThread.ts", import.meta.url))],
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    // Some packages are CommonJS and call require() of Node's own modules.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    metafile: true,
    logLevel: "silent",
  });
  return Object.keys(metafile.inputs);
}
