import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { compose, DEFAULT_AUDITORS, loadAuditors, serviceNames } from "../auditors/registry.ts";
import packageJson from "../package.json" with { type: "json" };
import { type Catalog, catalogOf, type PackedCatalog, packedCatalog, unpackedCatalog } from "./catalog.ts";

const Kept = z.object({
  key: z.string(),
  catalog: z.object({
    types: z.record(z.string(), z.array(z.tuple([z.string(), z.number()]))),
    auditors: z.record(z.string(), z.array(z.object({ type: z.string(), operation: z.string(), global: z.boolean() }))),
  }),
});

/** Where what was derived is kept, as the XDG Base Directory Specification says. */
const place = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "audit-ecosystem", "catalog.json");

/**
 * The catalog of declared types that some auditors lead to. Deriving it loads the SDK's client of every service, which
 * takes seconds, so that what was derived is kept in the user's cache for as long as neither the declarations nor the
 * clients change; what cannot be kept is derived each time.
 * @param chosen names of groups and of services
 * @throws UnknownAuditorError
 */
export async function declaredCatalog(chosen: readonly string[] = DEFAULT_AUDITORS): Promise<Catalog> {
  const composed = compose(chosen);
  const key = await keyOfDeclarations();
  const { types, auditors: services } = (await kept(key)) ?? (await derived(key));
  const auditors = Object.fromEntries(
    composed.map(({ name, services: of }) => [name, of.flatMap((service) => services[service] ?? [])]),
  );
  const covered = new Set(Object.values(auditors).flatMap((all) => all.map(({ type }) => type)));
  return unpackedCatalog({
    types: Object.fromEntries(Object.entries(types).filter(([type]) => covered.has(type))),
    auditors,
  });
}

/** The same, derived of the declarations themselves and never of what was kept: for what must not rest on a file. */
export const derivedCatalog = async (): Promise<Catalog> => catalogOf(await loadAuditors());

async function kept(key: string): Promise<PackedCatalog | undefined> {
  try {
    const read = Kept.safeParse(JSON.parse(await readFile(place(), "utf8")));
    return read.success && read.data.key === key ? read.data.catalog : undefined;
  } catch {
    return undefined;
  }
}

/** Of each service by itself: how auditors are composed of them is another question at each call. */
async function derived(key: string): Promise<PackedCatalog> {
  const catalog = packedCatalog(catalogOf(await loadAuditors(serviceNames)));
  const file = place();
  const written = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(written, JSON.stringify({ key, catalog }));
    await rename(written, file);
  } catch {
    // A home that cannot be written to costs the time of deriving, and nothing else.
    await rm(written, { force: true }).catch(() => undefined);
  }
  return catalog;
}

/** Changes with each declaration, with what derives tables of them, and with the version of each client of the SDK. */
async function keyOfDeclarations(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of ["../auditors/", "./"]) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    for (const name of (await readdir(path)).sort())
      if (/\.[jt]s$/.test(name)) hash.update(`${name}\n`).update(await readFile(join(path, name)));
  }
  const require = createRequire(import.meta.url);
  for (const name of Object.keys(packageJson.dependencies)) {
    if (!/^@(aws-sdk|smithy)\//.test(name)) continue;
    hash.update(await readFile(require.resolve(`${name}/package.json`)));
  }
  return hash.digest("hex");
}
