import Table from "cli-table3";
import { type Coverage, coverage } from "../src/evidence/coverage.ts";
import { isWhole, listingsOf, notesOf } from "../src/evidence/coverageTotals.ts";
import type { Outcome } from "../src/evidence/outcome.ts";
import type { PlannedAuditor } from "../src/evidence/plan.ts";
import { printable } from "../src/query/printable.ts";

/**
 * Accounts by auditors as text: items found, or the gap, with reasons and notes below the table.
 * @param planned the plan's auditors
 */
export async function coverageTable(
  outcomes: AsyncIterable<Outcome>,
  planned: readonly PlannedAuditor[],
): Promise<string> {
  const cells = await coverage(outcomes, planned);
  const auditors = [...new Set(cells.map(({ auditor }) => auditor))];
  const accounts = [...new Set(cells.map(({ account }) => account))].sort();
  const table = new Table({ head: ["account", ...auditors].map(printable), style: { head: [], border: [] } });
  const reasons = new Map<string, string[]>();
  for (const account of accounts) {
    const row = auditors.map((auditor) => {
      const cell = cells.find((each) => each.account === account && each.auditor === auditor);
      for (const reason of cell?.reasons ?? []) {
        const key = `${account} ${reason}`;
        reasons.set(key, [...(reasons.get(key) ?? []), auditor]);
      }
      return cell ? cellText(cell) : "not planned";
    });
    table.push([account, ...row].map(printable));
  }
  // One line for a reason that several auditors met in an account.
  const lines = [...reasons].map(([key, met]) => {
    const [account, ...reason] = key.split(" ");
    return `${account} ${met.join(", ")}: ${reason.join(" ")}`;
  });
  const listings = listingsOf(cells);
  const notAsked = listings.not_asked
    ? `; ${listings.not_asked} of them not asked for, as another answer says that there are none`
    : "";
  const share = `listings read whole: ${listings.whole} of ${listings.planned} (resource type, account, region)${notAsked}`;
  const notes = notesOf(cells).map(({ note, accounts, auditors }) => {
    const where = accounts.length === 1 ? accounts[0] : `${accounts.length} accounts`;
    return `note, ${where} ${auditors.join(", ")}: ${note}`;
  });
  return [table.toString(), ...[...lines, share, ...notes].map(printable)].join("\n");
}

function cellText({ items, statuses, listings }: Coverage): string {
  const faults = Object.entries(statuses).filter(([status]) => status !== "collected" && status !== "not-enabled");
  const found = `${isWhole({ listings }) ? "" : "at least "}${items} item${items === 1 ? "" : "s"}`;
  if (!faults.length) return found;
  const words = faults.map(([status, count]) => (count === 1 ? status : `${status} ×${count}`)).join(", ");
  return items ? `${found}, ${words}` : words;
}
