import { gunzipSync } from "node:zlib";
import { planKey } from "../layout.ts";
import type { EvidenceObject } from "../outcome.ts";
import { organizationOf, sha256 } from "../plan.ts";
import type { EvidenceSource } from "../source.ts";
import { readBounded } from "./document.ts";
import type { Findings } from "./finding.ts";
import type { RunContents } from "./runContents.ts";
import type { RunName } from "./sealRecord.ts";

/** Accounts that a notice names. */
const NAMED_AT_MOST = 20;
/** Bytes of an object of accounts, unpacked: some 600 an account, and an organization has 10,000 at most by default. */
const UNPACKED_AT_MOST = 64 * 1024 * 1024;

/**
 * Compares what a run covers with the accounts of the organization: with the list in its plan, and with the accounts
 * that it collected itself. A plan that leaves one out makes a complete run, and nothing else shows it.
 */
export async function checkAccounts(
  source: EvidenceSource,
  { run, date }: RunName,
  { plan, organization }: RunContents,
  say: Findings,
): Promise<void> {
  if (!plan) return;
  const key = planKey(run, date);
  const listed = plan.organization;
  if (listed?.not_in_scope.length)
    say.notice("accounts", key, `${notInScope(listed.not_in_scope)} (as ${listed.source} listed them for the plan)`);
  const collected = await collectedAccounts(source, organization);
  if (!collected.size) return;
  const scope = new Set([...plan.accounts, ...plan.excluded.map(({ account_id }) => account_id)]);
  const found = organizationOf(collected, scope, "the evidence");
  if (listed && listed.sha256 !== found.sha256)
    say.notice(
      "accounts",
      key,
      `the plan was made with ${listed.accounts} accounts of the organization, and the run collected ${found.accounts}: they are not the same`,
    );
  const undeclared = found.not_in_scope.filter((id) => !listed?.not_in_scope.includes(id));
  if (undeclared.length) say.notice("accounts", key, `${notInScope(undeclared)} (as the run collected them)`);
}

const notInScope = (ids: readonly string[]): string =>
  `${ids.length} ${ids.length === 1 ? "account" : "accounts"} of the organization ${ids.length === 1 ? "was" : "were"} not in scope: ${ids.slice(0, NAMED_AT_MOST).join(", ")}${ids.length > NAMED_AT_MOST ? ", …" : ""}`;

/** Ids of the accounts in objects that are as sealed. */
async function collectedAccounts(source: EvidenceSource, objects: readonly EvidenceObject[]): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const { key, bytes, sha256: hash } of objects) {
    const content = await readBounded(source, key, bytes);
    if (!("bytes" in content) || sha256(content.bytes) !== hash) continue;
    try {
      const lines = gunzipSync(content.bytes, { maxOutputLength: UNPACKED_AT_MOST })
        .toString("utf8")
        .trimEnd()
        .split("\n");
      for (const line of lines) ids.add((JSON.parse(line) as { resource_id: string }).resource_id);
    } catch {
      // An object that cannot be read is named where its content is checked.
    }
  }
  return new Set([...ids].filter((id) => /^\d{12}$/.test(id)));
}
