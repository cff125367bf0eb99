import type { Collector, ResourceType } from "../auditors/collector.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import type { Problem } from "./problem.ts";

/** What the listing of a type came to, for the types that cannot be without it. */
type Presence = "some" | "none" | "unknown" | Problem;

/** Follows the listing of one type. What is told first counts. */
export interface Follower {
  found: () => void;
  /** A call did not answer. */
  failed: (problem: Problem) => void;
  /** It was read from its start to its end. */
  readWhole: () => void;
  /** Nothing more is read of it in this task. */
  ended: () => void;
}

export interface Prerequisites {
  follow: (collector: Collector) => Follower;
  /**
   * Whether a type need not be asked for, as there is nothing of what it cannot be without; then the outcome says so. Waits
   * for the first answer about that. Whatever is not certain is asked for.
   */
  isMissing: (collector: Collector, builder: OutcomeBuilder) => Promise<boolean>;
}

/**
 * The types of one planned item that others cannot be without: read whole and nothing found, the others are not there
 * either; said by the service not to be in use, the others are not in use. A refusal, an answer that is cut short and a
 * listing that another task began say nothing.
 */
export function prerequisitesOf(collectors: readonly Collector[]): Prerequisites {
  const needed = new Set(collectors.flatMap(({ onlyWith }) => (onlyWith ? [onlyWith.type] : [])));
  const presences = new Map<ResourceType, { known: Promise<Presence>; tell: (presence: Presence) => void }>();
  for (const { type } of collectors) {
    if (!needed.has(type)) continue;
    let tell: (presence: Presence) => void = () => undefined;
    const known = new Promise<Presence>((resolve) => {
      tell = resolve;
    });
    presences.set(type, { known, tell });
  }
  return {
    follow: ({ type, notEnabled }) => {
      const tell = presences.get(type)?.tell ?? (() => undefined);
      return {
        found: () => tell("some"),
        failed: (problem) => {
          const { code, message } = problem.error;
          const off =
            problem.status === "not-enabled" && notEnabled.some((pattern) => pattern.test(`${code}: ${message}`));
          tell(off ? problem : "unknown");
        },
        readWhole: () => tell("none"),
        ended: () => tell("unknown"),
      };
    },
    isMissing: async ({ type, onlyWith, listing }, builder) => {
      // What a task before this one began is read to its end.
      if (!onlyWith || builder.cursorOf(type) !== undefined) return false;
      const presence = (await presences.get(onlyWith.type)?.known) ?? "unknown";
      if (presence === "some" || presence === "unknown") return false;
      if (presence === "none") builder.notAsked(type, onlyWith.type);
      else {
        const { action: _action, ...error } = presence.error;
        const message = `not asked, as ${error.operation} answered: ${error.message}`;
        const { operation } = listing;
        builder.problem({ ...presence, error: { ...error, operation, resource_type: type, message, times: 1 } });
      }
      builder.saveCursor(type, null);
      presences.get(type)?.tell(presence);
      return true;
    },
  };
}
