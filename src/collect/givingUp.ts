import type { ReadError } from "../evidence/outcome.ts";

/** Refusals by a service control policy, after which the rest of a region is not asked for where nothing was answered. */
const REFUSED_AFTER = 3;

/** Calls that were not made, as what went before says what would come of them. */
export class NotAsked extends Error {
  constructor(code: "EndpointSilent" | "RegionDenied", message: string) {
    super(message);
    this.name = code;
  }
}

/** What is known of the calls of one planned item: an auditor in a region of an account. */
export interface RegionCalls {
  /** @param refusal AWS's own error, where it answered with one */
  answered: (refusal?: Error) => void;
  /** Takes down what a call came to. */
  refused: (problem: { error: ReadError }) => void;
  /** @throws NotAsked where a service control policy keeps the region closed to the auditor */
  check: () => void;
}

/**
 * Where a service control policy closes a region, it refuses call after call: a few of them tell it. A policy that
 * denies single actions lets others through.
 */
export function regionCalls(): RegionCalls {
  let answers = 0;
  const operations = new Set<string>();
  return {
    answered: (refusal) => {
      if (!refusal || !/service control policy/i.test(refusal.message)) answers += 1;
    },
    refused: ({ error }) => {
      if (error.denied_by === "scp") operations.add(error.operation);
    },
    check: () => {
      if (answers || operations.size < REFUSED_AFTER) return;
      throw new NotAsked(
        "RegionDenied",
        `a service control policy refused ${[...operations].join(", ")}, and nothing was answered: the rest of the region is not asked for`,
      );
    },
  };
}
