import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { sha256Of } from "../components/bundleCache.ts";
import { root } from "../components/handlers.ts";
import { type Scope, type Service, typesOf } from "../src/auditors/collector.ts";
import type { AuditorOutline, ServiceOutline } from "../src/auditors/outline.ts";
import { rightsOf } from "../src/auditors/outline.ts";
import {
  compose,
  DEFAULT_AUDITORS,
  loadServices,
  type UndeclaredTypes,
  undeclaredAuditors,
} from "../src/auditors/registry.ts";
import { packedMembers, tableOf } from "../src/tables/columns.ts";

const Outlines = z.object({
  /** Of everything that they are made from. */
  key: z.string(),
  services: z.array(
    z.object({
      name: z.string(),
      collectors: z.array(
        z.object({
          type: z.templateLiteral(["AWS::", z.string(), "::", z.string()]),
          scope: z.string().transform((scope) => scope as Scope),
          listing: z.object({ operation: z.string() }),
          reads: z.array(z.object({ actions: z.array(z.string()), resources: z.array(z.string()).optional() })),
          members: z.array(z.tuple([z.string(), z.number()])),
        }),
      ),
    }),
  ),
});

/** What follows from a service's declarations. */
export const outlineOf = ({ name, collectors }: Pick<Service, "name" | "collectors">): ServiceOutline => ({
  name,
  collectors: collectors.map((collector) => ({
    type: collector.type,
    scope: collector.scope,
    listing: { operation: collector.listing.operation },
    reads: rightsOf(collector).map(({ actions, resources }) => (resources ? { actions, resources } : { actions })),
    members: packedMembers(tableOf(collector)),
  })),
});

/** What outlines are made from: the declarations, what makes tables of them, and the SDK's clients by their versions. */
export function outlinesKey(folder = root): string {
  const files = ["src/auditors", "src/tables"].flatMap((sources) =>
    readdirSync(join(folder, sources), { recursive: true, encoding: "utf8" })
      .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
      .map((name) => join(sources, name))
      .sort(),
  );
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
  const clients = new Set(texts.flatMap((text) => text.match(/@aws-sdk\/client-[\w-]+/g) ?? []));
  const parts = [...files, ...texts, ...[...clients].sort().map((name) => versionOf(name, folder))];
  return sha256Of(parts.join("\n"));
}

/** An installed package's version: beside the project's own packages, or where the project itself is a package. */
function versionOf(name: string, folder: string): string {
  const manifest = [join(folder, "node_modules"), join(folder, "..")]
    .map((packages) => join(packages, name, "package.json"))
    .find((file) => existsSync(file));
  return `${name} ${manifest ? (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version : "?"}`;
}

/**
 * The outlines of all services. Loading the declarations takes seconds, as each loads its SDK client: what follows from
 * them is kept in a file of `dist/`, until something that it is made from has changed.
 */
async function serviceOutlines(): Promise<ReadonlyMap<string, ServiceOutline>> {
  const file = join(root, "dist", "outlines.json");
  const key = outlinesKey();
  const standing = existsSync(file) ? Outlines.safeParse(jsonIn(file)) : undefined;
  const services: readonly ServiceOutline[] =
    standing?.data?.key === key ? standing.data.services : (await loadServices()).map(outlineOf);
  if (standing?.data?.key !== key) {
    mkdirSync(join(root, "dist"), { recursive: true });
    const part = `${file}.${process.pid}`;
    writeFileSync(part, JSON.stringify({ key, services }));
    renameSync(part, file);
  }
  return new Map(services.map((each) => [each.name, each]));
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * The chosen auditors, as a deployment must know them: without the SDK's clients.
 * @throws UnknownAuditorError
 */
export async function loadOutlines(
  chosen: readonly string[] = DEFAULT_AUDITORS,
  undeclared: UndeclaredTypes = {},
): Promise<AuditorOutline[]> {
  const composed = compose(chosen);
  const outlines = await serviceOutlines();
  const auditors = composed.map(({ name, services }) => ({
    name,
    services: services.map((service) => outlines.get(service)!),
  }));
  return [...auditors, ...(await undeclaredAuditors(auditors.flatMap(typesOf), undeclared))];
}
