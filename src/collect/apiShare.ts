import { type Bucket, bucketsOf, type Rate } from "./documentedRates.ts";

/** Lets calls go as a token bucket would, which is full when it begins. */
export class TokenBucket {
  /** When the bucket would be full again: each call moves it on by what one call takes. */
  private full: number;

  /** @param waits milliseconds until the bucket is full: keeps those apart that start together with one call each */
  constructor(
    private readonly rate: Rate,
    private readonly now: () => number,
    waits = 0,
  ) {
    this.full = now() + waits;
  }

  /** Reserves the next token. @returns milliseconds until it is there */
  reserve(): number {
    const each = 1000 / this.rate.refill;
    const now = this.now();
    const at = Math.max(now, this.full - (this.rate.size - 1) * each);
    this.full = Math.max(this.full, at) + each;
    return at - now;
  }
}

/** The share of what AWS documents that a run takes in one account: what is left is for the account's own workloads. */
export class ApiShare {
  /** By region, service and operation. */
  private readonly buckets = new Map<string, readonly TokenBucket[]>();
  private readonly shared = new Map<Bucket, Map<string, TokenBucket>>();

  /** @param share of each documented bucket, above 0 and up to 1 */
  constructor(
    private readonly share: number,
    private readonly now: () => number,
  ) {}

  /**
   * What a call has to wait for, one after the other: a token of the bucket of its operation, then one of that of the
   * whole service, which is not kept meanwhile from other operations. Empty where AWS documents no rate.
   */
  bucketsFor(service: string, region: string, operation: string): readonly TokenBucket[] {
    const call = `${region} ${service} ${operation}`;
    let buckets = this.buckets.get(call);
    if (!buckets) {
      buckets = bucketsOf(service, operation).map((bucket) => this.bucketOf(bucket, region, operation));
      this.buckets.set(call, buckets);
    }
    return buckets;
  }

  private bucketOf(bucket: Bucket, region: string, operation: string): TokenBucket {
    const { size, refill, of } = bucket;
    const pool = this.shared.get(bucket) ?? new Map<string, TokenBucket>();
    this.shared.set(bucket, pool);
    const whose = of === "each" ? `${region} ${operation}` : region;
    const tokens =
      pool.get(whose) ??
      new TokenBucket({ size: Math.max(1, size * this.share), refill: refill * this.share }, this.now);
    pool.set(whose, tokens);
    return tokens;
  }
}

/**
 * How a task may take sessions, so that all tasks of the run together stay within their share of what STS gives the
 * audit account: nobody sees the others' calls, but each knows how many tasks there are.
 * @param offset of the task's start among them, in [0, 1)
 */
export function sessionBucket(share: number, tasks: number, offset: number, now: () => number): TokenBucket {
  const { size, refill } = bucketsOf("STS", "AssumeRole")[0]!;
  const ofTask = { size: Math.max(1, Math.floor((size * share) / tasks)), refill: (refill * share) / tasks };
  // One call of each task at once is too much where there are more tasks than the bucket holds: the rest come after.
  return new TokenBucket(ofTask, now, (Math.max(0, offset * tasks + 1 - size * share) / (refill * share)) * 1000);
}
