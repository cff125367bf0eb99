import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { basename, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import packageJson from "../../package.json" with { type: "json" };
import { compose, DEFAULT_AUDITORS, loadAuditors, serviceNames } from "../auditors/registry.ts";
import { rightsOfService, type TypeRights } from "../auditors/rights.ts";
import { makeFolder } from "../evidence/folders.ts";
import { type Catalog, catalogOf, type PackedCatalog, packedCatalog, unpackedCatalog } from "./catalog.ts";

const Rights = z.array(z.object({ actions: z.array(z.string()), resources: z.array(z.string()).optional() }));
const KeptDerived = z.object({
  catalog: z.object({
    types: z.record(z.string(), z.array(z.tuple([z.string(), z.number()]))),
    auditors: z.record(z.string(), z.array(z.object({ type: z.string(), operation: z.string(), global: z.boolean() }))),
  }),
  rights: z.record(
    z.string(),
    z.array(z.object({ type: z.string(), global: z.boolean(), listing: Rights, details: Rights })),
  ),
});

/** What follows from the declarations of all services. */
interface Derived {
  catalog: PackedCatalog;
  rights: Readonly<Record<string, readonly TypeRights[]>>;
}

/** Files that are kept: of the releases and checkouts that a user works with in turn. */
const KEPT_AT_MOST = 8;

/** What a package brings: its declarations do not change. */
const PACKAGED = fileURLToPath(new URL("./catalog.json", import.meta.url));

/**
 * Where what was derived is kept, where the user has a home.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ which has a path that is not absolute ignored
 */
function cacheFolder(): string | undefined {
  const { XDG_CACHE_HOME: named } = process.env;
  try {
    const cache = named && isAbsolute(named) ? named : join(homedir(), ".cache");
    return join(cache, "audit-ecosystem", "catalogs");
  } catch {
    return undefined;
  }
}

/** Declarations do not change while a process has them, and neither does what a package brings. */
let declarations: Promise<string> | undefined;
let packaged: Promise<Derived | undefined> | undefined;

/**
 * The catalog of declared types that some auditors lead to. Deriving it loads the SDK's client of every service, which
 * takes seconds, so that what was derived is kept in the user's cache for as long as neither the declarations nor the
 * clients change; what cannot be kept is derived each time. A package brings it.
 * @param chosen names of groups and of services
 * @throws UnknownAuditorError
 */
export async function declaredCatalog(chosen: readonly string[] = DEFAULT_AUDITORS): Promise<Catalog> {
  const composed = compose(chosen);
  const { types, auditors: services } = (await derivedOrCached()).catalog;
  const auditors = Object.fromEntries(
    composed.map(({ name, services: of }) => [name, of.flatMap((service) => services[service] ?? [])]),
  );
  const covered = new Set(Object.values(auditors).flatMap((all) => all.map(({ type }) => type)));
  return unpackedCatalog({
    types: Object.fromEntries(Object.entries(types).filter(([type]) => covered.has(type))),
    auditors,
  });
}

/** What a service of an auditor asks of IAM, type by type. */
export interface ServiceRights {
  auditor: string;
  service: string;
  types: readonly TypeRights[];
}

/**
 * What the services of some auditors ask of IAM.
 * @param chosen names of groups and of services
 * @throws UnknownAuditorError
 */
export async function declaredRights(chosen: readonly string[] = DEFAULT_AUDITORS): Promise<ServiceRights[]> {
  const composed = compose(chosen);
  const { rights } = await derivedOrCached();
  return composed.flatMap(({ name, services }) =>
    services.map((service) => ({ auditor: name, service, types: rights[service] ?? [] })),
  );
}

/** The catalog, derived of the declarations themselves and never of what was kept: for what must not rest on a file. */
export const derivedCatalog = async (): Promise<Catalog> => catalogOf(await loadAuditors());

/** Keeps what follows from the declarations of all services in a file, for a package. */
export const keepDerived = async (file: string): Promise<void> => writeFile(file, JSON.stringify(await derived()));

async function derivedOrCached(): Promise<Derived> {
  packaged ??= read(PACKAGED);
  const brought = await packaged;
  if (brought) return brought;
  declarations ??= keyOfDeclarations();
  const name = `${await declarations}.json`;
  const folder = cacheFolder();
  const cached = folder && (await read(join(folder, name)));
  if (cached) return cached;
  const fresh = await derived();
  // Where nothing can be kept, this costs the time of deriving and nothing else.
  if (folder) await keep(folder, name, JSON.stringify(fresh)).catch(() => undefined);
  return fresh;
}

async function read(file: string): Promise<Derived | undefined> {
  try {
    return KeptDerived.parse(JSON.parse(await readFile(file, "utf8"))) as Derived;
  } catch {
    return undefined;
  }
}

/** Of each service by itself: how auditors are composed of them is another question at each call. */
async function derived(): Promise<Derived> {
  const auditors = await loadAuditors(serviceNames);
  const rights = auditors.flatMap(({ services }) =>
    services.map((service) => [service.name, rightsOfService(service)] as const),
  );
  return { catalog: packedCatalog(catalogOf(auditors)), rights: Object.fromEntries(rights) };
}

async function keep(folder: string, name: string, text: string): Promise<void> {
  const temporary = join(folder, `${name}.${randomUUID()}`);
  await makeFolder(folder);
  try {
    await writeFile(temporary, text);
    await rename(temporary, join(folder, name));
  } finally {
    await rm(temporary, { force: true });
  }
  await forgetOldest(folder);
}

/** What is gone is derived again. */
async function forgetOldest(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const dated = await Promise.all(files.map(async (file) => ({ file, made: (await stat(file)).mtimeMs })));
  const old = dated.sort((a, b) => b.made - a.made).slice(KEPT_AT_MOST);
  await Promise.all(old.map(({ file }) => rm(file, { force: true })));
}

/** Changes with each declaration, with what derives tables of them, and with the version of each client of the SDK. */
async function keyOfDeclarations(): Promise<string> {
  const folders = ["../auditors/", "../auditors/services/", "./"].map((folder) =>
    fileURLToPath(new URL(folder, import.meta.url)),
  );
  const sources = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder))
        .filter((name) => /\.[jt]s$/.test(name))
        .sort()
        .map((name) => join(folder, name)),
    ),
  );
  const require = createRequire(import.meta.url);
  const manifests = Object.keys(packageJson.dependencies)
    .filter((name) => /^@(aws-sdk|smithy)\//.test(name))
    .map((name) => require.resolve(`${name}/package.json`));
  const files = [...sources.flat(), ...manifests];
  const hash = createHash("sha256");
  for (const [index, text] of (await Promise.all(files.map((file) => readFile(file)))).entries())
    hash.update(`${basename(files[index]!)}\n`).update(text);
  return hash.digest("hex");
}
