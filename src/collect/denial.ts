import type { ReadError } from "../evidence/outcome.ts";

/** AWS's error codes for "you may not"; services put more behind it: `AccessDeniedForDependencyException`. */
const DENIED =
  /^((KMS|Kms)\.?)?(AccessDenied|AuthorizationError|Forbidden|InsufficientPrivileges|NotAuthorized|OperationNotPermitted|Unauthori[sz]ed)/;
/** Denials whose code names something else, by AWS's words. */
const SAYS_DENIED = /not authorized to perform|with an explicit deny|because no .+ allows/i;

/** Refusals of a token or a signature, which some services give the code of a denial. */
const SAYS_REFUSED =
  /security token|expired token|request has expired|requires a valid Date|token (is|has) expired|signature (we calculated|expired|not yet)/i;

/** Whether an error is a denial: a permission decides it, and no token, signature, clock or route. */
export const isDenial = (code: string, message: string): boolean =>
  (DENIED.test(code) || SAYS_DENIED.test(message)) && !SAYS_REFUSED.test(message);

/** Kinds of policy as AWS names them where one denies, the more particular first. */
const KINDS: readonly (readonly [RegExp, NonNullable<ReadError["denied_by"]>])[] = [
  [/service control policy/i, "scp"],
  [/resource control policy/i, "rcp"],
  [/VPC endpoint policy/i, "endpoint-policy"],
  [/permissions? boundary/i, "boundary"],
  [/session policy/i, "session-policy"],
  [/trust policy/i, "trust"],
  [/key policy/i, "key-policy"],
  [/resource-based policy/i, "resource-policy"],
  [/identity-based policy/i, "policy"],
];

/**
 * Whose policy denied, as far as AWS's message says: `… because no TYPE policy allows the ACTION action` or `… with an
 * explicit deny in a TYPE policy`. Some services say nothing of it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function deniedBy(message: string, action: string | undefined): NonNullable<ReadError["denied_by"]> {
  // The reason stands last; a resource's name before it may hold any words.
  const why = message.slice(Math.max(message.lastIndexOf(" because no "), message.lastIndexOf(" explicit deny "), 0));
  const kind = KINDS.find(([pattern]) => pattern.test(why))?.[1];
  // The resource-based policy of a key is its key policy, and that of a role its trust policy.
  if (kind === "resource-policy" && action?.startsWith("kms:")) return "key-policy";
  if (kind === "resource-policy" && action === "sts:AssumeRole") return "trust";
  return kind ?? "unknown";
}
