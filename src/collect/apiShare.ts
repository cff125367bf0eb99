import { type Bucket, bucketsOf, type Rate } from "./documentedRates.ts";

/** Lets calls go as a token bucket would, which is full when it begins. */
export class Pace {
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

  /** Takes the next place. @returns milliseconds until it comes */
  next(): number {
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
  private readonly paces = new Map<string, readonly Pace[]>();
  private readonly shared = new Map<Bucket, Map<string, Pace>>();

  /** @param share of each documented bucket, above 0 and up to 1 */
  constructor(
    private readonly share: number,
    private readonly now: () => number,
  ) {}

  /**
   * What a call has to wait for, one after the other: a place in the bucket of its operation, then one in that of the
   * whole service, which is not kept meanwhile from other operations. Empty where AWS documents no rate.
   */
  pacesOf(service: string, region: string, operation: string): readonly Pace[] {
    const call = `${region} ${service} ${operation}`;
    let paces = this.paces.get(call);
    if (!paces) {
      paces = bucketsOf(service, operation).map((bucket) => this.paceOf(bucket, region, operation));
      this.paces.set(call, paces);
    }
    return paces;
  }

  private paceOf(bucket: Bucket, region: string, operation: string): Pace {
    const { size, refill, of } = bucket;
    const made = this.shared.get(bucket) ?? new Map<string, Pace>();
    this.shared.set(bucket, made);
    const whose = of === "each" ? `${region} ${operation}` : region;
    const pace =
      made.get(whose) ?? new Pace({ size: Math.max(1, size * this.share), refill: refill * this.share }, this.now);
    made.set(whose, pace);
    return pace;
  }
}

/**
 * How a task may take sessions, so that all tasks of the run together stay within their share of what STS gives the
 * audit account: nobody sees the others' calls, but each knows how many tasks there are.
 * @param number of the task's place among them, in [0, 1)
 */
export function sessionPace(share: number, tasks: number, place: number, now: () => number): Pace {
  const { size, refill } = bucketsOf("STS", "AssumeRole")[0]!;
  const ofTask = { size: Math.max(1, Math.floor((size * share) / tasks)), refill: (refill * share) / tasks };
  // One call of each task at once is too much where there are more tasks than the bucket holds: the rest come after.
  return new Pace(ofTask, now, (Math.max(0, place * tasks + 1 - size * share) / (refill * share)) * 1000);
}
