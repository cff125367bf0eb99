import type { Listing, Read } from "../auditors/collector.ts";
import { inputFor } from "../auditors/inputs.ts";
import { valuesAt, type Where } from "../auditors/paths.ts";
import { type Calls, serviceIdOf, type Values } from "./calls.ts";
import { allOf, DeadlineReached } from "./deadline.ts";
import { distinctOf, type Identity } from "./distinct.ts";
import { isGone } from "./gone.ts";
import { nameOfChain, pages } from "./pages.ts";
import { hasErrorCode, wordsOf } from "./problem.ts";

/** A listed resource, and when the answer that has it arrived. */
export interface Found {
  resource: Values;
  collectedAt: string;
  /** Tells it from the others of its listing, below whichever parent; left out where it has no name. */
  name?: string;
}

/** A listing that was read once for several: with the calls that did not answer, and what its pages said twice. */
export interface ReadOnce {
  found: Found[];
  failed: { read: Read; error: unknown; begun: boolean }[];
  overlaps: { read: Read; times: number }[];
  gone: { read: Read; error: unknown }[];
}

/** Where and with what a listing is read. */
export interface Listings {
  calls: Calls;
  where: Where;
  now: () => number;
  /** A parent's resources, read once for all who need them. */
  parents: (listing: Listing) => Promise<ReadOnce>;
}

export interface PageHandler {
  /** Gets each page; an empty one where AWS answers that there are none. */
  onPage: (page: Found[]) => Promise<void>;
  /** Gets each call that did not answer, and whether the same listing had begun to; the others go on. */
  onError: (read: Read, error: unknown, begun: boolean) => void;
  /** Gets how many resources of a page stood on one before. */
  onOverlap?: (read: Read, times: number) => void;
  /** Gets each call whose parent was deleted between the listings: there are no children, and that is said. */
  onGone?: (read: Read, error: unknown) => void;
  /** What tells the resources apart. */
  identity?: Identity;
  /** How far a task before this one came, kept up to date. */
  progress?: Progress;
}

/** How far a listing is read: which of its chains of pages are, and where the others go on. */
export interface Progress {
  isDone: (chain: string) => boolean;
  tokensOf: (chain: string) => Values | undefined;
  /** Short names of what was on the chain's pages before, as far as they were handed over. */
  namesOf: (chain: string) => readonly string[];
  /** @param names of what was on its pages so far: the last ones, asked for only where the chain goes on */
  reached: (chain: string, next: Values | undefined, names?: (atMost: number) => string[]) => void;
}

/** Reads a listing: its own calls, or one of each of its parent's resources. @throws DeadlineReached */
export async function walk(listing: Listing, listings: Listings, handler: PageHandler): Promise<void> {
  const { where } = listings;
  const { parent } = listing;
  if (!parent) {
    await allOf(listing.inputs(where).map((input) => walkInput(listing, input, {}, listings, handler)));
    return;
  }
  const { found, failed } = await listings.parents(parent.listing);
  for (const { read, error, begun } of failed) handler.onError(read, error, begun);
  if (!found.length && !failed.length) await handler.onPage([]);
  const descended = new Set<string>();
  const below = async ({ resource }: Found): Promise<void> => {
    const input = inputFor(parent.input, resource, { ...where, arn: null });
    // What stands below itself would be read for ever.
    const name = parent.recursive ? nameOfChain(input) : "";
    if (parent.recursive && descended.has(name)) return;
    descended.add(name);
    await walkInput(listing, input, input, listings, {
      ...handler,
      onPage: async (page) => {
        await handler.onPage(page);
        if (parent.recursive) await allOf(page.map(below));
      },
    });
  };
  await allOf(found.map(below));
}

async function walkInput(listing: Listing, input: Values, of: Values, listings: Listings, handler: PageHandler) {
  const { calls, where, now } = listings;
  const { onPage, onError, onOverlap, onGone, progress, identity = () => undefined } = handler;
  const chain = nameOfChain(input);
  if (progress?.isDone(chain)) return;
  // What names the parent stands in the resource, where AWS leaves it out.
  const names = Object.fromEntries(Object.entries(of).filter(([, value]) => typeof value === "string"));
  const distinct = distinctOf(identity, progress?.namesOf(chain));
  const from = progress?.tokensOf(chain);
  let begun = from !== undefined;
  const eachAnswer = async (answer: Values, next: Values | undefined): Promise<void> => {
    begun = true;
    const collectedAt = new Date(now()).toISOString();
    const listed = listing.items === undefined ? [answer] : valuesAt(answer, listing.items);
    const resources = listed.map((each) => ({
      ...names,
      ...(typeof each === "object" ? (each as Values) : { [listing.as ?? "value"]: each }),
    }));
    const unseen = distinct.unseen(resources);
    if (unseen.length < resources.length) onOverlap?.(listing, resources.length - unseen.length);
    const counts = new Map<string, number>();
    const found = unseen.map((resource): Found => {
      const name = identity(resource);
      if (name === undefined) return { collectedAt, resource };
      // On one page there may be two of one name.
      const twins = counts.get(name) ?? 0;
      counts.set(name, twins + 1);
      return { collectedAt, resource, name: [chain, name, ...(twins ? [twins] : [])].join(" ") };
    });
    await onPage(found);
    progress?.reached(chain, next, distinct.names);
  };
  try {
    await pages({ calls, region: where.region }, listing, input, eachAnswer, from);
  } catch (error) {
    if (error instanceof DeadlineReached) throw error;
    // That there is none is believed of a listing as a whole, not of its end.
    if (!begun && hasErrorCode(error, listing.none)) await onPage([]);
    else if (!begun && isParentGone(of, error, serviceIdOf(calls, listing, where.region))) {
      onGone?.(listing, error);
      await onPage([]);
    } else onError(listing, error, begun);
    progress?.reached(chain, undefined);
  }
}

/** Whether a call that names a parent says that the parent is gone. A parent that is denied or throttled is none. */
const isParentGone = (of: Values, error: unknown, serviceId: string | undefined): boolean =>
  Object.values(of).some((value) => typeof value === "string" || Array.isArray(value)) &&
  isGone(wordsOf(error), serviceId);
