import { typesOf } from "../src/auditors/collector.ts";
import type { AuditorOutline } from "../src/auditors/outline.ts";
import { loadControls, typesOf as typesOfControl } from "../src/controls/control.ts";
import { resourceTypeName } from "../src/evidence/layout.ts";
import { namedQueries } from "../src/query/namedQueries.ts";

/**
 * Resource types whose tables controls and saved queries name, of those that auditors read: these tables are there before
 * any has rows, as a query on a table that is not there ends.
 */
export async function askedTypes(auditors: readonly AuditorOutline[]): Promise<string[]> {
  const controls = await loadControls();
  const queries = [...namedQueries, ...controls].map(({ sql }) => sql).join("\n");
  const about = new Set<string>(controls.flatMap(typesOfControl));
  const named = new Set([...queries.toLowerCase().matchAll(/(?:\b|_)(aws_[a-z0-9_]+)\b/g)].map(([, name]) => name));
  const isAsked = (type: string): boolean => about.has(type) || named.has(resourceTypeName(type));
  return [...new Set<string>(auditors.flatMap(typesOf))].filter(isAsked).sort();
}
