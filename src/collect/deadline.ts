/** The task has to commit: what is under way is given up, and read again by the task that follows. */
export class DeadlineReached extends Error {
  constructor() {
    super("the task has to commit");
    this.name = "DeadlineReached";
  }
}

/**
 * What is awaited, or DeadlineReached when the deadline comes first. The SDK does not look at its abort signal while it
 * waits between attempts, and some of its calls take none.
 */
export async function before<T>(deadline: AbortSignal, start: () => Promise<T>): Promise<T> {
  if (deadline.aborted) throw new DeadlineReached();
  const started = start();
  let give: () => void = () => undefined;
  const reached = new Promise<never>((_resolve, reject) => {
    give = () => reject(new DeadlineReached());
    deadline.addEventListener("abort", give);
  });
  try {
    return await Promise.race([started, reached]);
  } catch (error) {
    started.catch(() => undefined);
    // An aborted call may say so before the listener does.
    throw deadline.aborted ? new DeadlineReached() : error;
  } finally {
    deadline.removeEventListener("abort", give);
  }
}

/** Waits for all, so that nothing goes on behind the caller's back; then throws what the first one threw, the deadline before all. */
export async function allOf(started: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(started)).flatMap((each) =>
    each.status === "rejected" ? [each.reason] : [],
  );
  if (failed.length) throw failed.find((reason) => reason instanceof DeadlineReached) ?? failed[0];
}
