import { pick } from "../sandbox/random.ts";
import { AwsError } from "../sandbox/service.ts";
import type { Attempt } from "./lambda.ts";
import type { CallOnWire, Fate } from "./network.ts";
import { isWithin, type Script } from "./script.ts";
import { CHANGED_BIT } from "./wrongAnswers.ts";

/** What fates are drawn from. */
export interface Draw {
  random: () => number;
  /** Milliseconds since the run began. */
  elapsed: () => number;
  /** The account that the access key belongs to. */
  accountOf: (key: string) => string;
  auditAccount: string;
  /** Gives the sealer another key to sign with. */
  changeKey: () => void;
}

const THROTTLED: Record<string, [string, number]> = {
  s3: ["SlowDown", 503],
  ec2: ["RequestLimitExceeded", 503],
  lambda: ["TooManyRequestsException", 429],
};

/** How a token that is not taken any more is refused. */
const REFUSED: Record<string, [string, number]> = {
  ec2: ["AuthFailure", 401],
  ecs: ["UnrecognizedClientException", 400],
};

/** What becomes of a conditional write that goes wrong. */
function writeFate(which: number, ms: number): Fate {
  const fault = "conditional write that fails";
  if (which < 0.35)
    return {
      ms,
      fault,
      error: new AwsError("ConditionalRequestConflict", "A conflicting operation is under way", 409),
    };
  if (which < 0.7)
    return { ms, fault, errorAfter: new AwsError("InternalError", "We encountered an internal error.", 500) };
  return { ms, fault, lost: "after" };
}

/** What becomes of the calls to KMS, by how many there were. */
function keyFatesOf({ signingKey }: Script, changeKey: () => void): (ms: number) => Fate | undefined {
  let calls = 0;
  return (ms) => {
    const number = calls++;
    if (!signingKey || number < signingKey.from) return undefined;
    const { fault, from, calls: most } = signingKey;
    if (fault === "changed") {
      if (number > from) return undefined;
      changeKey();
      return { ms, fault: "signing key changed" };
    }
    if (number >= from + most) return undefined;
    const error =
      fault === "denied"
        ? new AwsError("AccessDeniedException", "The ciphertext refers to a key that you may not use.", 400)
        : new AwsError("DisabledException", "The key is disabled.", 400);
    return { ms, fault: `signing key ${fault}`, error };
  };
}

/** Wrong answers within the audit account: what fails there is done again, but not without end. */
const WRONG_IN_AUDIT_ACCOUNT = 8;

/** Objects of the audit account that come with another bit: a function that reads one fails, and is tried again. */
const CHANGED_BITS_IN_AUDIT_ACCOUNT = 4;

/** What is wrong with answers, most of all those of member accounts and of entering them. */
function wrongAnswersOf(script: Script, random: () => number) {
  const refused = new Set<string>();
  let left = WRONG_IN_AUDIT_ACCOUNT;
  return ({ key, service, region }: CallOnWire, ms: number, inMember: boolean): Fate | undefined => {
    const session = `${key} ${region}`;
    if (!inMember && service !== "sts") {
      if (!script.wrongAnswer || left === 0 || random() >= script.wrongAnswer / 2) return undefined;
      left -= 1;
      const wrong = pick(random, script.wrongAnswers);
      return { ms, fault: `${service} answer: ${wrong}`, wrong };
    }
    if (service !== "sts" && script.tokenRefused && (refused.has(session) || random() < script.tokenRefused)) {
      refused.add(session);
      const [code, status] = REFUSED[service] ?? ["InvalidClientTokenId", 403];
      const error = new AwsError(code, "The security token included in the request is invalid.", status);
      return { ms, fault: "token refused", error };
    }
    if (script.wrongAnswer && random() < script.wrongAnswer) {
      const wrong = pick(random, script.wrongAnswers);
      return { ms, fault: `answer: ${wrong}`, wrong };
    }
    return undefined;
  };
}

/** What befalls the audit account as a whole, for a time or from a time on. */
function accountFate(script: Script, { service, what, checked }: CallOnWire, elapsed: number, inMember: boolean) {
  if (isWithin(elapsed, script.outage)) return { ms: 1_000, fault: "AWS is down", lost: "before" as const };
  if (inMember || service !== "s3") return undefined;
  if (isWithin(elapsed, script.refusedS3)) {
    const error = new AwsError("AccessDenied", "Access Denied", 403);
    return { ms: 30, fault: "S3 refuses the audit account", error };
  }
  if (script.lockedFrom === undefined || elapsed < script.lockedFrom || checked || !what.startsWith("PUT"))
    return undefined;
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
  const message = "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock";
  return {
    ms: 30,
    fault: "write without a checksum under Object Lock",
    error: new AwsError("InvalidRequest", message),
  };
}

/** A call's fate, drawn from the script: the same calls in the same order have the same fates. */
export function fatesOf(script: Script, { random, elapsed, accountOf, auditAccount, changeKey }: Draw) {
  const keyFate = keyFatesOf(script, changeKey);
  const wrongAnswer = wrongAnswersOf(script, random);
  const kills = { ...script.kills };
  let invokeFaults = script.invokeFaults;
  let changedBits = CHANGED_BITS_IN_AUDIT_ACCOUNT;
  const chance = (p: number) => p > 0 && random() < p;

  const kindOf = ({ fn }: Attempt): keyof Script["kills"] =>
    fn.FunctionName.startsWith("audit-get-meta") ? "auditor" : (fn.FunctionName.slice("audit-".length) as "boss");

  return (call: CallOnWire, attempt: Attempt): Fate => {
    const account = accountOf(call.key);
    const inMember = account !== auditAccount;
    const ofAccount = accountFate(script, call, elapsed(), inMember);
    if (ofAccount) return ofAccount;
    const slow =
      call.service === "s3" && script.slowS3 && elapsed() >= script.slowS3.from && elapsed() < script.slowS3.until;
    const base = inMember ? script.latency : 30;
    const ms = base * (0.5 + random()) * (slow ? script.slowS3!.times : 1);
    if (inMember && call.service !== "iam" && script.silent.has(`${account} ${call.region}`))
      return { fault: "region that never answers", ms: Number.POSITIVE_INFINITY };
    if (chance(script.kill) && kills[kindOf(attempt)] > 0) {
      kills[kindOf(attempt)] -= 1;
      return { ms, fault: `${kindOf(attempt)} killed`, kill: random() < 0.5 ? "before" : "after" };
    }
    if (call.service === "lambda") {
      if (script.missingFunction && call.what.includes(script.missingFunction))
        return {
          ms,
          fault: "function that is not there",
          error: new AwsError("ResourceNotFoundException", "Function not found", 404),
        };
      if (chance(script.invokeFault) && invokeFaults > 0) {
        invokeFaults -= 1;
        const fault = "invocation that fails";
        if (random() < 0.5) return { ms, fault, lost: "after" };
        return { ms, fault, error: new AwsError("ServiceException", "Internal error", 500) };
      }
    }
    if (call.conditional && chance(script.writeFault)) return writeFate(random(), ms);
    if (call.service === "s3" && call.what.startsWith("PUT") && chance(script.lateWrite)) {
      // Of those that wait for it in vain, some wait to the end.
      const waited = random() < 0.5 ? Number.POSITIVE_INFINITY : ms;
      return { ms: waited, fault: "write that lands late", landsAfter: 100 * 2_000 ** random() };
    }
    const ofKey = call.service === "kms" && keyFate(ms);
    if (ofKey) return ofKey;
    const wrong = wrongAnswer(call, ms, inMember);
    if (wrong) return wrong;
    const isObject = call.service === "s3" && call.what.startsWith("GET") && !/^GET \/[^/]+\/?$/.test(call.what);
    if ((inMember || (isObject && changedBits > 0)) && chance(script.changedBits)) {
      if (!inMember) changedBits -= 1;
      return { ms, wrong: CHANGED_BIT };
    }
    if (inMember && chance(script.expired))
      return {
        ms,
        fault: "session that ended",
        error: new AwsError("ExpiredToken", "The security token included in the request is expired", 403),
      };
    if (chance(script.throttle)) {
      const [code, status] = THROTTLED[call.service] ?? ["Throttling", 400];
      return { ms, fault: "throttled", error: new AwsError(code, "Rate exceeded", status) };
    }
    if (chance(script.serverError))
      return { ms, fault: "server error", error: new AwsError("InternalFailure", "Internal error", 500) };
    if (chance(script.reset)) return { ms, fault: "connection cut", lost: random() < 0.5 ? "before" : "after" };
    return slow ? { ms, fault: "slow S3" } : { ms };
  };
}
