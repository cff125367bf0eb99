/**
 * Calls under way at the same time: few at first, half as many once AWS has refused one for coming too often, down to
 * one, and one more after as many calls in a row as may be under way were not refused. Those that wait go in the order
 * in which they came.
 */
export class Concurrency {
  private allowed: number;
  private underWay = 0;
  /** Calls that were not refused since the number allowed was last another. */
  private passed = 0;
  /** Of what began before this halving, a refusal tells nothing new: what is under way together is refused together. */
  private halvings = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly most: number;

  /** Calls that may be under way: at first, and at most; 1 at least. */
  constructor({ first, most }: { first: number; most: number }) {
    this.allowed = first;
    this.most = most;
  }

  /** Runs a call when its turn comes. The call tells of each attempt that AWS refused. */
  async run<T>(call: (refused: () => void) => Promise<T>): Promise<T> {
    if (this.underWay < this.allowed) this.underWay += 1;
    else await new Promise<void>((go) => this.waiting.push(go));
    let began = this.halvings;
    let refusals = 0;
    const refused = () => {
      refusals += 1;
      if (began === this.halvings) this.halve();
      began = this.halvings;
    };
    try {
      return await call(refused);
    } finally {
      // What began before a halving tells nothing of what is allowed since.
      if (!refusals && began === this.halvings) this.pass();
      this.underWay -= 1;
      this.next();
    }
  }

  private halve(): void {
    this.allowed = Math.max(1, Math.floor(this.allowed / 2));
    this.passed = 0;
    this.halvings += 1;
  }

  private pass(): void {
    this.passed += 1;
    if (this.passed < this.allowed) return;
    this.allowed = Math.min(this.most, this.allowed + 1);
    this.passed = 0;
  }

  private next(): void {
    while (this.underWay < this.allowed && this.waiting.length) {
      this.underWay += 1;
      this.waiting.shift()!();
    }
  }
}
