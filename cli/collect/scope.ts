import { createRequire } from "node:module";
import {
  AccountListError,
  accountsFromOrganizations,
  checkAccounts,
  organizationsClient,
} from "../../src/accounts/accounts.ts";
import { nearest } from "../../src/auditors/nearest.ts";
import { compose, DEFAULT_AUDITORS, UnknownAuditorError } from "../../src/auditors/registry.ts";
import { awsClock, withAwsTime } from "../../src/collect/awsClock.ts";
import { WAITS } from "../../src/collect/clientOptions.ts";
import { type Caller, findCaller } from "../../src/desk/caller.ts";
import { deskClient } from "../../src/desk/deskConnections.ts";
import type { Narrowed } from "../../src/evidence/plan.ts";
import { printable } from "../../src/query/printable.ts";
import type { Catalog } from "../../src/tables/catalog.ts";
import { declaredCatalog } from "../../src/tables/declaredCatalog.ts";
import { awsProblem } from "../awsProblem.ts";
import { CliError } from "../cliError.ts";
import { mfaCode } from "./mfaCode.ts";

/** What the options say of what is to be collected. */
export interface ScopeOptions {
  accounts?: string[];
  organization?: boolean;
  role?: string;
  externalId?: string;
  profiles?: string[];
  regions?: string[];
  auditors?: string[];
}

/** What is to be collected, as AWS says that it is there. */
export interface Scope {
  callers: readonly [Caller, ...Caller[]];
  role: { name: string; externalId?: string | undefined } | undefined;
  accounts: string[];
  excluded: { account_id: string; reason: string }[];
  catalog: Catalog;
  /** Services that are read. */
  services: number;
  /** Regions that are planned, and those of them that the first caller's account has open. */
  regions: string[];
  open: ReadonlySet<string>;
  narrowed: Narrowed[];
}

/** The role that the accounts of an organization have, unless they were invited. @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html */
export const ORGANIZATION_ROLE = "OrganizationAccountAccessRole";

/**
 * Finds out who calls and what there is.
 * @param check looks at who calls before anything else is asked
 * @throws CliError for what the options and AWS do not agree on
 */
export async function scopeOf(options: ScopeOptions, check?: (callers: readonly Caller[]) => void): Promise<Scope> {
  const { profiles, role, externalId, auditors: chosen } = options;
  checkOptions(options);
  const catalog = await declaredCatalog(chosen).catch((error: Error) => {
    throw error instanceof UnknownAuditorError ? new CliError(`--auditors: ${error.message}`) : error;
  });
  const callers = await callersOf(profiles);
  check?.(callers);
  const [first] = callers;
  const [listed, all] = await Promise.all([accountsOf(options, callers), regionsOf(first, options.regions)]);
  const needed = listed.accounts.filter((account) => !callers.some((caller) => caller.account === account));
  if (needed.length && !role && !options.organization)
    throw new CliError(
      `account ${needed.join(", ")}: these credentials are of ${first.account}. Name the role that they may assume there, --role, or a profile for each, --profiles`,
    );
  const regions = chosenRegions(options.regions, [...all.keys()]);
  const narrowed: Narrowed[] = [];
  if (chosen && DEFAULT_AUDITORS.some((name) => !chosen.includes(name))) narrowed.push("auditors");
  if (regions.length < all.size) narrowed.push("regions");
  return {
    callers,
    role: needed.length ? { name: role ?? ORGANIZATION_ROLE, externalId } : undefined,
    ...listed,
    catalog,
    services: compose(chosen ?? DEFAULT_AUDITORS).reduce((sum, { services }) => sum + services.length, 0),
    regions,
    open: new Set(regions.filter((region) => all.get(region))),
    narrowed,
  };
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names */
const ROLE_NAME = /^(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;

/** What the options say wrongly or against each other, before anybody is asked. */
function checkOptions({ accounts, organization, role, externalId, ...lists }: ScopeOptions): void {
  const { profiles, regions, auditors } = lists;
  for (const [option, values] of Object.entries({ profiles, regions, auditors, accounts }))
    if (values && !values.length) throw new CliError(`--${option}: it names none; leave it out for the default`);
  if (accounts && organization)
    throw new CliError("--accounts and --organization: name one of them; the organization has its own list");
  if (role !== undefined && !ROLE_NAME.test(role))
    throw new CliError(
      `--role ${role}: give the name of the role, with its path if it has one; it is the same in each account`,
    );
  if (externalId && !role) throw new CliError("--external-id: name the role that asks for it, --role");
  if (role && !accounts && !organization)
    throw new CliError("--role: name the accounts in which it is assumed, --accounts or --organization");
}

async function callersOf(profiles: readonly string[] | undefined): Promise<[Caller, ...Caller[]]> {
  const callers: Caller[] = [];
  for (const profile of profiles?.length ? profiles : [undefined]) {
    const caller = await findCaller({ profile, mfaCode, client: deskClient(process.env) }).catch((error: unknown) => {
      throw awsProblem(error, profile ? { ...process.env, AWS_PROFILE: profile } : process.env);
    });
    const same = callers.find(({ account }) => account === caller.account);
    if (same)
      throw new CliError(`--profiles ${profile}: it is of account ${caller.account}, as another profile before it`);
    callers.push(caller);
  }
  return callers as [Caller, ...Caller[]];
}

/** From a desk nothing is deployed that could be configured. */
function checkedAccounts(accounts: readonly string[]): string[] {
  try {
    return checkAccounts("--accounts", accounts);
  } catch (error) {
    throw error instanceof AccountListError ? new CliError(error.problem) : error;
  }
}

async function accountsOf(
  { accounts, organization }: ScopeOptions,
  callers: readonly [Caller, ...Caller[]],
): Promise<Pick<Scope, "accounts" | "excluded">> {
  if (accounts) return { accounts: checkedAccounts(accounts), excluded: [] };
  if (!organization) return { accounts: callers.map(({ account }) => account), excluded: [] };
  const [{ credentials, region, clockOffset }] = callers;
  const client = withAwsTime(
    organizationsClient({ ...deskClient(process.env)(WAITS), region, credentials: credentials as never }),
    awsClock(clockOffset),
  );
  return accountsFromOrganizations(client, [], []).catch((error: Error) => {
    throw error instanceof AccountListError
      ? new CliError(printable(error.problem.replace("AWS Organizations", "--organization")))
      : error;
  });
}

/** Every region of the partition, and whether the caller's account has it open. */
async function regionsOf(
  { region, credentials, clockOffset }: Caller,
  requested?: readonly string[],
): Promise<Map<string, boolean>> {
  // The largest client of all: imported, it would be read twice more to find its names, which costs 50 MB and 150 ms.
  const { DescribeRegionsCommand, EC2Client } = createRequire(import.meta.url)(
    "@aws-sdk/client-ec2",
  ) as typeof import("@aws-sdk/client-ec2");
  const ec2 = withAwsTime(
    new EC2Client({ ...deskClient(process.env)(WAITS), region, credentials }),
    awsClock(clockOffset),
  );
  const { Regions } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true })).catch((error: Error) => {
    if (!/UnauthorizedOperation|AccessDenied/.test(error.name)) throw error;
    if (!requested)
      throw new CliError(
        "these credentials may not ask which regions there are (ec2:DescribeRegions): name them with --regions",
      );
    return { Regions: requested.map((name) => ({ RegionName: name, OptInStatus: "opted-in" })) };
  });
  return new Map(
    (Regions ?? [])
      .flatMap(({ RegionName, OptInStatus }) =>
        RegionName ? [[RegionName, OptInStatus === "opted-in" || OptInStatus === "opt-in-not-required"] as const] : [],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function chosenRegions(requested: readonly string[] | undefined, all: readonly string[]): string[] {
  if (!requested) return [...all];
  for (const region of requested)
    if (!all.includes(region)) {
      const close = nearest(region, all);
      throw new CliError(
        `--regions ${region}: AWS has no such region${close ? `; did you mean ${printable(close)}?` : ""}`,
      );
    }
  return [...new Set(requested)];
}
