/** What happens at a time to come. */
interface Timer {
  at: number;
  order: number;
  fire: () => void;
  cancelled: boolean;
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  Date: globalThis.Date,
  now: Date.now,
  random: Math.random,
  performance: performance.now,
};

/** Everything that is ready to go on has gone on: no promise and no next tick is left. */
const settled = () => new Promise<void>((resolve) => real.setImmediate(resolve));

/**
 * Virtual time: it stands still while anything can go on, and then jumps to what happens next. What happens at the same
 * time happens in the order in which it was asked for. Nothing may wait for a thread, a file or a socket: time would
 * not wait for it.
 */
export class VirtualClock {
  private readonly heap: Timer[] = [];
  private order = 0;
  private time: number;

  constructor(start: number) {
    this.time = start;
  }

  readonly now = (): number => this.time;

  after(ms: number, fire: () => void): Timer {
    const timer = { at: this.time + Math.round(Math.max(0, ms)), order: this.order++, fire, cancelled: false };
    this.push(timer);
    return timer;
  }

  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => this.after(ms, resolve));

  /** `AbortSignal.timeout` of this clock. */
  readonly timeout = (ms: number): AbortSignal => {
    const controller = new AbortController();
    this.after(ms, () => controller.abort(new DOMException("the time is over", "TimeoutError")));
    return controller.signal;
  };

  /** Lets everything happen until nothing is left to happen. */
  async run(before: () => void = () => undefined): Promise<void> {
    for (await settled(); ; await settled()) {
      const next = this.pop();
      if (!next) return;
      if (next.cancelled) continue;
      before();
      this.time = next.at;
      next.fire();
    }
  }

  /**
   * Puts this clock, and the given randomness, in the place of the process's own: the AWS SDK reads the time, draws its
   * jitter and waits between attempts through them.
   * @returns gives the process its own back
   */
  install(random: () => number): () => void {
    const set = (handler: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) => {
      // As Node does: whole milliseconds, one at least. A wait of less would never let time go on.
      const timer = this.after(Math.max(1, Math.trunc(ms)), () => handler(...values));
      const handle = { timer, ref: () => handle, unref: () => handle, hasRef: () => true, refresh: () => handle };
      return handle;
    };
    const clear = (handle: { timer?: Timer } | undefined) => {
      if (handle?.timer) handle.timer.cancelled = true;
    };
    const every = () => {
      throw new Error("an interval would never let virtual time end");
    };
    Object.assign(globalThis, {
      setTimeout: set,
      clearTimeout: clear,
      setInterval: every,
      clearInterval: clear,
      setImmediate: (handler: (...values: unknown[]) => void, ...values: unknown[]) => set(handler, 0, ...values),
      Date: new Proxy(real.Date, {
        construct: (target, values, self) =>
          Reflect.construct(target, values.length ? values : [this.time], self === globalThis.Date ? target : self),
      }),
    });
    real.Date.now = this.now;
    performance.now = this.now;
    Math.random = random;
    return () => {
      const { now, random: ownRandom, performance: ownPerformance, ...own } = real;
      Object.assign(globalThis, own);
      real.Date.now = now;
      performance.now = ownPerformance;
      Math.random = ownRandom;
    };
  }

  private before(a: number, b: number): boolean {
    const [one, other] = [this.heap[a]!, this.heap[b]!];
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }

  private push(timer: Timer): void {
    let at = this.heap.push(timer) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.before(at, up); at = up, up = (at - 1) >> 1) this.swap(at, up);
  }

  private pop(): Timer | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (!first || !last || first === last) return first;
    this.heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.heap.length && this.before(child, least)) least = child;
      if (least === at) return first;
      this.swap(at, least);
      at = least;
    }
  }
}
