import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { buildSync } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** A function of the system: one of the fixed ones, or an auditor by its name in the registry. */
export type Handler = "boss" | "recorder" | "sealer" | { auditor: string };

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

const entryOf = (handler: Handler): string =>
  typeof handler === "string"
    ? `export { handler } from "./handlers/${handler}.ts";`
    : `import { auditorHandler } from "./handlers/auditor.ts";
import { ${handler.auditor} } from "./auditors/${handler.auditor}.ts";
export const handler = auditorHandler(${handler.auditor});`;

const nameOf = (handler: Handler): string => (typeof handler === "string" ? handler : `get-meta-${handler.auditor}`);

const bundles = new Map<string, Bundle>();

/** A handler's bundle; made once in a process, which may deploy the program several times. */
export function bundle(handler: Handler): Bundle {
  const made = bundles.get(nameOf(handler)) ?? makeBundle(handler);
  bundles.set(nameOf(handler), made);
  return made;
}

/** Bundles a handler with the SDK clients it uses into one ES module; its source map goes to `dist/`, apart. */
export function makeBundle(handler: Handler): Bundle {
  const name = nameOf(handler);
  const result = buildSync({
    stdin: { contents: entryOf(handler), resolveDir: root, sourcefile: `${name}.ts`, loader: "ts" },
    absWorkingDir: root,
    outfile: join(root, "dist", name, "index.mjs"),
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    sourcemap: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: BANNER },
    legalComments: "none",
    logLevel: "silent",
  });
  for (const file of result.outputFiles) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.contents);
  }
  const source = result.outputFiles.find(({ path }) => path.endsWith(".mjs"))!.text;
  return {
    code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(source) }),
    source,
    sha256: createHash("sha256").update(source).digest("hex"),
    inputs: Object.keys(result.metafile.inputs),
  };
}
