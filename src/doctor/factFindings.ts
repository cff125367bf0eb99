import { ageOf, FACTS_AGE_DAYS, type FactTable } from "../controls/facts/factTable.ts";
import { type Finding, note, ok } from "./finding.ts";

/** Of which days the dated tables are that controls compare with. Their age is for you to know: it is no fault here. */
export function factFindings(tables: readonly FactTable[], now: Date): Finding[] {
  const old = tables.filter((each) => ageOf(each, now) > FACTS_AGE_DAYS);
  if (!old.length) {
    const [oldest] = tables.map(({ taken }) => taken).sort();
    return [ok("facts", `the tables of facts of AWS are of ${oldest} or later`)];
  }
  const named = old.map((each) => `${each.name} of ${each.taken}`).join(", ");
  return [
    note(
      "facts",
      `tables of facts of AWS are older than ${FACTS_AGE_DAYS} days (${named}): what AWS has added since is not known, and an end of support that it has named since is missed. A newer release of this program may have newer ones`,
    ),
  ];
}
