import type { ErrorStatus, ReadError } from "../evidence/outcome.ts";

/** AWS's error codes for "you may not". */
const DENIED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "UnauthorizedOperation",
  "UnauthorizedAccess",
  "AuthorizationError",
  "AuthorizationErrorException",
  "NotAuthorized",
]);
/** Codes by which a region that is not opted in answers: as if the credentials were bad. */
const NOT_ENABLED = new Set([
  "AuthFailure",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "OptInRequired",
  "SubscriptionRequiredException",
  // No such name: the service has no endpoint in the region. A resolver that does not answer is EAI_AGAIN.
  "ENOTFOUND",
]);
const TIMED_OUT = new Set(["TimeoutError", "AbortError", "ETIMEDOUT", "RequestTimeout", "EAI_AGAIN"]);
/** Codes by which a resource is gone; services name the kind of resource in them: `DBInstanceNotFoundFault`. */
const GONE = /(NotFound|DoesNotExist|NonExistent\w*)(Fault|Exception|Error)?$|^NoSuch|\.NotFound$/;
/** Codes of a session that has ended: 403 too, but nobody denies anything. */
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);

/** Whether an error says that the session has ended. */
export const isExpired = (thrown: unknown): boolean =>
  thrown instanceof Error && (EXPIRED.has(thrown.name) || EXPIRED.has(codeOf(thrown)));

/** What an error says: the status it leads to, and the facts that go into the outcome. */
export interface Problem {
  status: ErrorStatus;
  error: ReadError;
}

const deniedBy = (message: string): ReadError["denied_by"] =>
  /service control policy/i.test(message)
    ? "scp"
    : /resource-based policy/i.test(message) && !/no resource-based policy/i.test(message)
      ? "resource-policy"
      : /identity-based policy|not authorized to perform/i.test(message)
        ? "policy"
        : "unknown";

/** What was read, for the outcome. */
export interface Asked {
  operation: string;
  actions: readonly string[];
  resourceType?: string;
  /** What is unknown when it fails. */
  incomplete?: ReadError["incomplete"];
  /** Errors by which the service says that it is not in use here. */
  notEnabled?: readonly RegExp[];
}

/** Reads AWS's error: which status follows, and for a denial which action is missing and who denied it. */
export function problemOf(thrown: unknown, asked: Asked): Problem {
  const error = causeOf(thrown instanceof Error ? thrown : new Error(String(thrown)));
  const { status, ...more } = meaning(error, asked);
  return {
    status,
    error: {
      operation: asked.operation,
      ...(asked.resourceType ? { resource_type: asked.resourceType } : {}),
      status,
      ...(asked.incomplete ? { incomplete: asked.incomplete } : {}),
      code: codeOf(error),
      message: error.message,
      ...more,
      times: 1,
    },
  };
}

/** AWS's own error, where the SDK puts one of its own around it: asking for an account's endpoint failed. */
const causeOf = (error: Error): Error => {
  const { reason } = error as { reason?: unknown };
  return reason instanceof Error ? reason : error;
};

const codeOf = (error: Error): string =>
  (error as { Code?: string }).Code ?? ("code" in error ? String(error.code) : error.name);

function meaning(error: Error, asked: Asked): { status: ErrorStatus } & Pick<ReadError, "action" | "denied_by"> {
  const code = codeOf(error);
  const is = (codes: ReadonlySet<string>) => codes.has(error.name) || codes.has(code);
  const http = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (asked.notEnabled?.some((pattern) => pattern.test(`${code}: ${error.message}`))) return { status: "not-enabled" };
  if (is(DENIED) || (http === 403 && !is(NOT_ENABLED) && !is(EXPIRED))) {
    const named = /not authorized to perform: ([\w-]+:\w+)/.exec(error.message)?.[1];
    const action = named ?? asked.actions[0];
    return { status: "denied", ...(action ? { action } : {}), denied_by: deniedBy(error.message) };
  }
  if (is(NOT_ENABLED)) return { status: "not-enabled" };
  if (is(TIMED_OUT)) return { status: "timed-out" };
  // A listing cannot be gone; what it answers so is not understood, and failed.
  const ofOne = asked.incomplete === "details" || asked.incomplete === "tags";
  return { status: ofOne && GONE.test(code) ? "deleted" : "failed" };
}

/** Whether an error is one that AWS says something by: that there is none, or not yet. */
export const hasErrorCode = (thrown: unknown, codes: readonly string[]): boolean =>
  thrown instanceof Error && (codes.includes(thrown.name) || codes.includes((thrown as { Code?: string }).Code ?? ""));
