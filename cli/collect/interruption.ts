import { constants } from "node:os";

/** What ends a collection before it is done. */
export interface Interruption {
  /** Fires when no more is to be read. */
  signal: AbortSignal;
  /** Why no more is to be read; undefined while it is. */
  why: () => string | undefined;
  /** Whether somebody asked for an end; otherwise reading ended by itself, and what was read is shown. */
  isAskedFor: () => boolean;
  stop: (why: string) => void;
  /** From here on what is under way is kept where the process is asked to end; before, it ends at once. */
  keeping: () => void;
  /** From here on the process ends at once again, with what is said and the exit code. */
  endingAtOnce: (said: string, code: number) => void;
  /** Leaves signals to whoever had them before. */
  end: () => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Takes Ctrl-C (and a polite end by the system). While something is kept: the first time nothing more is read and what
 * is there is kept, the second time the process ends at once. Before and after that the first one ends it.
 */
export function interruption(say: (text: string) => void): Interruption {
  const controller = new AbortController();
  let reason: string | undefined;
  let askedFor = false;
  let atOnce: { said: string; code?: number } | undefined = { said: "stopped before reading began" };
  const stop = (why: string) => {
    reason ??= why;
    controller.abort();
  };
  const interrupted = (signal: (typeof SIGNALS)[number]) => {
    if (atOnce && !askedFor) say(atOnce.said);
    // As shells tell that a signal ended a process.
    if (atOnce || askedFor) process.exit(atOnce?.code ?? 128 + constants.signals[signal]);
    askedFor = true;
    say("stopping: what is read is kept; Ctrl-C once more ends at once");
    stop("it was interrupted");
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  return {
    signal: controller.signal,
    why: () => reason,
    isAskedFor: () => askedFor,
    stop,
    keeping: () => {
      atOnce = undefined;
    },
    endingAtOnce: (said, code) => {
      atOnce = { said, code };
    },
    end: () => {
      for (const signal of SIGNALS) process.off(signal, interrupted);
    },
  };
}
