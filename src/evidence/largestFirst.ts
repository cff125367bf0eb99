import type { Took } from "./durations.ts";

/** Accounts of a task that are read at the same time. */
export const ACCOUNTS_AT_ONCE = 8;

/** Accounts of one task, the longest first, and what the task is expected to take. */
export interface Share {
  accounts: string[];
  ms: number;
}

/**
 * What each of these accounts is expected to take: what it took, and the median of those for one that is new.
 * @returns undefined where nothing is known
 */
export function expectedMs(auditor: string, accounts: readonly string[], took: Took): number[] | undefined {
  const known = accounts.map((account) => took(auditor, account));
  const sorted = known.filter((ms) => ms !== undefined).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  return median === undefined ? undefined : known.map((ms) => ms ?? median);
}

/**
 * Cuts accounts into as many shares as a size gives, so that no share has more and their sums are near each other: each
 * account, the longest first, goes where the least is. Accounts that take as long keep their order.
 * @param ms of each account
 */
export function balancedShares(accounts: readonly string[], ms: readonly number[], size: number): Share[] {
  const shares = Array.from({ length: Math.ceil(accounts.length / size) }, () => ({
    accounts: [] as string[],
    sum: 0,
    longest: 0,
  }));
  const longestFirst = accounts.map((_account, n) => n).sort((a, b) => ms[b]! - ms[a]! || a - b);
  for (const n of longestFirst) {
    let least: (typeof shares)[number] | undefined;
    for (const share of shares) if (share.accounts.length < size && (!least || share.sum < least.sum)) least = share;
    least!.accounts.push(accounts[n]!);
    least!.sum += ms[n]!;
    least!.longest = Math.max(least!.longest, ms[n]!);
  }
  return shares
    .map(({ accounts: own, sum, longest }) => ({ accounts: own, ms: Math.max(longest, sum / ACCOUNTS_AT_ONCE) }))
    .sort((a, b) => b.ms - a.ms);
}
