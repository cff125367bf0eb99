import { type Collector, isGlobal, readsOf, type Service } from "./collector.ts";
import { groups } from "./registry.ts";

/** A resource type as people and programs ask for it: who reads it, how, and with what permissions. */
export interface DocumentedType {
  type: string;
  service: string;
  group: string;
  /** Where it is read; both where a service has it in regions and for the account. */
  scope: string[];
  /** Listing first, its parents before it, details and tags behind it. */
  operations: string[];
  actions: string[];
  /** Paths whose values are replaced by digests, and names of members at any depth. */
  redacted: readonly string[];
}

const groupOf = (service: string): string =>
  Object.entries(groups).find(([, services]) => services.includes(service))?.[0] ?? "";

/** `/^(SearchString|InsertHeaders)$/` → `…SearchString, …InsertHeaders`. */
const namesIn = ({ source }: RegExp): string =>
  source
    .replace(/[^\w|]/g, "")
    .split("|")
    .map((name) => `…${name}`)
    .join(", ");

/** Every resource type of some services, in their order. */
export function documentedTypes(services: readonly Service[]): DocumentedType[] {
  return services.flatMap(({ name, collectors }) => {
    const byType = new Map<string, Collector[]>();
    for (const each of collectors) byType.set(each.type, [...(byType.get(each.type) ?? []), each]);
    return [...byType].map(([type, of]): DocumentedType => {
      const reads = of.flatMap(readsOf);
      return {
        type,
        service: name,
        group: groupOf(name),
        scope: [...new Set(of.map((each) => (isGlobal(each) ? "global" : "regional")))],
        operations: [...new Set(reads.map(({ operation }) => operation))],
        actions: [...new Set(reads.flatMap(({ actions }) => actions))].sort(),
        redacted: [
          ...new Set(
            of.flatMap(({ redact, redactNames }) => [...redact, ...(redactNames ? [namesIn(redactNames)] : [])]),
          ),
        ],
      };
    });
  });
}
