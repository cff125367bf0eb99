/** Runs that can be queried, and what narrowed ones were narrowed to. */
export interface QueryableRuns {
  /** Runs that have tables, oldest first. */
  runs: readonly string[];
  /** By narrowed run: accounts, auditors, regions. */
  narrowed: ReadonlyMap<string, readonly string[]>;
  /** Runs that are sealed, oldest first. */
  sealed: readonly string[];
}

/**
 * The run that latest views show: the one that was asked for, else the newest of everything, else the newest.
 * @param warn told what that run does not show: narrowed runs since, what it was itself narrowed to, a newer run that
 * has no tables yet
 * @returns undefined where there is no such run with tables
 */
export function latestRun(
  { runs, narrowed, sealed }: QueryableRuns,
  requested: string | undefined,
  warn: (message: string) => void,
): string | undefined {
  const full = runs.findLast((each) => !narrowed.has(each)) ?? runs.at(-1);
  const latest = requested ? runs.find((each) => each === requested) : full;
  const later = runs.filter((each) => latest && each > latest);
  const narrowedLater = later.map((each) => `${each} (${narrowed.get(each)?.join(", ")})`).slice(-3);
  if (!requested && later.length)
    warn(
      `answers show the latest full run, ${latest}; narrowed runs since: ${narrowedLater.join(", ")}. Use --run <id> to query another run.`,
    );
  if (latest && narrowed.has(latest))
    warn(`run ${latest} was narrowed to some ${narrowed.get(latest)!.join(", ")}: it says nothing about others`);
  if (!requested) warnOfUntabulated({ runs, sealed }, warn);
  return latest;
}

/** Warns of a newest run that has no tables yet, where others have; if none has, the caller says so. */
export function warnOfUntabulated(
  { runs, sealed }: Pick<QueryableRuns, "runs" | "sealed">,
  warn: (message: string) => void,
): void {
  const newest = sealed.at(-1);
  if (newest && runs.length && !runs.includes(newest))
    warn(
      `run ${newest} is sealed but has no tables yet, so answers don't include it. They are made after each run; itaudit tables build ${newest} makes them now.`,
    );
}
