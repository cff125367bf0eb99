import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { buildSync, type Metafile, transformSync, version } from "esbuild";
import { fileHashes, readBundleCache, sha256Of, writeBundleCache } from "./bundleCache.ts";
import { CONFIG, configOf, entryOf, type Handler, nameOf, root } from "./handlers.ts";

export interface Bundle {
  code: pulumi.asset.AssetArchive;
  /** `index.mjs`, as it is in the archive. */
  source: string;
  /** Hex SHA-256 of the source: the same source gives the same hash, so that an update shows no change. */
  sha256: string;
  /** Files that went into it, relative to the project. */
  inputs: string[];
}

// Some packages of the SDK's tree are CommonJS and call require() of Node's own modules.
const BANNER = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

/** A function's module before its configuration is written into it: the same for every deployment. */
type Module = Pick<Bundle, "source" | "inputs">;

const modules = new Map<string, Module>();
const bundles = new Map<string, Bundle>();

/** A handler's bundle; made once in a process, which may deploy the program several times. */
export function bundle(handler: Handler): Bundle {
  prepareBundles([handler]);
  const key = `${entryOf(handler)}${configOf(handler)}`;
  const known = bundles.get(key) ?? withConfig(handler, modules.get(entryOf(handler))!);
  bundles.set(key, known);
  return known;
}

/**
 * Makes the modules of several handlers together, for `bundle` to answer with: what they share is parsed once. One that
 * stands in `dist/` is taken as it is where nothing has changed that it is made of.
 */
export function prepareBundles(handlers: readonly Handler[]): void {
  const hashOf = fileHashes(root);
  const missing = handlers.filter((handler) => {
    const entry = entryOf(handler);
    if (modules.has(entry)) return false;
    const cached = readBundleCache(folderOf(nameOf(handler)), cacheKeyOf(entry), hashOf);
    if (cached) modules.set(entry, cached);
    return !cached;
  });
  for (const [index, built] of buildModules(missing).entries()) modules.set(entryOf(missing[index]!), built);
}

/**
 * Bundles each handler with the SDK clients it uses into one ES module, the same alone as together with others. What
 * a stack trace names is found by its source map in `dist/`, which leads to the readable module beside it.
 */
export const makeBundles = (handlers: readonly Handler[]): Bundle[] =>
  buildModules(handlers).map((built, index) => withConfig(handlers[index]!, built));

/** Milliseconds after which a bundle that was deployed once is no other process's any more. */
const DAY = 24 * 3_600_000;

/** A module with its handler's configuration, as it is deployed. */
function withConfig(handler: Handler, { source: module, inputs }: Module): Bundle {
  const source = module.split(CONFIG).join(configOf(handler));
  const sha256 = sha256Of(source);
  // Relative to where the program runs: from another checkout nothing is another.
  const file = relative(process.cwd(), deployedFile(nameOf(handler), sha256, source));
  const code = new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset(file) });
  return { code, source, sha256, inputs };
}

/** The file that is uploaded, named by what is in it: two processes do not write one file. Those of old go. */
function deployedFile(name: string, sha256: string, source: string): string {
  const folder = join(folderOf(name), "deployed");
  const file = join(folder, `${sha256.slice(0, 16)}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder)) {
    const { mtimeMs } = statSync(join(folder, old), { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && mtimeMs < Date.now() - DAY) rmSync(join(folder, old), { force: true });
  }
  const part = `${file}.${process.pid}`;
  writeFileSync(part, source);
  renameSync(part, file);
  return file;
}

/** What a bundle is built from besides files; the same in every checkout. */
const cacheKeyOf = (entry: string): string => `// esbuild ${version}\n${entry.replaceAll(root, ".")}`;

/** Declarations of the SDK's schemas' names, as esbuild writes them: `var _dNS = "dnsName";`. */
const NAME = /^(?:var|const) (_\w+) = ("(?:[^"\\\n]|\\.)*");$/gm;

/**
 * Writes out the names that the SDK's schemas have as computed keys (`{ [_dNS]: … }`). esbuild keeps whatever has a
 * computed key, as working it out might do something, and with it all that it refers to: half a megabyte of shapes
 * for one operation of EC2.
 */
function withPlainKeys(module: string): string {
  const names = new Map([...module.matchAll(NAME)].map(([, name, value]) => [name!, value!]));
  return module.replace(/\[(_\w+)\]:/g, (key, name: string) => (names.has(name) ? `${names.get(name)}:` : key));
}

const TARGET = "node20";

function buildModules(handlers: readonly Handler[]): Module[] {
  if (!handlers.length) return [];
  const began = Date.now();
  const { outputFiles, metafile } = readable(handlers);
  return handlers.map((handler) => {
    const name = nameOf(handler);
    const path = join(folderOf(name), "readable.mjs");
    const built = outputFiles.find((file) => file.path === path)!;
    const { entryPoint, inputs } = metafile.outputs[`dist/${name}/readable.mjs`]!;
    const bundled = { source: minified(name, withPlainKeys(built.text)), inputs: Object.keys(inputs) };
    writeBundleCache(
      root,
      folderOf(name),
      { ...bundled, entry: cacheKeyOf(entryOf(handler)) },
      dependenciesOf(entryPoint!, metafile),
      began,
    );
    return bundled;
  });
}

/**
 * Files that decide what a bundle is: all that its entry leads to, also what nothing is kept of, with the manifests of
 * their packages, and what says how bundles are made.
 */
function dependenciesOf(entryPoint: string, { inputs }: Metafile): string[] {
  const found = new Set([entryPoint]);
  for (const path of found)
    for (const { path: imported, external } of inputs[path]?.imports ?? []) if (!external) found.add(imported);
  // It is gone once the bundles are made; its text is what is bundled.
  found.delete(entryPoint);
  for (const path of [...found]) {
    const [manifest] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(path) ?? [];
    if (manifest) found.add(`${manifest}package.json`);
  }
  return [...found, "tsconfig.json", relative(root, fileURLToPath(import.meta.url))];
}

/** Whether `node_modules` is a link to another checkout's: by their names there, the bundles would be others. */
const hasLinkedPackages = (): boolean =>
  lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** The handlers' modules, each with all that it imports. Their entries are files only meanwhile, and this call's own. */
function readable(handlers: readonly Handler[]) {
  mkdirSync(join(root, "dist"), { recursive: true });
  const entries = mkdtempSync(join(root, "dist", "entries-"));
  try {
    for (const handler of handlers) writeFileSync(join(entries, `${nameOf(handler)}.ts`), entryOf(handler));
    return buildSync({
      entryPoints: handlers.map((handler) => ({
        in: join(entries, `${nameOf(handler)}.ts`),
        out: `${nameOf(handler)}/readable`,
      })),
      absWorkingDir: root,
      outdir: join(root, "dist"),
      outExtension: { ".js": ".mjs" },
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      target: TARGET,
      format: "esm",
      mainFields: ["module", "main"],
      preserveSymlinks: hasLinkedPackages(),
      banner: { js: BANNER },
      legalComments: "none",
      logLevel: "silent",
    });
  } finally {
    rmSync(entries, { recursive: true });
  }
}

const folderOf = (name: string): string => join(root, "dist", name);

function write(name: string, file: string, contents: string): void {
  mkdirSync(folderOf(name), { recursive: true });
  writeFileSync(join(folderOf(name), file), contents);
}

function minified(name: string, readable: string): string {
  const { code, map } = transformSync(readable, {
    sourcefile: "readable.mjs",
    sourcemap: "external",
    sourcesContent: false,
    minify: true,
    treeShaking: true,
    target: TARGET,
    format: "esm",
    legalComments: "none",
  });
  write(name, "readable.mjs", readable);
  write(name, "index.mjs.map", map);
  return code;
}
