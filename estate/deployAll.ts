import { ListAccountsCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { type Door, targetOf } from "../sandbox/deploy/provider.ts";
import { AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT } from "../sandbox/estate/organization.ts";
import { deploy } from "./deploy.ts";

/** Keys that both kinds of stack must agree on. */
const SHARED = [
  "auditors",
  "cloudControlTypes",
  "cloudControlActions",
  "configAggregator",
  "configAggregatorTypes",
  "crossAccountRoleName",
];

export interface EstateDeployment {
  door: Door;
  region: string;
  /** Member accounts to deploy to; every active one when left out. */
  members?: string[] | undefined;
  /** Configuration of the audit stack; `kind` and, without another source, `accounts` are added. */
  audit: Record<string, string>;
  /** Configuration of each member stack; what the audit stack gives out is added. */
  member: Record<string, string>;
  /** Of the members, those whose stack is given an external id that no longer holds. */
  outdated?: string[];
  /** Told after each stack. */
  onStack: (name: string) => void;
}

/**
 * Deploys the audit account's stack and each member account's, as a company would by hand.
 * @returns the audit stack's outputs
 */
export async function deployAll(deployment: EstateDeployment): Promise<Record<string, unknown>> {
  const { door, region, audit, member, outdated = [], onStack } = deployment;
  const members = deployment.members ?? (await activeAccounts(door, region));
  const outputs = await deploy(door, region, {
    name: "audit",
    account: AUDIT_ACCOUNT,
    config: { ...(audit.accountSource ? {} : { accounts: members.join(",") }), ...audit, kind: "audit" },
  });
  onStack("audit");
  for (const account of members) {
    await deploy(door, region, {
      name: `member-${account}`,
      account,
      config: {
        ...member,
        ...Object.fromEntries(SHARED.flatMap((key) => (audit[key] ? [[key, audit[key]]] : []))),
        kind: "member",
        auditAccountId: AUDIT_ACCOUNT,
        externalId: outdated.includes(account) ? "an-outdated-external-id" : String(outputs.externalId),
      },
    });
    onStack(`member-${account}`);
  }
  return outputs;
}

async function activeAccounts(door: Door, region: string): Promise<string[]> {
  const client = targetOf(door, AUDIT_ACCOUNT, region).client(OrganizationsClient);
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListAccountsCommand({ NextToken }));
    for (const { Id, State } of page.Accounts ?? []) if (Id && State === "ACTIVE") found.push(Id);
    NextToken = page.NextToken;
  } while (NextToken);
  return found.filter((id) => id !== AUDIT_ACCOUNT && id !== MANAGEMENT_ACCOUNT);
}
