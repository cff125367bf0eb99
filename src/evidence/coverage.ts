import { type Outcome, typeStatus } from "./outcome.ts";
import { GLOBAL, type PlannedAuditor } from "./plan.ts";

/** A cell of the coverage table: an auditor in an account, over all its regions. */
export interface Coverage {
  account: string;
  auditor: string;
  /** Items in evidence: all that there are where {@link listings} are all whole, else at least these. */
  items: number;
  statuses: Record<string, number>;
  /**
   * Resource types, once for each region that has them open: planned, and listed whole by AWS's own word; among these the
   * ones that were not asked for, as AWS has none without another type, of which it said that there are none.
   */
  listings: { planned: number; whole: number; not_asked: number };
  /** What is wrong, once each. */
  reasons: string[];
  /** What a reader has to know though nothing is unread for it, once each. */
  notes: string[];
}

/**
 * Sums outcomes up by account and auditor. Closed regions are no fault, and are counted apart.
 * @param auditors the plan's, with the types that each reads
 */
export async function coverage(
  outcomes: AsyncIterable<Outcome>,
  auditors: readonly PlannedAuditor[],
): Promise<Coverage[]> {
  const cells = new Map<string, Coverage>();
  const planned = new Map(auditors.map((each) => [each.name, each]));
  for await (const outcome of outcomes) {
    const { account_id: account, auditor, region, counts, status } = outcome;
    const key = `${account} ${auditor}`;
    const empty = { items: 0, statuses: {}, listings: { planned: 0, whole: 0, not_asked: 0 }, reasons: [], notes: [] };
    const cell: Coverage = cells.get(key) ?? { account, auditor, ...empty };
    cells.set(key, cell);
    cell.statuses[status] = (cell.statuses[status] ?? 0) + 1;
    for (const count of Object.values(counts)) cell.items += count;
    for (const type of planned.get(auditor)?.[region === GLOBAL ? "global" : "regional"] ?? []) {
      const listed = typeStatus(outcome, type);
      if (listed === "not-enabled") continue;
      cell.listings.planned += 1;
      if (listed === "collected") cell.listings.whole += 1;
      if (listed === "collected" && outcome.not_asked?.[type]) cell.listings.not_asked += 1;
    }
    for (const note of notesIn(outcome)) if (!cell.notes.includes(note)) cell.notes.push(note);
    if (status === "collected" || status === "not-enabled") continue;
    for (const reason of reasonsOf(outcome)) if (!cell.reasons.includes(reason)) cell.reasons.push(reason);
  }
  return [...cells.values()];
}

const reasonsOf = ({ errors, remedy }: Outcome): string[] =>
  errors.map(
    ({ operation, code, action }) =>
      `${operation}: ${code}${action ? ` (${action})` : ""}${remedy ? `. ${remedy}` : ""}`,
  );

const notesIn = ({ notes = [] }: Outcome): string[] =>
  notes.map(({ operation, code, message }) => `${operation}: ${code}: ${message}`);
