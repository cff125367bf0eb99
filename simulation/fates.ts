import { AwsError } from "../sandbox/service.ts";
import type { Attempt } from "./lambda.ts";
import type { CallOnWire, Fate } from "./network.ts";
import type { Script } from "./script.ts";

/** What fates are drawn from. */
export interface Draw {
  random: () => number;
  /** Milliseconds since the run began. */
  elapsed: () => number;
  /** The account that the access key belongs to. */
  accountOf: (key: string) => string;
  auditAccount: string;
}

const THROTTLED: Record<string, [string, number]> = {
  s3: ["SlowDown", 503],
  ec2: ["RequestLimitExceeded", 503],
  lambda: ["TooManyRequestsException", 429],
};

/** A call's fate, drawn from the script: the same calls in the same order have the same fates. */
export function fatesOf(script: Script, { random, elapsed, accountOf, auditAccount }: Draw) {
  const kills = { ...script.kills };
  let invokeFaults = script.invokeFaults;
  const chance = (p: number) => p > 0 && random() < p;

  const kindOf = ({ fn }: Attempt): keyof Script["kills"] =>
    fn.FunctionName.startsWith("audit-get-meta") ? "auditor" : (fn.FunctionName.slice("audit-".length) as "boss");

  return (call: CallOnWire, attempt: Attempt): Fate => {
    const account = accountOf(call.key);
    const inMember = account !== auditAccount;
    const slow =
      call.service === "s3" && script.slowS3 && elapsed() >= script.slowS3.from && elapsed() < script.slowS3.until;
    const base = inMember ? script.pace : 30;
    const ms = base * (0.5 + random()) * (slow ? script.slowS3!.times : 1);
    if (inMember && call.service !== "iam" && script.silent.has(`${account} ${call.region}`))
      return { ms: Number.POSITIVE_INFINITY };
    if (chance(script.kill) && kills[kindOf(attempt)] > 0) {
      kills[kindOf(attempt)] -= 1;
      return { ms, kill: random() < 0.5 ? "before" : "after" };
    }
    if (call.service === "lambda") {
      if (script.missingFunction && call.what.includes(script.missingFunction))
        return { ms, error: new AwsError("ResourceNotFoundException", "Function not found", 404) };
      if (chance(script.invokeFault) && invokeFaults > 0) {
        invokeFaults -= 1;
        const lost = { ms, lost: "after" } as const;
        return random() < 0.5 ? lost : { ms, error: new AwsError("ServiceException", "Internal error", 500) };
      }
    }
    if (call.conditional && chance(script.writeFault)) {
      const which = random();
      if (which < 0.35)
        return { ms, error: new AwsError("ConditionalRequestConflict", "A conflicting operation is under way", 409) };
      if (which < 0.7)
        return { ms, errorAfter: new AwsError("InternalError", "We encountered an internal error.", 500) };
      return { ms, lost: "after" };
    }
    if (inMember && chance(script.expired))
      return { ms, error: new AwsError("ExpiredToken", "The security token included in the request is expired", 403) };
    if (chance(script.throttle)) {
      const [code, status] = THROTTLED[call.service] ?? ["Throttling", 400];
      return { ms, error: new AwsError(code, "Rate exceeded", status) };
    }
    if (chance(script.serverError)) return { ms, error: new AwsError("InternalFailure", "Internal error", 500) };
    if (chance(script.reset)) return { ms, lost: random() < 0.5 ? "before" : "after" };
    return { ms };
  };
}
