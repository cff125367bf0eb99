import type { Outcome, OutcomeStatus, ReadError } from "../evidence/outcome.ts";
import type { PlannedItem } from "../evidence/plan.ts";
import type { Problem } from "./problem.ts";

/** The worst that happened names the outcome: what is unknown must not pass as collected. */
const WORST: readonly OutcomeStatus[] = ["collected", "not-enabled", "denied", "timed-out", "failed"];

/** Counts what happens while one planned item is read, and turns it into its outcome. */
export class Tally {
  private status: OutcomeStatus = "collected";
  private readonly counts: Record<string, number> = {};
  private readonly errors = new Map<string, ReadError>();
  private calls = 0;
  private retries = 0;
  private remedy: string | undefined;
  private readonly started: number;

  constructor(
    readonly item: PlannedItem,
    private readonly now: () => number,
  ) {
    this.started = now();
  }

  called(attempts = 1): void {
    this.calls += attempts;
    this.retries += attempts - 1;
  }

  kept(resourceType: string): void {
    this.counts[resourceType] = (this.counts[resourceType] ?? 0) + 1;
  }

  problem({ status, error }: Problem, remedy?: string): void {
    if (WORST.indexOf(status) > WORST.indexOf(this.status)) {
      this.status = status;
      this.remedy = remedy;
    }
    const key = `${error.operation} ${error.resource_type} ${error.code} ${error.action}`;
    const same = this.errors.get(key);
    if (same) same.times += 1;
    else this.errors.set(key, { ...error });
  }

  outcome(): Outcome {
    return {
      ...this.item,
      status: this.status,
      counts: this.counts,
      errors: [...this.errors.values()],
      ...(this.remedy ? { remedy: this.remedy } : {}),
      calls: this.calls,
      retries: this.retries,
      ms: Math.round(this.now() - this.started),
    };
  }
}
