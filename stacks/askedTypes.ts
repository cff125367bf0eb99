import { typesOf } from "../src/auditors/collector.ts";
import type { AuditorOutline } from "../src/auditors/outline.ts";
import { loadControls } from "../src/controls/control.ts";
import { resourceTypeName } from "../src/evidence/layout.ts";
import { namedQueries } from "../src/query/namedQueries.ts";

/** Resource types that controls and saved queries ask for, of those that auditors read: their tables are there before any has rows. */
export async function askedTypes(auditors: readonly AuditorOutline[]): Promise<string[]> {
  const byControls = (await loadControls()).flatMap(({ resource, needs }) => [resource, ...needs]);
  const queries = namedQueries.map(({ sql }) => sql).join("\n");
  const isAsked = (type: string): boolean =>
    byControls.includes(type as (typeof byControls)[number]) ||
    new RegExp(`_${resourceTypeName(type)}\\b`).test(queries);
  return [...new Set<string>(auditors.flatMap(typesOf))].filter(isAsked).sort();
}
