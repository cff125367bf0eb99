import type { Collector, Counted, Listing, ResourceType } from "../auditors/collector.ts";
import { valueAt } from "../auditors/paths.ts";
import { DeadlineReached } from "./deadline.ts";
import { NotAsked } from "./givingUp.ts";
import type { ReadOnce } from "./listing.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { type Problem, wordsOf } from "./problem.ts";

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
   * Whether a type need not be asked for, as there is nothing of what it cannot be without, or none by what counts it;
   * then the outcome says so. Waits for the first answer about that. Whatever is not certain is asked for.
   * @param count reads a call that counts several types, once for all of them
   */
  isMissing: (
    collector: Collector,
    builder: OutcomeBuilder,
    count: (counting: Listing) => Promise<Pick<ReadOnce, "found" | "failed">>,
  ) => Promise<boolean>;
}

/**
 * The types of one planned item that others cannot be without: read whole and nothing found, the others are not there
 * either; said by the service not to be in use, the others are not in use. A refusal, an answer that is cut short and a
 * listing that another task began say nothing.
 */
export function prerequisitesOf(collectors: readonly Collector[]): Prerequisites {
  const needed = new Set(collectors.flatMap(({ onlyWith }) => (onlyWith && "type" in onlyWith ? [onlyWith.type] : [])));
  const presences = new Map<ResourceType, { known: Promise<Presence>; tell: (presence: Presence) => void }>();
  for (const { type } of collectors) {
    if (!needed.has(type)) continue;
    let tell: (presence: Presence) => void = () => undefined;
    const known = new Promise<Presence>((resolve) => {
      tell = resolve;
    });
    presences.set(type, { known, tell });
  }
  // A call that is a type's own listing tells what became of it there.
  const reported = new Set(collectors.map(({ listing }) => listing));
  const uncounted = (counting: Listing, builder: OutcomeBuilder, error: unknown): void => {
    if (reported.has(counting) || error instanceof NotAsked) return;
    reported.add(counting);
    const { code, message } = wordsOf(error);
    builder.note({ operation: counting.operation, code, message: `${UNCOUNTED}: ${message}`, times: 1 });
  };
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
    isMissing: async ({ type, onlyWith, listing }, builder, count) => {
      // What a task before this one began is read to its end.
      if (!onlyWith || builder.cursorOf(type) !== undefined) return false;
      const presence =
        "countedBy" in onlyWith
          ? await presenceBy(onlyWith, count, (error) => uncounted(onlyWith.countedBy, builder, error))
          : ((await presences.get(onlyWith.type)?.known) ?? "unknown");
      if (presence === "some" || presence === "unknown") return false;
      if (presence !== "none") {
        const { action: _action, ...error } = presence.error;
        const message = `not asked, as ${error.operation} answered: ${error.message}`;
        const { operation } = listing;
        builder.problem({ ...presence, error: { ...error, operation, resource_type: type, message, times: 1 } });
      } else if ("countedBy" in onlyWith) builder.notAsked(type, onlyWith.countedBy.operation);
      else if (onlyWith.inUse) return false;
      else builder.notAsked(type, onlyWith.type);
      builder.saveCursor(type, null);
      presences.get(type)?.tell(presence);
      return true;
    },
  };
}

/** What an outcome says of a call by which types were to be counted: it costs a call, and no evidence. */
const UNCOUNTED = "not counted, so that each type is asked for itself";

/** What a call says of the number of a type's resources. A number that is not there says nothing. */
async function presenceBy(
  { countedBy, of, counts }: Counted,
  count: Parameters<Prerequisites["isMissing"]>[2],
  uncounted: (error: unknown) => void,
): Promise<"some" | "none" | "unknown"> {
  let answer: Awaited<ReturnType<typeof count>>;
  try {
    answer = await count(countedBy);
  } catch (error) {
    // The type's own listing meets the same deadline.
    if (error instanceof DeadlineReached) return "unknown";
    throw error;
  }
  for (const { error } of answer.failed) uncounted(error);
  if (answer.failed.length) return "unknown";
  const about = answer.found.flatMap(({ resource }) => (!of || valueAt(resource, of[0]) === of[1] ? [resource] : []));
  if (!counts) return about.length ? "some" : "none";
  const numbers = about.flatMap((each) => counts.map((path) => valueAt(each, path)));
  if (!numbers.length || numbers.some((each) => typeof each !== "number")) return "unknown";
  return numbers.every((each) => each === 0) ? "none" : "some";
}
