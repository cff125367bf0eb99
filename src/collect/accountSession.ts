import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import type { Read } from "../auditors/collector.ts";

/** A role of the same name in each account. */
export interface CrossAccountRole {
  partition: string;
  roleName: string;
  /** What the role's trust asks for, where it asks. */
  externalId?: string;
}

/** How the accounts of a run are entered, and in whose name. */
export interface AccountAccess {
  partition: string;
  /** Opens a session in an account; called again when the one before is about to end. */
  session(account: string, run: string): Promise<AwsCredentialIdentity>;
  /** The call that opens a session; undefined where credentials are used as they are. */
  call?: { operation: string; actions: readonly string[] };
  /** What to do about an account that cannot be entered. */
  remedy(account: string): string;
  /**
   * Whether an error says that the credentials have ended and nobody can renew them: nothing more is read then, and
   * what is under way is handed over.
   */
  hasEnded?: (error: unknown) => boolean;
}

/** Enters accounts by a role that trusts whoever the STS client calls as. */
export const accessByRole = (sts: STSClient, role: CrossAccountRole): AccountAccess => ({
  partition: role.partition,
  session: (account, run) => accountSession(sts, role, account, run)(),
  call: { operation: "AssumeRole", actions: ["sts:AssumeRole"] },
  remedy: (account) =>
    `Deploy the member stack in ${account}, or update it: ${roleArn(role, account)} must exist and trust this audit account with its external id.`,
});

/** A Lambda role that assumes a role is role chaining, for which STS allows one hour at most. */
const SESSION_SECONDS = 3600;

export const roleArn = ({ partition, roleName }: CrossAccountRole, account: string): string =>
  `arn:${partition}:iam::${account}:role/${roleName}`;

/**
 * Credentials in a member account; called again by the SDK when they are about to expire.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export const accountSession =
  (sts: STSClient, role: CrossAccountRole, account: string, run: string) =>
  async (): Promise<AwsCredentialIdentity> => {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn(role, account),
        RoleSessionName: `audit-${run}`,
        ...(role.externalId ? { ExternalId: role.externalId } : {}),
        DurationSeconds: SESSION_SECONDS,
      }),
    );
    if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey)
      throw new Error(`AssumeRole in ${account} answered without credentials`);
    return {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
      expiration: Credentials.Expiration,
    };
  };

/** Milliseconds before a session's end from which a new one is taken. */
const RENEW_BEFORE_MS = 300_000;
/** Sessions that AWS refuses and that are replaced: a region that takes none would ask for one after the other. */
const REPLACED_AT_MOST = 5;

/** One session for all clients of an account. */
export interface Session {
  /** For the SDK, which keeps none of them itself. */
  credentials: (() => Promise<AwsCredentialIdentity>) & { memoized: true };
  /** Which session it is, counted. */
  number: () => number;
  /** Takes a new one, unless that one is replaced already. @throws SessionError; or what AWS refused stays refused */
  replace: (number: number) => Promise<void>;
}

/** The account could not be entered: nothing that was to be read there is to blame. */
export class SessionError extends Error {
  constructor(
    override readonly cause: unknown,
    /** The call that was to open a session. */
    readonly call: Pick<Read, "operation" | "actions">,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.name = "SessionError";
  }
}

/**
 * Opens a session that is renewed before it ends, and where AWS refuses it.
 * @param call the call that opens it; undefined where credentials are used as they are
 * @throws SessionError
 */
export async function sessionOf(
  call: AccountAccess["call"],
  enter: () => Promise<AwsCredentialIdentity>,
  now: () => number,
): Promise<Session> {
  const entered = () =>
    enter().catch((error: unknown) => {
      throw new SessionError(error, call ?? { operation: "Credentials", actions: [] });
    });
  const endOf = ({ expiration }: AwsCredentialIdentity) => expiration?.getTime() ?? Number.POSITIVE_INFINITY;
  const first = await entered();
  let current = Promise.resolve(first);
  let ends = endOf(first);
  let number = 0;
  const next = () => {
    ends = Number.POSITIVE_INFINITY;
    number += 1;
    current = entered();
    current.then(
      (session) => {
        ends = endOf(session);
      },
      () => {
        ends = 0;
      },
    );
  };
  const credentials = () => {
    if (ends - now() < RENEW_BEFORE_MS) next();
    return current;
  };
  let replaced = 0;
  return {
    credentials: Object.assign(credentials, { memoized: true as const }),
    number: () => number,
    replace: async (refused) => {
      if (refused === number && replaced < REPLACED_AT_MOST) {
        replaced += 1;
        next();
      }
      await current;
    },
  };
}
