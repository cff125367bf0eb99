import { estimateOf } from "../../src/desk/deskPlan.ts";
import type { Plan } from "../../src/evidence/plan.ts";
import { printable } from "../../src/query/printable.ts";
import { rightsLines } from "./rightsLines.ts";
import type { Scope } from "./scope.ts";

/** Lines that are shown before the first planned call: who calls, what is read, and what will be refused. */
export async function preflight(dir: string, scope: Scope, plan: Plan): Promise<string[]> {
  const { callers, role, accounts, excluded, regions, open, catalog, services } = scope;
  const { planned: items, calls } = estimateOf(plan, catalog, open);
  const some = (all: readonly string[]) => `${all.slice(0, 5).join(", ")}${all.length > 5 ? ", …" : ""}`;
  const [right, ...rights] = await rightsLines(scope, plan);
  const minutes = Math.round(callers[0].clockOffset / 60_000);
  const lines = [
    ...callers.map(({ arn, account }) => `as         ${arn}${callers.length > 1 ? ` (${account})` : ""}`),
    ...(role ? [`role       ${role.name} in the other accounts${role.externalId ? ", with an external id" : ""}`] : []),
    `accounts   ${accounts.length}: ${some(accounts)}${excluded.length ? `; ${excluded.length} left out` : ""}`,
    `regions    ${open.size} open of ${regions.length}: ${some([...open])}`,
    `reads      ${services} services, ${items} planned items, about ${calls} calls that only read`,
    `rights     ${right}`,
    ...rights.map((line) => `           ${line}`),
    `evidence   ${dir}`,
    ...(minutes
      ? [
          `clock      this machine is ${Math.abs(minutes)} minutes ${minutes > 0 ? "behind" : "ahead of"} AWS: AWS's time counts in this run. Set the clock`,
        ]
      : []),
  ];
  // Names of roles, sessions and regions are what AWS says.
  return lines.map(printable);
}
