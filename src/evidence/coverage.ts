import type { Outcome } from "./outcome.ts";

/** A cell of the coverage table: an auditor in an account, over all its regions. */
export interface Coverage {
  account: string;
  auditor: string;
  items: number;
  statuses: Record<string, number>;
  /** What is wrong, once each. */
  reasons: string[];
}

/** Sums outcomes up by account and auditor. Closed regions are no fault, and are counted apart. */
export async function coverage(outcomes: AsyncIterable<Outcome>): Promise<Coverage[]> {
  const cells = new Map<string, Coverage>();
  for await (const { account_id, auditor, counts, status, errors, remedy } of outcomes) {
    const key = `${account_id} ${auditor}`;
    const cell = cells.get(key) ?? { account: account_id, auditor, items: 0, statuses: {}, reasons: [] };
    cells.set(key, cell);
    cell.statuses[status] = (cell.statuses[status] ?? 0) + 1;
    for (const count of Object.values(counts)) cell.items += count;
    if (status === "collected" || status === "not-enabled") continue;
    for (const { operation, code, action } of errors) {
      const reason = `${operation}: ${code}${action ? ` (${action})` : ""}${remedy ? `. ${remedy}` : ""}`;
      if (!cell.reasons.includes(reason)) cell.reasons.push(reason);
    }
  }
  return [...cells.values()];
}
