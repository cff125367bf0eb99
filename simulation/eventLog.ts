import { createHash } from "node:crypto";

/** What happened in a simulated run, line by line: the same seed gives the same hash. */
export class EventLog {
  private readonly hash = createHash("sha256");
  readonly lines: string[] = [];
  count = 0;
  /** When the last thing happened. */
  last = 0;

  /** @param keep whether the lines are kept for reading, and not hashed alone */
  constructor(
    private readonly now: () => number,
    private readonly keep: boolean,
  ) {}

  add(line: string): void {
    const text = `${this.now()} ${line}`;
    this.hash.update(`${text}\n`);
    this.count += 1;
    this.last = this.now();
    if (this.keep) this.lines.push(text);
  }

  digest(): string {
    return this.hash.copy().digest("hex");
  }
}
