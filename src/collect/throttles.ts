import { isThrottlingError } from "@smithy/core/retry";

/** The part of a command that lets a step be put into its sending. */
interface Steps {
  middlewareStack: {
    add(
      step: <T>(next: (args: T) => Promise<unknown>) => (args: T) => Promise<unknown>,
      options: { name: string; step: "finalizeRequest"; priority: "low" },
    ): void;
  };
}

/**
 * Tells of each attempt at a command that AWS refuses because there were too many: the retries hide them from the
 * caller, and of a call that succeeded in the end nothing else is left. Below the SDK's own retrying, which has a high
 * priority in the same step.
 */
export function tellThrottles<C extends object>(command: C, throttled: () => void): C {
  (command as Steps).middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isThrottlingError(error as Parameters<typeof isThrottlingError>[0])) throttled();
        throw error;
      }
    },
    { name: "tellThrottles", step: "finalizeRequest", priority: "low" },
  );
  return command;
}
