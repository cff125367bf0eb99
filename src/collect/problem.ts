import type { ErrorStatus, ReadError } from "../evidence/outcome.ts";
import { SessionError } from "./accountSession.ts";
import { deniedBy, isDenial } from "./denial.ts";
import { NotAsked } from "./givingUp.ts";
import { isGone } from "./gone.ts";

/** Codes by which AWS does not take a session's token, or takes it no longer. */
const SESSION_REFUSED = [
  "AuthFailure",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidToken",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
] as const;
/**
 * Codes by which a region that is not opted in answers: as if the credentials were bad. They say so only where nothing
 * else says that the region is open. A name that does not resolve says nothing of an account.
 */
const CLOSED = new Set([
  "AuthFailure",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "OptInRequired",
  "SubscriptionRequiredException",
]);
/** Codes by which AWS refuses the request itself, for its token, signature, time or route: nobody denies anything. */
const NOT_DENIED = new Set<string>([
  ...SESSION_REFUSED,
  ...CLOSED,
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
]);
const TIMED_OUT = new Set(["EndpointSilent", "TimeoutError", "AbortError", "ETIMEDOUT", "RequestTimeout", "EAI_AGAIN"]);
/** Codes of a session that has ended: 403 too, but nobody denies anything. */
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);

/** Whether an error says that the session has ended. */
export const isExpired = (thrown: unknown): boolean =>
  thrown instanceof Error && (EXPIRED.has(thrown.name) || EXPIRED.has(codeOf(thrown)));

/** What a call for several names, and does not answer for, though it answers for the others. */
export class Gone extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotFound";
  }
}

/** What an error says: the status it leads to, and the facts that go into the outcome. */
export interface Problem {
  status: ErrorStatus;
  error: ReadError;
}

/** What was read, for the outcome. */
export interface ReadRequest {
  operation: string;
  actions: readonly string[];
  resourceType?: string | undefined;
  /** What is unknown when it fails. */
  incomplete?: ReadError["incomplete"] | undefined;
  /** Errors by which the service says that it is not in use here. */
  notEnabled?: readonly RegExp[];
  /** Whether the region is known to be open to the account: then no answer means that it is closed. */
  open?: boolean;
  /** Whether the call names a thing that may be gone, in the words of the service with this id. */
  names?: { serviceId: string | undefined } | undefined;
  /** Whether the service answered before in the same listing: then it is in use, and the region is open. */
  begun?: boolean;
}

/** Reads AWS's error: which status follows, and for a denial which action is missing and who denied it. */
export function problemOf(thrown: unknown, request: ReadRequest): Problem {
  if (thrown instanceof SessionError) return entering(thrown, request);
  const error = causeOf(thrown);
  const { status, ...more } = meaning(error, request);
  return {
    status,
    error: {
      operation: request.operation,
      ...(request.resourceType ? { resource_type: request.resourceType } : {}),
      status,
      ...(request.incomplete ? { incomplete: request.incomplete } : {}),
      code: codeOf(error),
      ...httpStatusOf(error),
      message: error.message,
      ...more,
      times: 1,
    },
  };
}

/** Why an account could not be entered: its role does not trust who asked, unless AWS says something else. */
function entering({ cause, call }: SessionError, { resourceType, incomplete }: ReadRequest): Problem {
  const problem = problemOf(cause, { ...call, resourceType, incomplete, open: true });
  const { error } = problem;
  // STS mostly does not say it: a trust that fits would let in whoever may ask.
  if (problem.status === "denied" && error.denied_by === "unknown" && !/explicit deny/i.test(error.message))
    error.denied_by = "trust";
  return problem;
}

/** AWS's own error, where one stands around it: entering the account failed, or asking for its endpoint. */
export function causeOf(thrown: unknown): Error {
  const error = thrown instanceof SessionError ? thrown.cause : thrown;
  if (!(error instanceof Error)) return new Error(String(error));
  const { reason } = error as { reason?: unknown };
  return reason instanceof Error ? reason : error;
}

/** An error's code and message, as AWS has them. */
export function wordsOf(thrown: unknown): { code: string; message: string } {
  const error = causeOf(thrown);
  return { code: codeOf(error), message: error.message };
}

/** The HTTP status of an answer; nothing where there was none. */
function httpStatusOf(error: Error): Pick<ReadError, "http_status"> {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === undefined ? {} : { http_status: status };
}

const codeOf = (error: Error): string =>
  (error as { Code?: string }).Code ?? ("code" in error ? String(error.code) : error.name);

function meaning(
  error: Error,
  request: ReadRequest,
): { status: ErrorStatus } & Pick<ReadError, "action" | "denied_by"> {
  const code = codeOf(error);
  const is = (codes: ReadonlySet<string>) => codes.has(error.name) || codes.has(code);
  if (code === "RegionDenied" && error instanceof NotAsked) return { status: "denied", denied_by: "scp" };
  const declared = request.notEnabled?.some((pattern) => pattern.test(`${code}: ${error.message}`));
  const endedEarly = request.begun && request.incomplete === "resources";
  if (declared) return { status: endedEarly ? "failed" : "not-enabled" };
  if (isDenial(code, error.message) && !is(NOT_DENIED)) {
    const named = /not authorized to perform: ([\w-]+:\w+)/.exec(error.message)?.[1];
    const action = named ?? request.actions[0];
    return { status: "denied", ...(action ? { action } : {}), denied_by: deniedBy(error.message, action) };
  }
  if (is(CLOSED)) return { status: request.open || request.begun ? "failed" : "not-enabled" };
  if (is(TIMED_OUT)) return { status: "timed-out" };
  if (error instanceof Gone) return { status: "deleted" };
  const gone = request.names && isGone({ code, message: error.message }, request.names.serviceId);
  return { status: gone ? "deleted" : "failed" };
}

/** Whether an endpoint did not answer in time. What was given up for another reason is an AbortError. */
export const isTimeout = (thrown: unknown): boolean => {
  const error = causeOf(thrown instanceof Error ? thrown : new Error(String(thrown)));
  return error.name !== "AbortError" && (TIMED_OUT.has(error.name) || TIMED_OUT.has(codeOf(error)));
};

/** Whether AWS did not take the session's token: another session may be taken. */
export const isSessionRefused = (thrown: unknown): boolean =>
  !(thrown instanceof SessionError) && hasErrorCode(causeOf(thrown), SESSION_REFUSED);

/** Whether an error is one that AWS says something by: that there is none, or not yet. */
export const hasErrorCode = (thrown: unknown, codes: readonly string[]): boolean =>
  thrown instanceof Error && (codes.includes(thrown.name) || codes.includes((thrown as { Code?: string }).Code ?? ""));
