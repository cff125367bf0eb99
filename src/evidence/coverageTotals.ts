import type { Coverage } from "./coverage.ts";

/** Whether each listing of a cell ended by AWS's own word: else there are at least as many items as were found. */
export const isWhole = ({ listings }: Pick<Coverage, "listings">): boolean => listings.whole === listings.planned;

/** Listings of all cells. */
export const listingsOf = (cells: readonly Coverage[]): Coverage["listings"] => ({
  planned: cells.reduce((sum, { listings }) => sum + listings.planned, 0),
  whole: cells.reduce((sum, { listings }) => sum + listings.whole, 0),
  not_asked: cells.reduce((sum, { listings }) => sum + listings.not_asked, 0),
});

/** Each note once, with the accounts and auditors whose outcomes have it. */
export function notesOf(
  cells: readonly Pick<Coverage, "account" | "auditor" | "notes">[],
): { note: string; accounts: string[]; auditors: string[] }[] {
  const met = new Map<string, { accounts: Set<string>; auditors: Set<string> }>();
  for (const { account, auditor, notes } of cells)
    for (const note of notes) {
      const found = met.get(note) ?? { accounts: new Set(), auditors: new Set() };
      met.set(note, found);
      found.accounts.add(account);
      found.auditors.add(auditor);
    }
  return [...met].map(([note, { accounts, auditors }]) => ({ note, accounts: [...accounts], auditors: [...auditors] }));
}
