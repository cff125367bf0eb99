import type { SdkClient } from "../auditors/collector.ts";
import type { Note } from "../evidence/outcome.ts";

/** From here on AWS may refuse signatures for their time. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
export const WRONG_FROM_MS = 240_000;

/** Codes by which AWS refuses a signature for its time, among other reasons. */
const TIME_REFUSED = new Set([
  "AuthFailure",
  "InvalidSignatureException",
  "RequestExpired",
  "RequestInTheFuture",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
]);

/** AWS's time, as its answers tell it. */
export interface AwsClock {
  /** Milliseconds that AWS's clock is ahead of this machine's; 0 where they differ by little. */
  offset(): number;
  /** Takes the time of an answer: it corrects the clock where the two are further apart than AWS allows. */
  observe(headers: Record<string, string>): void;
}

/** @param known milliseconds that AWS's clock is known to be ahead; @param now this machine's clock */
export function awsClock(known = 0, now: () => number = Date.now): AwsClock {
  let offset = known;
  return {
    offset: () => offset,
    observe: (headers) => {
      const of = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
      // What a cache answered with is of another time, and a page of a proxy's is of another clock.
      if (of("age") !== undefined || /^text\/html\b/i.test(of("content-type") ?? "")) return;
      const ahead = Date.parse(of("date") ?? "") - now();
      if (Math.abs(ahead - offset) >= WRONG_FROM_MS) offset = Math.abs(ahead) < WRONG_FROM_MS ? 0 : ahead;
    },
  };
}

interface Signer {
  sign(request: unknown, options: object): Promise<unknown>;
}
type Handler = (args: object) => Promise<{ response?: { headers?: Record<string, string> } }>;
interface Middlewares {
  add(middleware: (next: Handler) => Handler, options: { name: string; step: string; priority: "low" }): void;
}

/**
 * Signs a client's calls with AWS's time. The SDK corrects a wrong clock for each client anew, and from then on repeats
 * every call that AWS refuses, for whatever reason: here the clock is corrected once for all, and only what was refused
 * for its time is sent again.
 */
export function withAwsTime<C extends SdkClient>(client: C, clock: AwsClock, now: () => number = Date.now): C {
  const { config } = client;
  if (!config) return client;
  config.disableClockSkewCorrection = async () => true;
  const signerFor = config.signer as (scheme: unknown) => Promise<Signer>;
  config.signer = async (scheme: unknown): Promise<Signer> => {
    const signer = await signerFor(scheme);
    return Object.create(signer, {
      sign: {
        value: (request: unknown, options: object) =>
          signer.sign(request, { ...options, signingDate: new Date(now() + clock.offset()) }),
      },
    });
  };
  const middlewares = client.middlewareStack as unknown as Middlewares;
  middlewares.add(
    (next) => async (args) => {
      const answer = await next(args);
      if (answer.response?.headers) clock.observe(answer.response.headers);
      return answer;
    },
    { name: "readAwsTime", step: "deserialize", priority: "low" },
  );
  // Below the SDK's own retrying, which has a high priority in the same step.
  middlewares.add(
    (next) => async (args) => {
      const before = clock.offset();
      try {
        return await next(args);
      } catch (error) {
        const { name, $metadata } = error as { name?: string; $metadata?: { clockSkewCorrected?: boolean } };
        if (clock.offset() !== before && $metadata && TIME_REFUSED.has(name ?? "")) $metadata.clockSkewCorrected = true;
        throw error;
      }
    },
    { name: "retryWithAwsTime", step: "finalizeRequest", priority: "low" },
  );
  return client;
}

/** What an outcome says of a clock that is wrong; undefined where it is right. */
export function clockNote(clock: AwsClock): Note | undefined {
  const offset = clock.offset();
  if (!offset) return undefined;
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const message = `the clock of the machine that read is ${minutes} minutes ${offset > 0 ? "behind" : "ahead of"} AWS's: calls were signed with AWS's time`;
  return { operation: "Clock", code: "ClockSkew", message, times: 1 };
}
