import type { OutcomeStatus, ReadError } from "../evidence/outcome.ts";

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
]);
const TIMED_OUT = new Set(["TimeoutError", "AbortError", "ETIMEDOUT", "RequestTimeout", "ENOTFOUND", "EAI_AGAIN"]);

/** What an error says: the status it leads to, and the facts that go into the outcome. */
export interface Problem {
  status: Exclude<OutcomeStatus, "collected">;
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

/** Reads AWS's error: which status follows, and for a denial which action is missing and who denied it. */
export function problemOf(
  thrown: unknown,
  where: { operation: string; action: string; resourceType?: string },
): Problem {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = (error as { Code?: string }).Code ?? ("code" in error ? String(error.code) : error.name);
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const facts = {
    operation: where.operation,
    ...(where.resourceType ? { resource_type: where.resourceType } : {}),
    code,
    message: error.message,
    times: 1,
  };
  if (DENIED.has(error.name) || DENIED.has(code) || (status === 403 && !NOT_ENABLED.has(error.name))) {
    const named = /not authorized to perform: ([\w-]+:\w+)/.exec(error.message)?.[1];
    return {
      status: "denied",
      error: { ...facts, action: named ?? where.action, denied_by: deniedBy(error.message) },
    };
  }
  if (NOT_ENABLED.has(error.name) || NOT_ENABLED.has(code)) return { status: "not-enabled", error: facts };
  if (TIMED_OUT.has(error.name) || TIMED_OUT.has(code)) return { status: "timed-out", error: facts };
  return { status: "failed", error: facts };
}

/** Whether an error is AWS's way of saying that there is none. */
export const saysNone = (thrown: unknown, codes: readonly string[]): boolean =>
  thrown instanceof Error && (codes.includes(thrown.name) || codes.includes((thrown as { Code?: string }).Code ?? ""));
