import { inProcess } from "../sandbox/inProcess.ts";
import type { AwsError, Service } from "../sandbox/service.ts";
import { writeError } from "../sandbox/wire/codec.ts";
import type { WireAnswer, WireRequest } from "../sandbox/wire/message.ts";
import type { VirtualClock } from "./clock.ts";
import type { EventLog } from "./eventLog.ts";
import type { Attempt, Instance } from "./lambda.ts";

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
}

/** What becomes of a call. */
export interface Fate {
  /** Milliseconds until the answer; more than the client waits, and there is none. */
  ms: number;
  /** Answered by this instead of AWS. */
  error?: AwsError;
  /** The connection is cut: before AWS got the request, or before its answer came. */
  lost?: "before" | "after";
  /** AWS does it, and answers with this. */
  errorAfter?: AwsError;
  /** The attempt dies at this call: before it is made, or before its answer comes. */
  kill?: "before" | "after";
}

export interface NetworkWorld {
  handle: (request: WireRequest) => Promise<WireAnswer>;
  services: ReadonlyMap<string, Service>;
  fate: (call: CallOnWire, attempt: Attempt) => Fate;
  /** Called for each request that reaches AWS. */
  count: (call: CallOnWire, attempt: Attempt) => void;
}

export function callOf({ method, path, headers, body }: WireRequest): CallOnWire {
  const [key = "", , region = "", service = ""] =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1]?.split("/") ?? [];
  const action =
    headers["x-amz-target"]?.split(".").pop() ??
    (service === "s3" || service === "lambda"
      ? `${method} ${path}`
      : (/(?:^|&)Action=(\w+)/.exec(Buffer.from(body).toString("utf8"))?.[1] ?? `${method} ${path}`));
  return { service, region, key, what: action, conditional: headers["if-none-match"] === "*" };
}

/** Each its own: of one promise for all, what waits for it would be kept, and with it every run of the process. */
const never = (): Promise<never> => new Promise(() => undefined);

/** The way from an instance's SDK clients to AWS: it takes virtual time, and what the script says goes wrong on it. */
export function doorOf(
  clock: VirtualClock,
  log: EventLog,
  world: NetworkWorld,
  instance: Pick<Instance, "attempt">,
  requestTimeout: number,
) {
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
    const service = world.services.get(call.service);
    let answer: WireAnswer = { status: 0, headers: {}, body: new Uint8Array() };
    if (fate.error) answer = writeError(service, fate.error, "simulated");
    else if (fate.lost !== "before") {
      world.count(call, attempt);
      answer = await world.handle(request);
      if (fate.errorAfter) answer = writeError(service, fate.errorAfter, "simulated");
    }
    const { FunctionName } = attempt.fn;
    log.add(
      `${FunctionName} ${attempt.id} ${call.service} ${call.region} ${call.what} ${fate.lost ? "lost" : answer.status}`,
    );
    if (fate.kill === "after") {
      die();
      return never();
    }
    return { ...answer, after: fate.ms, ...(fate.lost ? { lost: "reset" } : {}) };
  };
  return inProcess({ handle }, { wait: clock.sleep, requestTimeout });
}
