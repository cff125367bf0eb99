import { inProcess } from "../sandbox/inProcess.ts";
import { AwsError, type Service } from "../sandbox/service.ts";
import { writeError } from "../sandbox/wire/codec.ts";
import type { WireAnswer, WireRequest } from "../sandbox/wire/message.ts";
import type { VirtualClock } from "./clock.ts";
import type { EventLog } from "./eventLog.ts";
import type { Attempt, Instance } from "./lambda.ts";
import { CHANGED_BIT, isOfProxy, type WrongAnswer, wrongAnswers } from "./wrongAnswers.ts";

/** A request, as far as faults and the log look at it. */
export interface CallOnWire {
  service: string;
  region: string;
  /** Access key that signed it. */
  key: string;
  /** `DescribeDBInstances`, or `PUT /bucket/key`. */
  what: string;
  /** Whether it writes only what is not there. */
  conditional: boolean;
  /** Whether S3 is told what the body's checksum is. */
  checked: boolean;
}

/** What becomes of a call. */
export interface Fate {
  /** What has gone wrong with it, in a few words. */
  fault?: string;
  /** Milliseconds until the answer; more than the client waits, and there is none. */
  ms: number;
  /** Answered by this instead of AWS. */
  error?: AwsError;
  /** The connection is cut: before AWS got the request, or before its answer came. */
  lost?: "before" | "after";
  /** AWS does it, and answers with this. */
  errorAfter?: AwsError;
  /** What comes is no answer to the call, in this way. */
  wrong?: WrongAnswer;
  /** AWS does it so many milliseconds later, when nobody waits for it any more: the caller gets no answer. */
  landsAfter?: number;
  /** The attempt dies at this call: before it is made, or before its answer comes. */
  kill?: "before" | "after";
}

export interface NetworkWorld {
  handle: (request: WireRequest) => Promise<WireAnswer>;
  services: ReadonlyMap<string, Service>;
  fate: (call: CallOnWire, attempt: Attempt) => Fate;
  /** Called for each request that reaches AWS. */
  count: (call: CallOnWire, attempt: Attempt) => void;
  /** Milliseconds that the clock of a function is ahead of AWS's. */
  ahead: (functionName: string) => number;
  /** Called for each fault that strikes. */
  struck: (fault: string) => void;
  /** In [0, 1). */
  random: () => number;
}

export function callOf({ method, path, headers, body }: WireRequest): CallOnWire {
  const [key = "", , region = "", service = ""] =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1]?.split("/") ?? [];
  const action =
    headers["x-amz-target"]?.split(".").pop() ??
    (service === "s3" || service === "lambda"
      ? `${method} ${path}`
      : (/(?:^|&)Action=(\w+)/.exec(Buffer.from(body).toString("utf8"))?.[1] ?? `${method} ${path}`));
  const checked = Object.keys(headers).some((name) => /^(content-md5$|x-amz-checksum-)/.test(name));
  return { service, region, key, what: action, conditional: headers["if-none-match"] === "*", checked };
}

/** Each its own: of one promise for all, what waits for it would be kept, and with it every run of the process. */
const never = (): Promise<never> => new Promise(() => undefined);

const MINUTE = 60_000;

/**
 * Why AWS does not take a signature for its time; undefined: it does.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html five minutes; S3 allows fifteen
 */
function refusedTime({ headers }: WireRequest, service: Service | undefined, awsTime: number): AwsError | undefined {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(headers["x-amz-date"] ?? "") ?? [];
  if (!day || !time) return undefined;
  const signed = Date.parse(`${day.replace(/(....)(..)/, "$1-$2-")}T${time.replace(/(..)(..)/, "$1:$2:")}Z`);
  if (Math.abs(signed - awsTime) <= (service?.signingName === "s3" ? 15 : 5) * MINUTE) return undefined;
  const at = new Date(awsTime).toISOString();
  if (service?.protocol === "rest-xml")
    return new AwsError(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
      403,
    );
  if (service?.protocol === "ec2") return new AwsError("RequestExpired", `Request has expired: it is ${at}.`);
  const code = service?.protocol === "query" ? "SignatureDoesNotMatch" : "InvalidSignatureException";
  return new AwsError(code, `Signature expired, or not yet current: it is ${at}.`, 403);
}

/** The way from an instance's SDK clients to AWS: it takes virtual time, and what the script says goes wrong on it. */
export function doorOf(
  clock: VirtualClock,
  log: EventLog,
  world: NetworkWorld,
  instance: Pick<Instance, "attempt">,
  requestTimeout: number,
) {
  const spoil = wrongAnswers(world.random);
  const handle = async (request: WireRequest): Promise<WireAnswer> => {
    const attempt = instance.attempt;
    if (!attempt || attempt.dead) return never();
    attempt.calls += 1;
    const call = callOf(request);
    const fate = world.fate(call, attempt);
    const die = () => attempt.die(`killed ${fate.kill} ${call.service} ${call.what}`);
    if (fate.kill === "before") {
      die();
      return never();
    }
    const { FunctionName } = attempt.fn;
    const ahead = world.ahead(FunctionName);
    const awsTime = clock.now() - ahead;
    const service = world.services.get(call.service);
    const untimely = ahead ? refusedTime(request, service, awsTime) : undefined;
    if (untimely) world.struck("clock that differs");
    const error = untimely ?? fate.error;
    if (fate.fault && !untimely) world.struck(fate.fault);
    const reach = async (): Promise<WireAnswer> => {
      world.count(call, attempt);
      return world.handle(request);
    };
    let answer: WireAnswer = { status: 0, headers: {}, body: new Uint8Array() };
    const isLost = !error && (fate.lost || fate.landsAfter !== undefined);
    if (error) answer = writeError(service, error, "simulated");
    else if (fate.landsAfter !== undefined)
      clock.after(fate.landsAfter, () =>
        reach().then(({ status }) => log.add(`${call.service} ${call.what} lands late: ${status}`)),
      );
    else if (fate.wrong && isOfProxy(fate.wrong)) answer = spoil(service, call.what, answer, fate.wrong);
    else if (fate.lost !== "before") {
      answer = await reach();
      if (fate.errorAfter) answer = writeError(service, fate.errorAfter, "simulated");
      const right = answer;
      if (fate.wrong) answer = spoil(service, call.what, answer, fate.wrong);
      // Not every answer has a bit whose change can be noticed.
      if (fate.wrong === CHANGED_BIT && answer !== right)
        world.struck(service?.signingName === "s3" ? "s3 answer: changed bit" : "answer: changed bit");
    }
    const became = isLost ? "lost" : `${answer.status}${fate.wrong ? ` ${fate.wrong}` : ""}`;
    log.add(`${FunctionName} ${attempt.id} ${call.service} ${call.region} ${call.what} ${became}`);
    if (fate.kill === "after") {
      die();
      return never();
    }
    const headers = isLost ? answer.headers : { date: new Date(awsTime).toUTCString(), ...answer.headers };
    return { ...answer, headers, after: fate.ms, ...(isLost ? { lost: "reset" } : {}) };
  };
  return inProcess({ handle }, { wait: clock.sleep, requestTimeout });
}
