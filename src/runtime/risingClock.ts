/**
 * A clock that never goes back: where the machine's is put back, it goes on from the time that it has told last, and is
 * ahead from then on by as much. What one process does later is never dated earlier, and nothing takes negative time.
 */
export function risingClock(clock: () => number): () => number {
  let ahead = 0;
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock() + ahead;
    if (now < last) ahead += last - now;
    last = Math.max(now, last);
    return last;
  };
}
