import {
  type Account,
  OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from "@aws-sdk/client-organizations";
import { GetParameterCommand, paginateGetParametersByPath, type SSMClient } from "@aws-sdk/client-ssm";
import pLimit from "p-limit";
import type { ClientOptions } from "../collect/clientOptions.ts";

/** The accounts of a run, and those known but left out, with the reason. */
export interface AccountList {
  accounts: string[];
  /** Every account of the organization, whatever its state, where the whole of it could be listed. */
  organization?: { accounts: string[]; source: string };
  excluded: { account_id: string; reason: string }[];
}

/** The list of accounts cannot be used: nothing of a run may start. */
export class AccountListError extends Error {
  /** Where, and what is wrong. */
  readonly problem: string;

  constructor(
    where: string,
    problem: string,
    /** What to do where the accounts are those of a deployment. */
    readonly remedy = "pulumi config set accounts 111111111111,222222222222 && pulumi up",
  ) {
    super(`${where}: ${problem}. Try: ${remedy}`);
    this.problem = `${where}: ${problem}`;
    this.name = "AccountListError";
  }
}

/**
 * Organizations, which an account may ask for eight pages of accounts a second: thousands of accounts take longer than
 * the pages do, and a page that is refused is asked for again until it comes.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
 */
export const organizationsClient = (options: ClientOptions): OrganizationsClient =>
  new OrganizationsClient({ ...options, retryMode: "adaptive", maxAttempts: 10 });

/** Listings of an organization under way at the same time: its API answers few calls a second. */
const LISTINGS_AT_ONCE = 4;

const ACCOUNT_ID = /^\d{12}$/;

/** Checks a list of account ids: each of 12 digits, none twice, at least one. */
export function checkAccounts(where: string, ids: readonly string[]): string[] {
  const seen = new Set<string>();
  for (const [index, id] of ids.entries()) {
    if (!ACCOUNT_ID.test(id))
      throw new AccountListError(
        where,
        `"${id}" at position ${index + 1} is not an AWS account id, which has 12 digits`,
      );
    if (seen.has(id)) throw new AccountListError(where, `${id} is listed twice`);
    seen.add(id);
  }
  if (!seen.size) throw new AccountListError(where, "there are no accounts in it");
  return [...seen];
}

const split = (value: string | undefined): string[] =>
  (value ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");

/** Reads the account ids from the parameter, or where there is none of that name from the parameters below it as a path. */
export async function accountsFromParameter(ssm: SSMClient, name: string): Promise<AccountList> {
  const ids: string[] = [];
  try {
    ids.push(...split((await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ParameterNotFound") throw error;
    for await (const page of paginateGetParametersByPath({ client: ssm }, { Path: name }))
      for (const { Value } of page.Parameters ?? []) ids.push(...split(Value));
    if (!ids.length) throw new AccountListError(`parameter ${name}`, "it does not exist");
  }
  return { accounts: checkAccounts(`parameter ${name}`, ids), excluded: [] };
}

/** What an error of AWS Organizations means for the list; others stay as they are. */
function organizationsProblem(thrown: unknown, unit?: string): unknown {
  const { name, message } = thrown as Error;
  const where = "AWS Organizations";
  if (name === "AccessDeniedException")
    return new AccountListError(
      where,
      `the management account and delegated administrators may list accounts, and this account may not (${message})`,
      "aws organizations register-delegated-administrator in the management account, as docs/configuration.md says",
    );
  if (name === "AWSOrganizationsNotInUseException")
    return new AccountListError(
      where,
      "this account belongs to no organization",
      "pulumi config set accountSource parameter && pulumi config set accounts 111111111111,222222222222",
    );
  if (name === "ParentNotFoundException")
    return new AccountListError(
      where,
      `there is no organizational unit ${unit}`,
      "pulumi config set organizationalUnits ou-abcd-11111111 && pulumi up",
    );
  return thrown;
}

/**
 * Reads the accounts from AWS Organizations: the active ones, of the named organizational units (and those
 * below them) or of the whole organization. The others are answered as excluded with their state.
 * @throws AccountListError, also where this account may not ask
 */
export async function accountsFromOrganizations(
  organizations: OrganizationsClient,
  units: readonly string[],
  exclude: readonly string[],
): Promise<AccountList> {
  const found = new Map<string, Account>();
  const take = (accounts: readonly Account[] | undefined) => {
    for (const account of accounts ?? []) if (account.Id) found.set(account.Id, account);
  };
  const limit = pLimit(LISTINGS_AT_ONCE);
  const listing = (read: () => Promise<void>, unit?: string): Promise<void> =>
    limit(async () => {
      try {
        await read();
      } catch (error) {
        throw organizationsProblem(error, unit);
      }
    });
  const client = { client: organizations };
  const walk = async (ParentId: string): Promise<void> => {
    const below: string[] = [];
    const accounts = listing(async () => {
      for await (const page of paginateListAccountsForParent(client, { ParentId })) take(page.Accounts);
    }, ParentId);
    const within = listing(async () => {
      for await (const page of paginateListOrganizationalUnitsForParent(client, { ParentId }))
        for (const { Id } of page.OrganizationalUnits ?? []) if (Id) below.push(Id);
    }, ParentId);
    await Promise.all([accounts, within.then(() => Promise.all(below.map(walk)))]);
  };
  const everybody = async (): Promise<string[]> => {
    await listing(async () => {
      for await (const page of paginateListAccounts(client, {})) take(page.Accounts);
    });
    return [...found.keys()];
  };
  const whole = units.length ? allAccounts(organizations) : everybody();
  const [listed] = await Promise.all([whole, ...units.map(walk)]);
  const accounts: string[] = [];
  const excluded: AccountList["excluded"] = [];
  for (const [id, account] of found) {
    if (exclude.includes(id)) excluded.push({ account_id: id, reason: "excluded by configuration" });
    else if (!account.State) throw new AccountListError("AWS Organizations", `${id} came without its State`);
    else if (account.State !== "ACTIVE") excluded.push({ account_id: id, reason: `account is ${account.State}` });
    else accounts.push(id);
  }
  if (!accounts.length)
    throw new AccountListError(
      "AWS Organizations",
      `none of ${found.size} accounts is left: ${excluded
        .slice(0, 5)
        .map((each) => `${each.account_id} ${each.reason}`)
        .join(", ")}`,
      "pulumi config set organizationalUnits or excludeAccounts to leave an active account",
    );
  return {
    accounts: checkAccounts("AWS Organizations", accounts.sort()),
    excluded,
    ...(listed ? { organization: { accounts: listed, source: "organizations:ListAccounts" } } : {}),
  };
}

/**
 * What there is beside the units of a run. A run doesn't depend on it.
 * @returns undefined where this account may list the units' accounts, but not all
 */
async function allAccounts(client: OrganizationsClient): Promise<string[] | undefined> {
  const ids: string[] = [];
  try {
    for await (const { Accounts } of paginateListAccounts({ client }, {}))
      for (const { Id } of Accounts ?? []) if (Id) ids.push(Id);
  } catch (error) {
    if ((error as Error).name === "AccessDeniedException") return undefined;
    throw organizationsProblem(error);
  }
  return ids;
}
