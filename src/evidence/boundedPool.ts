/** Runs pieces of work of which there may be any number, a few at a time; the first error ends it. */
export class BoundedPool {
  private readonly under = new Set<Promise<void>>();
  private failed: { error: unknown } | undefined;

  constructor(private readonly atOnce: number) {}

  /** Begins with a piece of work, once few enough others are under way. @throws what an earlier one threw */
  async run(work: () => Promise<void>): Promise<void> {
    while (this.under.size >= this.atOnce) await Promise.race(this.under);
    this.check();
    const one: Promise<void> = work()
      .catch((error: unknown) => {
        this.failed ??= { error };
      })
      .finally(() => this.under.delete(one));
    this.under.add(one);
  }

  /** Waits for all. @throws what the first one threw */
  async drain(): Promise<void> {
    await Promise.all(this.under);
    this.check();
  }

  private check(): void {
    if (this.failed) throw this.failed.error;
  }
}
