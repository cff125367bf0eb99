import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { buildSync, type Metafile, transformSync, version } from "esbuild";
import type { Aggregator, Service } from "../src/auditors/collector.ts";
import type { UndeclaredTypes } from "../src/auditors/registry.ts";
import type { Control } from "../src/controls/control.ts";
import type { Exception } from "../src/controls/exception.ts";
import type { PlannedAuditor } from "../src/evidence/plan.ts";
import { type Catalog, packedCatalog } from "../src/tables/catalog.ts";
import type { MemberColumn } from "../src/tables/columns.ts";
import { fileHashes, readBundleCache, sha256Of, writeBundleCache } from "./bundleCache.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** By what names and types the deployed auditors are loaded. */
export interface Deployed {
  auditors: readonly string[];
  undeclared: UndeclaredTypes;
}

/** A function of the system: a fixed one, the boss of some auditors, or an auditor of some services. */
export type Handler =
  | "recorder"
  | "watchdog"
  | "anomalies"
  | "sealer"
  | { boss: readonly PlannedAuditor[] }
  | { auditor: string; services: readonly Pick<Service, "name" | "module">[] }
  /** The auditor of types that the Cloud Control API reads. */
  | { auditor: "cloudcontrol"; types: readonly string[] }
  /** The auditor of what an aggregator of AWS Config is asked. */
  | { auditor: string; aggregator: Aggregator; types: readonly string[] }
  /** What is deployed, for the doctor to tell. */
  | { doctor: Deployed }
  /** What the tabulator must know of the auditors, so that it carries none of their clients. */
  | { tabulator: Catalog }
  | { notifier: NotifierKnowledge }
  /** Controls that AWS Config's rules ask, and the columns of their types. */
  | { configRules: RulesKnowledge };

interface RulesKnowledge {
  controls: readonly Pick<Control, "id" | "resource" | "sql">[];
  columns: Readonly<Record<string, readonly MemberColumn[]>>;
}

/** What the notifier cannot find in the evidence. */
interface NotifierKnowledge {
  controls: readonly Control[];
  auditors: Catalog["auditors"];
  exceptions: readonly Exception[];
}

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

/** Where a function's knowledge stands in its bundle until it is written there. */
const BUILT_IN_CONFIG = "__KNOWLEDGE__";

/** A bundle's own module: what it does is the handler's, what it knows is written into it afterwards. */
function entryOf(handler: Handler): string {
  if (typeof handler === "string") return `export { handler } from ${ours(`handlers/${handler}`)};\n`;
  if ("boss" in handler) return entry({ bossHandler: ours("handlers/boss") }, `bossHandler(${BUILT_IN_CONFIG})`);
  if ("tabulator" in handler)
    return entry(
      {
        tabulatorHandler: ours("handlers/tabulator"),
        thisProcess: ours("src/runtime/runtime"),
        unpackedCatalog: ours("src/tables/catalog"),
      },
      `tabulatorHandler(unpackedCatalog(${BUILT_IN_CONFIG}))(thisProcess)`,
    );
  if ("aggregator" in handler)
    return entry(
      { auditorHandler: ours("handlers/auditor"), configAggregator: ours("src/auditors/configAggregator") },
      `auditorHandler(configAggregator(...${BUILT_IN_CONFIG}))`,
    );
  if ("doctor" in handler)
    return entry(
      { doctorHandler: ours("handlers/doctor"), thisProcess: ours("src/runtime/runtime") },
      `doctorHandler(${BUILT_IN_CONFIG})(thisProcess)`,
    );
  if ("notifier" in handler)
    return entry(
      { notifierHandler: ours("handlers/notifier"), thisProcess: ours("src/runtime/runtime") },
      `notifierHandler(${BUILT_IN_CONFIG})(thisProcess)`,
    );
  if ("configRules" in handler)
    return entry(
      { configRulesHandler: ours("handlers/configRules"), thisProcess: ours("src/runtime/runtime") },
      `configRulesHandler(${BUILT_IN_CONFIG})(thisProcess)`,
    );
  if ("types" in handler)
    return entry(
      { auditorHandler: ours("handlers/auditor"), cloudControl: ours("src/auditors/cloudcontrol") },
      `auditorHandler({ name: "cloudcontrol", services: [cloudControl(${BUILT_IN_CONFIG})] })`,
    );
  const { auditor, services } = handler;
  const modules = services.map(({ name, module }) => [
    name,
    module ? JSON.stringify(fileURLToPath(module)) : ours(`src/auditors/services/${name}`),
  ]);
  return entry(
    { auditorHandler: ours("handlers/auditor"), ...Object.fromEntries(modules) },
    `auditorHandler({ name: ${JSON.stringify(auditor)}, services: [${services.map(({ name }) => name).join(", ")}] })`,
  );
}

/** What a handler is made for, and another of its kind for something else. */
function builtInConfigOf(handler: Handler): unknown {
  if (typeof handler === "string" || "services" in handler) return undefined;
  if ("boss" in handler) return handler.boss;
  if ("tabulator" in handler) return packedCatalog(handler.tabulator);
  if ("aggregator" in handler) return [handler.aggregator, handler.types];
  if ("doctor" in handler) return handler.doctor;
  if ("notifier" in handler) return handler.notifier;
  if ("configRules" in handler) return handler.configRules;
  return handler.types;
}

/** One of the project's modules; without its extension, as that is another one in the package. */
const ours = (path: string): string => JSON.stringify(join(root, path));

function entry(imports: Readonly<Record<string, string>>, handler: string): string {
  const lines = Object.entries(imports).map(([name, module]) => `import { ${name} } from ${module};`);
  return [...lines, `export const handler = ${handler};`, ""].join("\n");
}

function nameOf(handler: Handler): string {
  if (typeof handler === "string") return handler;
  if ("auditor" in handler) return `get-meta-${handler.auditor}`;
  if ("doctor" in handler) return "doctor";
  if ("notifier" in handler) return "notifier";
  if ("configRules" in handler) return "config-rules";
  return "boss" in handler ? "boss" : "tabulator";
}

/** A function's module before its knowledge is written into it: the same for every configuration. */
type Module = Pick<Bundle, "source" | "inputs">;

const modules = new Map<string, Module>();
const bundles = new Map<string, Bundle>();

/** A handler's bundle; made once in a process, which may deploy the program several times. */
export function bundle(handler: Handler): Bundle {
  prepareBundles([handler]);
  const key = `${entryOf(handler)}${builtInConfigText(handler)}`;
  const known = bundles.get(key) ?? withBuiltInConfig(handler, modules.get(entryOf(handler))!);
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
    const kept = readBundleCache(folderOf(nameOf(handler)), cacheKeyOf(entry), hashOf);
    if (kept) modules.set(entry, kept);
    return !kept;
  });
  for (const [index, made] of makeModules(missing).entries()) modules.set(entryOf(missing[index]!), made);
}

/**
 * Bundles each handler with the SDK clients it uses into one ES module, the same alone as together with others. What
 * a stack trace names is found by its source map in `dist/`, which leads to the readable module beside it.
 */
export const makeBundles = (handlers: readonly Handler[]): Bundle[] =>
  makeModules(handlers).map((made, index) => withBuiltInConfig(handlers[index]!, made));

function builtInConfigText(handler: Handler): string {
  const knowledge = builtInConfigOf(handler);
  return knowledge === undefined ? "" : JSON.stringify(knowledge);
}

/** A module with its handler's knowledge, which stands in `dist/` as it is deployed. */
function withBuiltInConfig(handler: Handler, { source: module, inputs }: Module): Bundle {
  const source = module.split(BUILT_IN_CONFIG).join(builtInConfigText(handler));
  const stands = join(folderOf(nameOf(handler)), "index.mjs");
  if (!existsSync(stands) || readFileSync(stands, "utf8") !== source) write(nameOf(handler), "index.mjs", source);
  const code = new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(source) });
  return { code, source, sha256: sha256Of(source), inputs };
}

/** What a bundle is made of besides files. */
const cacheKeyOf = (entry: string): string => `// esbuild ${version}\n${entry}`;

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

function makeModules(handlers: readonly Handler[]): Module[] {
  if (!handlers.length) return [];
  const began = Date.now();
  const { outputFiles, metafile } = readable(handlers);
  return handlers.map((handler) => {
    const name = nameOf(handler);
    const path = join(folderOf(name), "readable.mjs");
    const built = outputFiles.find((file) => file.path === path)!;
    const { entryPoint, inputs } = metafile.outputs[`dist/${name}/readable.mjs`]!;
    const made = { source: minified(name, withPlainKeys(built.text)), inputs: Object.keys(inputs) };
    writeBundleCache(
      root,
      folderOf(name),
      { ...made, entry: cacheKeyOf(entryOf(handler)) },
      dependenciesOf(entryPoint!, metafile),
      began,
    );
    return made;
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
