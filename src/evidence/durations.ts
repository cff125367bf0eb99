import * as z from "zod";
import type { Outcome } from "./outcome.ts";

export const DURATIONS_FORMAT = "audit-ecosystem/durations/1";

/** Accounts whose durations are kept: the longest ones. */
const ACCOUNTS_AT_MOST = 10_000;
/** Bytes of the document: as many accounts, 16 auditors, and a duration of seven digits each fit. */
export const DURATIONS_BYTES_AT_MOST = 2_000_000;
/** Longer than a task and all that it can hand over take. */
const MS_AT_MOST = 86_400_000;

const Ms = z.number().int().nonnegative().max(MS_AT_MOST);

/**
 * What the accounts of a run took. A hint for the order of the next run's tasks, and no evidence: it stands outside of
 * the runs, each run writes over it, and nobody signs it. Whoever reads it must do the same work whatever it says.
 */
const Durations = z.object({
  format: z.literal(DURATIONS_FORMAT),
  run_id: z.string().max(26),
  accounts: z.array(z.string().max(12)).max(ACCOUNTS_AT_MOST),
  /** By auditor: milliseconds of the account in the same place; null where there are none. */
  ms: z.record(z.string(), z.array(Ms.nullable()).max(ACCOUNTS_AT_MOST)),
});

/** What an auditor took for an account the last time, milliseconds; undefined: not known. */
export type Took = (auditor: string, account: string) => number | undefined;

/** Milliseconds by account, by auditor. */
type ByAuditor = Map<string, Map<string, number>>;

/** The longest of its outcomes is what an account took: its regions are read at the same time. */
export function addDuration(
  to: ByAuditor,
  { auditor, account_id, ms }: Pick<Outcome, "auditor" | "account_id" | "ms">,
) {
  const accounts = to.get(auditor) ?? new Map<string, number>();
  to.set(auditor, accounts);
  accounts.set(account_id, Math.max(ms, accounts.get(account_id) ?? 0));
}

/** The document of what a run's accounts took. @returns undefined where it would be too large to be read */
export function durationsText(runId: string, took: ByAuditor): string | undefined {
  const longest = new Map<string, number>();
  for (const accounts of took.values())
    for (const [account, ms] of accounts) longest.set(account, Math.max(ms, longest.get(account) ?? 0));
  const accounts = [...longest]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, ACCOUNTS_AT_MOST)
    .map(([account]) => account);
  const text = JSON.stringify({
    format: DURATIONS_FORMAT,
    run_id: runId,
    accounts,
    ms: Object.fromEntries(
      [...took].map(([auditor, of]) => [
        auditor,
        accounts.map((account) => {
          const ms = of.get(account);
          return ms === undefined ? null : Math.min(MS_AT_MOST, Math.max(0, Math.round(ms)));
        }),
      ]),
    ),
  } satisfies z.input<typeof Durations>);
  return text.length > DURATIONS_BYTES_AT_MOST ? undefined : text;
}

/** Reads what anybody may have written. @throws Error, SyntaxError where it is no such document */
export function tookFrom(bytes: Uint8Array): Took {
  if (bytes.length > DURATIONS_BYTES_AT_MOST) throw new Error(`more than ${DURATIONS_BYTES_AT_MOST} bytes`);
  const { accounts, ms } = Durations.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  const position = new Map(accounts.map((account, n) => [account, n]));
  const of = new Map(Object.entries(ms));
  return (auditor, account) => of.get(auditor)?.[position.get(account) ?? -1] ?? undefined;
}
