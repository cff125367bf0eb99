import type { Engine } from "../query/engine.ts";
import type { SealedRun } from "../tables/sealedRun.ts";
import { neededBy } from "./control.ts";
import { type JudgingControl, judged, judgedQuery } from "./failures.ts";
import type { ListedScope, Listings } from "./listings.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Every verdict of a control in a run: on what its query answers, and on the scopes that it has nothing to say of. As
 * `evaluate.ts` has them, of an engine that knows the common subset of SQL.
 * @throws QueryError
 */
export async function* runVerdicts(
  engine: Engine,
  control: JudgingControl,
  sealed: SealedRun,
  listings: Listings,
): AsyncGenerator<Verdict> {
  /** Regions with a verdict, by account. */
  const judgedRegions = new Map<string, Set<string>>();
  const { accounts } = sealed.plan;
  const scopes = accounts.flatMap((account) => listings.scopes(control.resource, account));
  // Without a resource there is nothing to ask, and the type's table may not be there.
  if (control.per === "resource" ? scopes.some(({ items }) => items) : scopes.length)
    for await (const verdict of judged(engine, { control, sql: judgedQuery(control, sealed) }, sealed, listings)) {
      const regions = judgedRegions.get(verdict.account_id) ?? new Set();
      judgedRegions.set(verdict.account_id, regions.add(String(verdict.region)));
      yield verdict;
    }
  for (const account of accounts) yield* scopeVerdicts(control, account, listings, judgedRegions.get(account));
}

/** The verdicts on the scopes of an account as such. @param judgedIn regions with a verdict on something there */
function* scopeVerdicts(
  control: JudgingControl,
  account: string,
  listings: Listings,
  judgedIn: ReadonlySet<string> | undefined,
): Generator<Verdict> {
  const { id, resource, per, sha256 } = control;
  const verdict = (status: Verdict["status"], region: string | null, reason: string | null): Verdict => ({
    control: id,
    status,
    account_id: account,
    region,
    resource: null,
    reason,
    evidence: [],
    query_sha256: sha256,
  });
  const scopes = listings.scopes(resource, account);
  if (!scopes.length) {
    if (!judgedIn) yield verdict("unknown", null, `${resource} is read by no auditor of the run`);
    return;
  }
  const isJudged = ({ region }: ListedScope): boolean =>
    per === "account" ? judgedIn !== undefined : (judgedIn?.has(region) ?? false);
  const reasons = new Map<string, string[]>();
  for (const scope of scopes.filter((each) => !isJudged(each))) {
    const { region, items, why } = scope;
    const reason = why ?? (items ? listings.notWhole(neededBy(control), account, region) : undefined);
    if (reason === undefined) yield verdict("not-applicable", region, null);
    else reasons.set(reason, [...(reasons.get(reason) ?? []), region]);
  }
  // A gap that is the same everywhere is said once, and not in each region.
  for (const [reason, regions] of reasons)
    if (regions.length > 1 && regions.length === scopes.length) yield verdict("unknown", null, reason);
    else for (const region of regions) yield verdict("unknown", region, reason);
  if (per === "resource")
    for (const { region, why } of scopes.filter(isJudged))
      if (why !== undefined) yield verdict("unknown", region, `not all listed: ${why}`);
}
