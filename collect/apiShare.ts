/** A token bucket as AWS documents it: calls that it holds, and calls that come to it each second. */
export interface Rate {
  size: number;
  refill: number;
}

/**
 * How often AWS lets a caller read, where it documents that: by account, region and action for EC2, and by calling
 * account and region for STS. Services that document nothing are called as the account's budget allows. Of STS a rate
 * is documented, 600 requests a second that its operations share, and no burst: the bucket is taken to hold a second's.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html non-mutating actions
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html requests to STS
 */
const DOCUMENTED: Record<string, Rate> = {
  EC2: { size: 100, refill: 20 },
  STS: { size: 600, refill: 600 },
};

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
  private readonly paces = new Map<string, Pace>();

  /** @param share of each documented bucket, above 0 and up to 1 */
  constructor(
    private readonly share: number,
    private readonly now: () => number,
  ) {}

  /** Takes the place of a call. @returns milliseconds to wait for it */
  next(service: string, region: string, operation: string): number {
    const rate = DOCUMENTED[service];
    if (!rate) return 0;
    const bucket = `${service} ${region} ${operation}`;
    let pace = this.paces.get(bucket);
    if (!pace) {
      const { size, refill } = rate;
      pace = new Pace({ size: Math.max(1, size * this.share), refill: refill * this.share }, this.now);
      this.paces.set(bucket, pace);
    }
    return pace.next();
  }
}

/**
 * How a task may take sessions, so that all tasks of the run together stay within their share of what STS gives the
 * audit account: nobody sees the others' calls, but each knows how many tasks there are.
 * @param number of the task's place among them, in [0, 1)
 */
export function sessionPace(share: number, tasks: number, place: number, now: () => number): Pace {
  const { size, refill } = DOCUMENTED.STS!;
  const ofTask = { size: Math.max(1, Math.floor((size * share) / tasks)), refill: (refill * share) / tasks };
  // One call of each task at once is too much where there are more tasks than the bucket holds: the rest come after.
  return new Pace(ofTask, now, (Math.max(0, place * tasks + 1 - size * share) / (refill * share)) * 1000);
}
