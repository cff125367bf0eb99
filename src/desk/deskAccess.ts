import { STSClient } from "@aws-sdk/client-sts";
import { type AccountAccess, accountSession, type CrossAccountRole, roleArn } from "../collect/accountSession.ts";
import { type ClientOptions, RETRIES, WAITS } from "../collect/clientOptions.ts";
import { isExpired } from "../collect/problem.ts";
import type { Caller } from "./caller.ts";

/** Names of errors by which the SDK says that it has no credentials any more, and cannot get new ones. */
const GONE = new Set(["CredentialsProviderError", "TokenProviderError", "ProviderError"]);

/** What an access from a desk is made of. */
export interface DeskAccess {
  /** Each with credentials of their own for one account. */
  callers: readonly Caller[];
  /** Role that the first caller assumes in accounts that no caller is in. */
  role?: { name: string; externalId?: string | undefined } | undefined;
  client: (waits: typeof WAITS) => ClientOptions;
  /** Told once the credentials of a caller have ended. */
  ended: (error: Error) => void;
}

/**
 * Enters accounts with the credentials at hand: a caller's own account as it is, others by a role. Credentials that have
 * ended, and that nobody can renew without a person, are no answer about an account: what was not read is to be read
 * once the person has signed in again.
 */
export function deskAccess({ callers, role, client, ended }: DeskAccess): AccountAccess {
  const [first] = callers;
  if (!first) throw new Error("nobody is there to enter accounts");
  const { partition, region, credentials } = first;
  const own = new Map(callers.map((caller) => [caller.account, caller]));
  const sts = new STSClient({ ...client(WAITS), ...RETRIES, region, credentials });
  const assumed: CrossAccountRole | undefined = role && {
    partition,
    roleName: role.name,
    ...(role.externalId ? { externalId: role.externalId } : {}),
  };
  return {
    partition,
    session: async (account, run) => {
      const caller = own.get(account);
      if (caller) return caller.credentials();
      if (!assumed) throw new Error(`there are no credentials for ${account}`);
      return accountSession(sts, assumed, account, run)();
    },
    ...(assumed ? { call: { operation: "AssumeRole", actions: ["sts:AssumeRole"] } } : {}),
    remedy: (account) =>
      assumed && !own.has(account)
        ? `${roleArn(assumed, account)} must exist and trust ${first.arn}${assumed.externalId ? " with the external id given" : ""}. Name another role with --role, or a profile of this account with --profiles.`
        : "Sign in again (aws sso login, or new keys), and try again.",
    hasEnded: (error) => {
      const { name } = error as Error;
      if (!isExpired(error) && !GONE.has(name)) return false;
      ended(error as Error);
      return true;
    },
  };
}
