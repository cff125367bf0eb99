import { IAMClient } from "@aws-sdk/client-iam";
import { awsClock, withAwsTime } from "../../src/collect/awsClock.ts";
import { RETRIES, WAITS } from "../../src/collect/clientOptions.ts";
import type { Caller } from "../../src/desk/caller.ts";
import { callerPolicies, type ReadPolicies } from "../../src/desk/callerPolicies.ts";
import { deskClient } from "../../src/desk/deskConnections.ts";
import { type Refusals, refusalsOf } from "../../src/desk/refusals.ts";
import type { Plan } from "../../src/evidence/plan.ts";
import { declaredRights } from "../../src/tables/declaredCatalog.ts";
import type { Scope } from "./scope.ts";

/** What the policies of a caller say is told before the first call, and delays it by no more than this. */
const TIME_LIMIT_MS = 5_000;
/** Services that are named; the rest is counted. */
const NAMED = 8;

/** Lines that say what the callers' own policies will leave unread. */
export async function rightsLines({ callers, role, accounts, open }: Scope, plan: Plan): Promise<string[]> {
  const rights = await declaredRights(plan.auditors.map(({ name }) => name));
  const read = await Promise.all(callers.map(ownPolicies));
  const lines = callers.flatMap(({ account, partition }, at) => {
    const policies = read[at]!;
    const found =
      "notKnown" in policies
        ? notKnownLines([policies.notKnown])
        : refusalLines(policies, refusalsOf(policies, rights, { plan, account, partition, open }));
    return callers.length > 1 ? [`account ${account}:`, ...found] : found;
  });
  const others = accounts.length - callers.filter(({ account }) => accounts.includes(account)).length;
  if (role)
    lines.push(
      `what ${role.name} may not read in the other ${others === 1 ? "account" : `${others} accounts`} shows in the coverage`,
    );
  return lines;
}

function ownPolicies({ arn, region, credentials, clockOffset }: Caller): Promise<ReadPolicies> {
  const iam = withAwsTime(
    new IAMClient({ ...deskClient(process.env)(WAITS), ...RETRIES, region, credentials }),
    awsClock(clockOffset),
  );
  return callerPolicies(iam, arn, AbortSignal.timeout(TIME_LIMIT_MS));
}

const notKnownLines = (why: readonly string[]): string[] => [
  `not known: ${why.slice(0, 2).join("; ")}${why.length > 2 ? ` and ${why.length - 2} more` : ""}`,
  "what is refused shows as denied in the coverage",
];

function refusalLines(policies: Exclude<ReadPolicies, { notKnown: string }>, found: Refusals): string[] {
  const { unread, complete, asOf } = policies;
  const { actions, refused, types, services, items, incomplete } = found;
  if (!refused && !complete) return notKnownLines(unread);
  const dated = asOf ? ` (AWS's policies as of ${asOf})` : "";
  if (!refused)
    return [
      `your policies refuse none of ${actions} actions${dated}`,
      "SCPs, session policies and conditions can still refuse some",
    ];
  const named = services.slice(0, NAMED).map(({ service, missing }) => `${service} ${missing.length}`);
  const rest = services.length - NAMED;
  const more = rest > 0 ? ` and ${rest} more ${rest === 1 ? "service" : "services"}` : "";
  return [
    `${complete ? "" : "at least "}${refused} of ${actions} actions will be refused${dated}: ${named.join(", ")}${more}`,
    `${incomplete} of ${items} planned items will be incomplete${types ? `, and nothing is read of ${types} resource ${types === 1 ? "type" : "types"}` : ""}`,
    ...(complete ? [] : notKnownLines(unread).slice(0, 1)),
    "the policy that reads everything: itaudit policy --desk",
  ];
}
