import { AwsError } from "../sandbox/service.ts";
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
    }
    if (this.tokens < 1) {
      this.refused[who] = (this.refused[who] ?? 0) + 1;
      return false;
    }
    this.tokens -= 1;
    this.taken[who] = (this.taken[who] ?? 0) + 1;
    return true;
  }
}

/** Counts the calls that a bucket of some share would refuse, refilled all the time. */
class Share {
  beyond = 0;
  private tokens: number;
  private at: number;

  constructor(
    private readonly rate: Rate,
    now: number,
  ) {
    this.tokens = rate.size;
    this.at = now;
  }

  take(now: number): void {
    this.tokens = Math.min(this.rate.size, this.tokens + ((now - this.at) / 1000) * this.rate.refill);
    this.at = now;
    // Virtual time has whole milliseconds, in which a call may come a little early.
    if (this.tokens < 0) this.beyond += 1;
    else this.tokens -= 1;
  }
}

/**
 * The buckets that AWS documents, of the calls that a simulated run makes, and what else draws on them. RDS and IAM
 * document none. A table of its own, so that a slip in the one that the run goes by shows.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html by account, region and action
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html by account, region and group
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html by calling account and region
 */
export function documentedRate({
  service,
  what,
}: Pick<CallOnWire, "service" | "what">): (Rate & { of: string }) | undefined {
  if (service === "ec2" && what.startsWith("Describe")) return { of: what, size: 100, refill: 20 };
  if (service === "ecs" && what.endsWith("TaskDefinition")) return { of: "task definitions", size: 50, refill: 20 };
  if (service === "ecs" && what === "ListTaskDefinitions") return { of: "task definitions", size: 50, refill: 20 };
  if (service === "sts") return { of: "all", size: 600, refill: 600 };
  return undefined;
}

/** How long answers take: within the audit account, and in the member accounts. */
export interface Latencies {
  audit: number;
  member: number;
}

/**
 * The fates of calls where nothing goes wrong but that AWS refuses what is too much; the buckets can be looked at.
 * @param share of each bucket that the run says it takes: `beyond` counts the calls that a bucket of that share refuses
 */
export function ratedFates(latencies: Latencies, auditAccount: string, share: number) {
  const buckets = new Map<string, Bucket>();
  const shares = new Map<Bucket, Share>();
  const bucketOf = (account: string, call: Pick<CallOnWire, "service" | "region" | "what">, now: number) => {
    const rate = documentedRate(call);
    if (!rate) return undefined;
    const name = `${account} ${call.region} ${call.service}:${rate.of}`;
    const bucket = buckets.get(name) ?? new Bucket(rate, now);
    buckets.set(name, bucket);
    return bucket;
  };
  const fate = (account: string, call: CallOnWire, now: number): Fate => {
    const ms = account === auditAccount ? latencies.audit : latencies.member;
    const bucket = bucketOf(account, call, now);
    if (bucket) {
      const { size, refill } = bucket.rate;
      const own = shares.get(bucket) ?? new Share({ size: size * share, refill: refill * share }, now);
      shares.set(bucket, own);
      own.take(now);
    }
    if (bucket?.take("run", now) ?? true) return { ms };
    const code = call.service === "ec2" ? "RequestLimitExceeded" : "Throttling";
    return { ms, error: new AwsError(code, "Rate exceeded", call.service === "ec2" ? 503 : 400) };
  };
  const beyond = () => [...shares.values()].reduce((sum, { beyond: calls }) => sum + calls, 0);
  return { buckets, bucketOf, fate, beyond };
}
