import { ageOf, FACTS_AGE_DAYS, type FactTable } from "../controls/facts/factTable.ts";
import { type Finding, note, ok } from "./finding.ts";

/** Whether the dated tables that controls compare with are of late. */
export function factFindings(tables: readonly FactTable[], now: Date): Finding[] {
  const old = tables.filter((each) => ageOf(each, now) > FACTS_AGE_DAYS);
  if (!old.length) return [ok("facts", `the tables of facts of AWS are at most ${FACTS_AGE_DAYS} days old`)];
  const named = old.map((each) => `${each.name} of ${each.taken}, ${ageOf(each, now)} days old`).join("; ");
  return [
    note("facts", `tables of facts of AWS are old (${named}): what came since is not known. Upgrade this program.`),
  ];
}
