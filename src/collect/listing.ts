import { createHash } from "node:crypto";
import type { Listing, Read } from "../auditors/collector.ts";
import { inputFor } from "../auditors/inputs.ts";
import { valuesAt, type Where } from "../auditors/paths.ts";
import { type Calls, pages, type Values } from "./calls.ts";
import { allOf, DeadlineReached } from "./deadline.ts";
import { hasErrorCode } from "./problem.ts";

/** A listed resource, and when the answer that has it arrived. */
export interface Found {
  resource: Values;
  collectedAt: string;
}

/** Where and with what a listing is read. */
export interface Listings {
  calls: Calls;
  where: Where;
  now: () => number;
  /** A parent's resources, read once for all who need them; with the calls that did not answer. */
  parents: (listing: Listing) => Promise<{ found: Found[]; failed: { read: Read; error: unknown }[] }>;
}

export interface PageHandler {
  /** Gets each page; an empty one where AWS answers that there are none. */
  onPage: (page: Found[]) => Promise<void>;
  /** Gets each call that did not answer; the others go on. */
  onError: (read: Read, error: unknown) => void;
  /** How far a task before this one came, kept up to date. */
  progress?: Progress;
}

/** How far a listing is read: which of its chains of pages are, and where the others go on. */
export interface Progress {
  isDone: (chain: string) => boolean;
  tokensOf: (chain: string) => Values | undefined;
  reached: (chain: string, next: Values | undefined) => void;
}

/** A short name of a value, for telling chains apart. */
export const nameOfChain = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 8);

/** Reads a listing: its own calls, or one of each of its parent's resources. @throws DeadlineReached */
export async function walk(listing: Listing, listings: Listings, handler: PageHandler): Promise<void> {
  const { where } = listings;
  const { parent } = listing;
  if (!parent) {
    await allOf(listing.inputs(where).map((input) => walkInput(listing, input, {}, listings, handler)));
    return;
  }
  const { found, failed } = await listings.parents(parent.listing);
  for (const { read, error } of failed) handler.onError(read, error);
  if (!found.length && !failed.length) await handler.onPage([]);
  const below = async ({ resource }: Found): Promise<void> => {
    const input = inputFor(parent.input, resource, { ...where, arn: null });
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
  const { onPage: take, onError, progress } = handler;
  const chain = nameOfChain(input);
  if (progress?.isDone(chain)) return;
  // What names the parent stands in the resource, where AWS leaves it out.
  const names = Object.fromEntries(Object.entries(of).filter(([, value]) => typeof value === "string"));
  const eachAnswer = async (answer: Values, next: Values | undefined): Promise<void> => {
    const collectedAt = new Date(now()).toISOString();
    const resources = listing.items === undefined ? [answer] : valuesAt(answer, listing.items);
    await take(
      resources.map((each) => ({
        collectedAt,
        resource: { ...names, ...(typeof each === "object" ? (each as Values) : { [listing.as ?? "value"]: each }) },
      })),
    );
    progress?.reached(chain, next);
  };
  try {
    await pages(calls, listing, where.region, input, eachAnswer, progress?.tokensOf(chain));
  } catch (error) {
    if (error instanceof DeadlineReached) throw error;
    if (hasErrorCode(error, listing.none)) await take([]);
    else onError(listing, error);
    progress?.reached(chain, undefined);
  }
}
