import type { ErrorStatus, Note, Outcome, OutcomeStatus, ReadError } from "../evidence/outcome.ts";
import type { Begun, PlannedItem } from "../evidence/plan.ts";
import type { Problem } from "./problem.ts";

/** The worst that happened names the outcome: what is unknown must not pass as collected. */
const WORST = ["failed", "timed-out", "denied"] as const;

const keyOf = ({ operation, resource_type, status, incomplete, code, action }: Partial<ReadError>): string =>
  [operation, resource_type, status, incomplete, code, action].join(" ");

/** Where a listing goes on: what it needs for the page to read next. */
export type Cursor = Begun["cursors"][string];

/** Letters of cursors up to which they hold names of what was read: a task's event has to have room for where to go on. */
const CURSORS_WITH_NAMES = 50_000;

const withoutNames = (cursors: Record<string, Cursor>): Record<string, Cursor> =>
  Object.fromEntries(
    Object.entries(cursors).map(([type, cursor]) => {
      if (cursor === null || typeof cursor !== "object" || Array.isArray(cursor)) return [type, cursor];
      const { names: _names, ...rest } = cursor;
      return [type, rest];
    }),
  );

/** Counts what happens while one planned item is read, and turns it into its outcome. */
export class OutcomeBuilder {
  private readonly statuses = new Set<ErrorStatus>();
  private readonly counts: Record<string, number> = {};
  private readonly errors = new Map<string, ReadError>();
  private readonly notes = new Map<string, Note>();
  private readonly without: Record<string, string> = {};
  private readonly cursors: Record<string, Cursor>;
  private calls = 0;
  private retries = 0;
  private throttles = 0;
  private heldMs = 0;
  private remedy: string | undefined;
  private started: number;

  /** @param before what a task before this one read of it */
  constructor(
    readonly item: PlannedItem,
    private readonly now: () => number,
    private readonly before?: Begun,
  ) {
    this.started = now() - (before?.outcome.ms ?? 0);
    this.cursors = { ...before?.cursors };
    if (!before) return;
    const { status, counts, errors, remedy, calls, retries, throttles = 0, held_ms: heldMs = 0 } = before.outcome;
    Object.assign(this, { remedy, calls, retries, throttles, heldMs });
    if (status !== "collected") this.statuses.add(status);
    for (const error of errors) if (error.status) this.statuses.add(error.status);
    Object.assign(this.counts, counts);
    Object.assign(this.without, before.outcome.not_asked);
    for (const error of errors) this.errors.set(keyOf(error), { ...error });
    for (const note of before.outcome.notes ?? []) this.notes.set(keyOf(note), { ...note });
  }

  /** Where the listing of a resource type goes on: null at its end, undefined at its start. */
  cursorOf(resourceType: string): Cursor | undefined {
    return this.cursors[resourceType];
  }

  saveCursor(resourceType: string, cursor: Cursor): void {
    this.cursors[resourceType] = cursor;
  }

  /** What another task needs to go on; undefined when nothing was read yet. */
  begun(): Begun | undefined {
    if (!Object.keys(this.cursors).length) return undefined;
    const large = JSON.stringify(this.cursors).length > CURSORS_WITH_NAMES;
    return { outcome: this.outcome(), cursors: large ? withoutNames(this.cursors) : this.cursors };
  }

  /** Its account is entered: the time before belongs to the accounts that were read before it. */
  entered(): void {
    this.started = this.now() - (this.before?.outcome.ms ?? 0);
  }

  called(attempts = 1): void {
    this.calls += attempts;
    this.retries += attempts - 1;
  }

  /** AWS asked to be called less often. */
  throttled(): void {
    this.throttles += 1;
  }

  /** AWS answered for this type, be it that there are none. */
  listed(resourceType: string): void {
    this.counts[resourceType] ??= 0;
  }

  /** A type is not asked for, as it cannot be without another of which AWS answered that there are none. */
  notAsked(resourceType: string, without: string): void {
    this.counts[resourceType] ??= 0;
    this.without[resourceType] = without;
  }

  /** A call waited so many milliseconds for its slot in the run's share of what AWS documents. */
  held(ms: number): void {
    this.heldMs += ms;
  }

  /** Whether resources of this type stand in the evidence. */
  has(resourceType: string): boolean {
    return Boolean(this.counts[resourceType]);
  }

  itemWritten(resourceType: string): void {
    this.counts[resourceType] = (this.counts[resourceType] ?? 0) + 1;
  }

  problem({ status, error }: Problem, remedy?: string): void {
    this.statuses.add(status);
    if (remedy && status === this.status()) this.remedy = remedy;
    const same = this.errors.get(keyOf(error));
    if (same) same.times += error.times;
    else this.errors.set(keyOf(error), { ...error });
  }

  /** Takes down what has to be known, though nothing is unread for it. */
  note(note: Note): void {
    const same = this.notes.get(keyOf(note));
    if (same) same.times += note.times;
    else this.notes.set(keyOf(note), { ...note });
  }

  /** A service that is not in use names the outcome only where nothing else was read; a deleted resource never does. */
  private status(): OutcomeStatus {
    for (const worst of WORST) if (this.statuses.has(worst)) return worst;
    return this.statuses.has("not-enabled") && !Object.keys(this.counts).length ? "not-enabled" : "collected";
  }

  outcome(): Outcome {
    return {
      ...this.item,
      status: this.status(),
      counts: this.counts,
      ...(Object.keys(this.without).length ? { not_asked: this.without } : {}),
      errors: [...this.errors.values()],
      ...(this.notes.size ? { notes: [...this.notes.values()] } : {}),
      ...(this.remedy ? { remedy: this.remedy } : {}),
      calls: this.calls,
      retries: this.retries,
      ...(this.throttles ? { throttles: this.throttles } : {}),
      ...(this.heldMs ? { held_ms: Math.round(this.heldMs) } : {}),
      ms: Math.round(this.now() - this.started),
    };
  }
}
