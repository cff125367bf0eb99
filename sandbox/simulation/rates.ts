import { AwsError } from "../service.ts";
import type { CallOnWire, Fate } from "./network.ts";

/** A token bucket as AWS documents it: calls that it holds, and calls that come to it each second. */
export interface Rate {
  size: number;
  refill: number;
}

/** A bucket and how it was used. Refilled at each whole second, as AWS says of its own. */
export class Bucket {
  private tokens: number;
  private second: number;
  /** Calls by whom, and those that found it empty. */
  readonly taken: Record<string, number> = {};
  readonly refused: Record<string, number> = {};
  /** Most calls by whom within one second. */
  readonly peak: Record<string, number> = {};
  private inSecond: Record<string, number> = {};

  constructor(
    readonly rate: Rate,
    now: number,
  ) {
    this.tokens = rate.size;
    this.second = Math.floor(now / 1000);
  }

  take(who: string, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second > this.second) {
      this.tokens = Math.min(this.rate.size, this.tokens + (second - this.second) * this.rate.refill);
      this.second = second;
      this.inSecond = {};
    }
    if (this.tokens < 1) {
      this.refused[who] = (this.refused[who] ?? 0) + 1;
      return false;
    }
    this.tokens -= 1;
    this.taken[who] = (this.taken[who] ?? 0) + 1;
    this.inSecond[who] = (this.inSecond[who] ?? 0) + 1;
    this.peak[who] = Math.max(this.peak[who] ?? 0, this.inSecond[who]!);
    return true;
  }
}

/**
 * The buckets that AWS documents, of the calls that a simulated run makes. RDS and IAM document none.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html by account, region and action
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html by calling account and region
 */
export function documentedRate({ service, what }: Pick<CallOnWire, "service" | "what">): Rate | undefined {
  if (service === "ec2" && what.startsWith("Describe")) return { size: 100, refill: 20 };
  if (service === "sts") return { size: 600, refill: 600 };
  return undefined;
}

/** How long answers take: within the audit account, and in the member accounts. */
export interface Latencies {
  audit: number;
  member: number;
}

/** The fates of calls where nothing goes wrong but that AWS refuses what is too much; the buckets can be looked at. */
export function ratedFates(latencies: Latencies, auditAccount: string) {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (account: string, call: Pick<CallOnWire, "service" | "region" | "what">, now: number) => {
    const rate = documentedRate(call);
    if (!rate) return undefined;
    const name = `${account} ${call.region} ${call.service}:${call.what}`;
    const bucket = buckets.get(name) ?? new Bucket(rate, now);
    buckets.set(name, bucket);
    return bucket;
  };
  const fate = (account: string, call: CallOnWire, now: number): Fate => {
    const ms = account === auditAccount ? latencies.audit : latencies.member;
    if (bucketOf(account, call, now)?.take("run", now) ?? true) return { ms };
    const code = call.service === "ec2" ? "RequestLimitExceeded" : "Throttling";
    return { ms, error: new AwsError(code, "Rate exceeded", call.service === "ec2" ? 503 : 400) };
  };
  return { buckets, bucketOf, fate };
}
