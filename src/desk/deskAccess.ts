import { STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import { type AccountAccess, accountSession, type CrossAccountRole, roleArn } from "../collect/accountSession.ts";
import { awsClock, withAwsTime } from "../collect/awsClock.ts";
import { type ClientOptions, RETRIES, WAITS } from "../collect/clientOptions.ts";
import { withGenuineAnswers } from "../collect/genuineAnswers.ts";
import { isExpired } from "../collect/problem.ts";
import type { Caller } from "./caller.ts";

/** Names of errors by which the SDK says that it has no credentials any more, and cannot get new ones. */
const GONE = new Set(["CredentialsProviderError", "TokenProviderError", "ProviderError"]);

/** What is known of how accounts are entered, without what it takes to do so. */
export interface AccessFacts {
  partition: string;
  /** Whom a role is to trust. */
  callerArn: string;
  /** Accounts that are entered with credentials of their own. */
  own: readonly string[];
  /** Role that is assumed in all others. */
  role?: CrossAccountRole | undefined;
}

/** Opens a session in an account. */
export type OpenSession = (account: string) => Promise<AwsCredentialIdentity>;

export const accessFacts = (
  callers: readonly [Caller, ...Caller[]],
  role: { name: string; externalId?: string | undefined } | undefined,
): AccessFacts => {
  const [{ partition, arn }] = callers;
  const { name, externalId } = role ?? {};
  return {
    partition,
    callerArn: arn,
    own: callers.map(({ account }) => account),
    ...(name ? { role: { partition, roleName: name, ...(externalId ? { externalId } : {}) } } : {}),
  };
};

/** Opens sessions with the credentials at hand: in a caller's own account they are taken as they are. */
export function sessionsOf(
  callers: readonly [Caller, ...Caller[]],
  { role }: AccessFacts,
  run: string,
  client: (waits: typeof WAITS) => ClientOptions,
): OpenSession {
  const [{ region, credentials, clockOffset }] = callers;
  const own = new Map(callers.map((caller) => [caller.account, caller]));
  const sts = withGenuineAnswers(
    withAwsTime(new STSClient({ ...client(WAITS), ...RETRIES, region, credentials }), awsClock(clockOffset)),
  );
  return async (account) => {
    const caller = own.get(account);
    if (caller) return caller.credentials();
    if (!role) throw new Error(`there are no credentials for ${account}`);
    return accountSession(sts, role, account, run)();
  };
}

/**
 * Enters accounts from a desk. Credentials that have ended, and that nobody can renew without a person, are no answer
 * about an account: what was not read is to be read once the person has signed in again.
 * @param ended told once the credentials have ended
 */
export function deskAccess(
  { partition, callerArn, own, role }: AccessFacts,
  open: OpenSession,
  ended: (error: Error) => void,
): AccountAccess {
  return {
    partition,
    session: open,
    ...(role ? { call: { operation: "AssumeRole", actions: ["sts:AssumeRole"] } } : {}),
    remedy: (account) =>
      role && !own.includes(account)
        ? `${roleArn(role, account)} must exist and trust ${callerArn}${role.externalId ? " with the external id given" : ""}. Name another role with --role, or a profile of this account with --profiles.`
        : "Sign in again (aws sso login, or new keys), and try again.",
    hasEnded: (error) => {
      if (!isExpired(error) && !GONE.has((error as Error).name)) return false;
      ended(error as Error);
      return true;
    },
  };
}
