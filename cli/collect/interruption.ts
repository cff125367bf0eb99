/** What ends the reading of a run before it is done. */
export interface Interruption {
  signal: AbortSignal;
  /** Why no more is to be read; undefined while it is. */
  why: () => string | undefined;
  stop: (why: string) => void;
  /** Leaves signals to whoever had them before. */
  end: () => void;
}

/**
 * Takes Ctrl-C (and a polite end by the system): the first time nothing more is read and what is there is kept, the
 * second time the process ends at once, as it would have the first time.
 */
export function interruption(say: (text: string) => void): Interruption {
  const controller = new AbortController();
  let reason: string | undefined;
  const stop = (why: string) => {
    reason ??= why;
    controller.abort();
  };
  const interrupted = () => {
    if (controller.signal.aborted) process.exit(130);
    say("stopping: what is read is kept; Ctrl-C once more ends at once");
    stop("it was interrupted");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupted);
  return {
    signal: controller.signal,
    why: () => reason,
    stop,
    end: () => {
      for (const signal of signals) process.off(signal, interrupted);
    },
  };
}
