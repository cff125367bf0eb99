import { type Catalog, latestName, RUN_TABLES } from "../tables/catalog.ts";
import { NETWORK_TYPES } from "../tables/networkOpenings.ts";
import { type Control, typesOf } from "./control.ts";

/** Tables whose rows about a type rest on the evidence of that type alone. */
const BY_TYPE = new Set(["policies", "policy_statements", "policy_audiences"].map(latestName));
const OPENINGS = latestName(RUN_TABLES.network_openings.name);

/**
 * Resource types on whose evidence, and on what became of their listings, a control rests; once all of it is there,
 * its verdicts stand, whatever is still to come of others.
 * @returns undefined where it rests on the run as a whole
 */
export function restsOn(
  control: Pick<Control, "sql" | "resource" | "needs" | "needs-to-fail">,
  { tables }: Pick<Catalog, "tables">,
): ReadonlySet<string> | undefined {
  const byTable = new Map(tables.map(({ name, resourceType }) => [latestName(name), resourceType]));
  const types = new Set(typesOf(control));
  for (const [, type] of control.sql.matchAll(/'(AWS::\w+::\w+)'/g)) types.add(type!);
  for (const [name] of control.sql.toLowerCase().matchAll(/\blatest_[a-z0-9_]+\b/g)) {
    const type = byTable.get(name);
    if (type) types.add(type);
    else if (name === OPENINGS) for (const each of NETWORK_TYPES) types.add(each);
    else if (!BY_TYPE.has(name)) return undefined;
  }
  return types;
}
