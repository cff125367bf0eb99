import {
  type Auditor,
  type ClientClass,
  type Collector,
  isGlobal,
  type JoinedListing,
  type Listing,
  type Read,
  type SdkClient,
  type Service,
  type Tags,
} from "../auditors/collector.ts";
import { valueAt, type Where } from "../auditors/paths.ts";
import type { Item } from "../evidence/item.ts";
import { GLOBAL, type PlannedItem } from "../evidence/plan.ts";
import type { Session } from "./accountSession.ts";
import { type Calls, serviceIdOf, type Values } from "./calls.ts";
import { allOf, DeadlineReached } from "./deadline.ts";
import { type Described, type Describing, describePage, nameOf } from "./describe.ts";
import type { Identity } from "./distinct.ts";
import { NotAsked, type RegionCalls, regionCalls } from "./givingUp.ts";
import { type Found, type Listings, type PageHandler, type Progress, type ReadOnce, walk } from "./listing.ts";
import type { Offering } from "./offering.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { nameOfChain } from "./pages.ts";
import { type Follower, type Prerequisites, prerequisitesOf } from "./prerequisites.ts";
import { problemOf } from "./problem.ts";
import { digestsOf, redact, redactNamed } from "./redact.ts";
import { Silence } from "./silence.ts";

/** What reading one planned item needs. */
export interface Reading {
  runId: string;
  partition: string;
  item: PlannedItem;
  /** The account's, where one had to be entered. */
  session?: Session;
  clientOf: (client: ClientClass, region: string) => SdkClient;
  /** The region that global services are called in. */
  homeRegion: string;
  /** Whether the region is known to be open to the account. Where it is not, an answer may say that it is closed. */
  regionIsOpen?: boolean;
  /** Which services AWS does not offer in the region; left out, each is asked. */
  offering?: Offering | undefined;
  budget: Calls["budget"];
  bucketsFor: Calls["bucketsFor"];
  hasEnded?: Calls["hasEnded"];
  builder: OutcomeBuilder;
  /** Fires when the task has to commit. */
  deadline: AbortSignal;
  now: () => number;
  wait: (ms: number) => Promise<void>;
  write: (item: Item) => Promise<void>;
  /** The deployment's secret that keys the digests of what can be a secret. */
  digestKey: string;
}

/** What an auditor reads in a planned item: its global types under `global`, the others in each region. */
export const collectorsFor = ({ collectors }: Service, region: string): Collector[] =>
  collectors.filter((collector) => isGlobal(collector) === (region === GLOBAL));

/** Reads everything of one planned item and hands over each resource as an item. Problems go into the builder. */
export async function readItem(auditor: Auditor, reading: Reading): Promise<void> {
  const region = regionCalls();
  const collectors = auditor.services.flatMap((service) => collectorsFor(service, reading.item.region));
  const prerequisites = prerequisitesOf(collectors);
  await allOf(
    auditor.services.map((service) => readService(auditor.name, service, reading, { region, prerequisites })),
  );
}

async function readService(
  auditor: string,
  service: Service,
  reading: Reading,
  { region, prerequisites }: { region: RegionCalls; prerequisites: Prerequisites },
): Promise<void> {
  const { item, builder, partition } = reading;
  const collectors = collectorsFor(service, item.region);
  const calls: Calls = {
    client: service.client,
    session: reading.session,
    clientOf: reading.clientOf,
    budget: reading.budget,
    bucketsFor: reading.bucketsFor,
    hasEnded: reading.hasEnded,
    builder,
    silence: new Silence(reading.deadline),
    region,
    deadline: reading.deadline,
    wait: reading.wait,
  };
  const counting = collectors.flatMap(({ onlyWith }) =>
    onlyWith && "countedBy" in onlyWith ? [onlyWith.countedBy] : [],
  );
  const parents = new Set([...counting, ...collectors.flatMap(({ listing }) => ancestors(listing))]);
  const shared = new Map<Listing, ReturnType<Listings["parents"]>>();
  const listingsIn = (region: string): Listings => {
    const listings: Listings = {
      calls,
      now: reading.now,
      where: { partition, account: item.account_id, region },
      parents: (listing) => {
        let all = shared.get(listing);
        if (!all) {
          const own = collectors.find((each) => each.listing === listing);
          all = readAll(listing, listings, own && identityOf(own, listings.where));
          shared.set(listing, all);
        }
        return all;
      },
    };
    return listings;
  };
  const readOne = async (collector: Collector, follower: Follower): Promise<void> => {
    if (builder.cursorOf(collector.type) === null || (await isNotOffered(collector, service, reading))) return;
    const listings = listingsIn(calledIn(collector, reading));
    if (await prerequisites.isMissing(collector, builder, listings.parents)) return;
    const isParent = parents.has(collector.listing) || collector.listing.parent?.recursive === true;
    await readCollector(auditor, collector, reading, listings, { isParent, follower });
  };
  await allOf(
    collectors.map((collector) => {
      const follower = prerequisites.follow(collector);
      return readOne(collector, follower).finally(follower.ended);
    }),
  );
}

/** Whether AWS does not offer a service that the type is listed by in the region; then that is all there is to say of it. */
async function isNotOffered({ type, listing, scope }: Collector, service: Service, reading: Reading): Promise<boolean> {
  const { builder, item, clientOf, offering, deadline } = reading;
  if (!offering || scope !== "regional") return false;
  for (const read of [listing, ...ancestors(listing)]) {
    const clientIn = (region: string) => clientOf(read.client ?? service.client, region);
    const lacks = await offering(read, clientIn, item.region);
    // Said by the task that goes on, where this one has to commit.
    if (deadline.aborted) return true;
    if (!lacks) continue;
    const { service: operation, message } = lacks;
    const said = { operation, resource_type: type, code: "NotOffered", message, times: 1 };
    builder.problem({ status: "not-enabled", error: { ...said, status: "not-enabled", incomplete: "resources" } });
    builder.note({ operation, code: "NotOffered", message, times: 1 });
    builder.saveCursor(type, null);
    return true;
  }
  return false;
}

/** Reads a type of resource. What is not read when the deadline comes is left to the task that goes on. */
async function readCollector(
  auditor: string,
  collector: Collector,
  reading: Reading,
  listings: Listings,
  { isParent, follower }: { isParent: boolean; follower: Follower },
): Promise<void> {
  const { type, listing } = collector;
  const { builder } = reading;
  const isFresh = builder.cursorOf(type) === undefined;
  const problem = problemsOf(collector, reading, listings);
  let tagged: ReturnType<Describing["bulkTags"]> | undefined;
  let said: ReturnType<Describing["joinedParts"]> | undefined;
  const describing: Describing = {
    collector,
    calls: listings.calls,
    where: listings.where,
    problem,
    bulkTags: () => {
      tagged ??= tagsByArn(collector.tags, listings, problem);
      return tagged;
    },
    joinedParts: () => {
      said ??= partsByKey(collector.joined, listings, problem);
      return said;
    },
  };
  const handler = {
    onPage: async (page: Found[]) => {
      if (page.length) follower.found();
      const described = await describePage(page, describing);
      // A page is written whole or, when the deadline comes first, not at all.
      builder.listed(type);
      for (const each of described) {
        if (collector.only?.({ ...each.resource, ...each.details }) === false) continue;
        const writtenItem = itemOf(auditor, collector, reading, listings.where, each);
        if (!writtenItem.resource_id)
          builder.note({ ...NO_ID, operation: listing.operation, resource_type: type, times: 1 });
        await reading.write(writtenItem);
        builder.itemWritten(type);
      }
    },
    onError: (read: Read, error: unknown, begun: boolean) =>
      follower.failed(problem(read, error, "resources", { begun })),
    onOverlap: ({ operation }: Read, times: number) =>
      builder.note({ operation, resource_type: type, code: "PagesOverlap", message: OVERLAP, times }),
    onGone: (read: Read, error: unknown) => follower.failed(problem(read, error, "resources", { names: true })),
    progress: progressOf(type, builder),
  };
  try {
    const identity = identityOf(collector, listings.where);
    if (isParent) await takeAll(await listings.parents(listing), handler);
    else await walk(listing, listings, { ...handler, identity });
    builder.saveCursor(type, null);
    if (isFresh) follower.readWhole();
  } catch (error) {
    if (!(error instanceof DeadlineReached)) throw error;
  }
}

/** Takes down the calls of a collector that did not answer. */
function problemsOf(
  { type, notEnabled }: Collector,
  { builder, item, regionIsOpen }: Reading,
  { calls, where }: Listings,
): Describing["problem"] {
  // What is global has no region that an account could close.
  const open = regionIsOpen === true || item.region === GLOBAL;
  return (read, error, incomplete, { begun = false, names = false } = {}) => {
    const { operation, actions } = read;
    // One line says for all types that they were not asked for.
    const isOfRegion = error instanceof NotAsked && error.name === "RegionDenied";
    const about = isOfRegion
      ? { operation: "any", actions: [] }
      : { operation, actions, resourceType: type, incomplete };
    const serviceId = names ? serviceIdOf(calls, read, where.region) : undefined;
    const met = problemOf(error, { ...about, notEnabled, begun, open, names: names ? { serviceId } : undefined });
    calls.region?.refused(met);
    builder.problem(met);
    return met;
  };
}

/** What the outcome says of resources that AWS gave no id, no ARN and no name. */
const NO_ID = { code: "NoIdentifier", message: "answered with a resource that has no id, no ARN and no name" };
const OVERLAP = "answered with resources that stood on a page before: each is kept once";

/** What tells the resources of a type apart: the ARN where there is one, else the id. */
const identityOf =
  ({ id, arn }: Collector, where: Where): Identity =>
  (resource) =>
    (nameOf(arn, resource, where) ?? nameOf(id, resource, where)) || undefined;

/** Resources described and written together, where the whole listing is there at once. */
const SLICE = 100;

async function takeAll(
  { found, failed, overlaps, gone }: ReadOnce,
  { onPage, onError, progress, onOverlap, onGone }: Required<Omit<PageHandler, "identity">>,
): Promise<void> {
  for (const { read, error, begun } of failed) onError(read, error, begun);
  for (const { read, times } of overlaps) onOverlap(read, times);
  for (const { read, error } of gone) onGone(read, error);
  if (!found.length && !failed.length) await onPage([]);
  const open = found.filter((each) => !progress.isDone(doneName(each)));
  for (let start = 0; start < open.length; start += SLICE) {
    const slice = open.slice(start, start + SLICE);
    await onPage(slice);
    for (const each of slice) progress.reached(doneName(each), undefined);
  }
}

/** A resource's name for the next task, which lists it anew: what of it changes in between makes no other of it. */
const doneName = ({ name, resource }: Found): string => nameOfChain(name ?? resource);

/** Names of a type that are handed over, so that pages which overlap there are noticed: a task's event is small. */
const NAMES_AT_MOST = 250;

/** How far the listing of a type is read, as it is handed over. */
interface ListingCursor {
  done: string[];
  at: Record<string, string>;
  /** Short names of the last resources on the pages of what is not done, by chain. */
  names?: Record<string, string[]>;
}

/** How far the listing of a type is read; kept up to date in place, as a listing can have thousands of chains. */
function progressOf(type: string, builder: OutcomeBuilder): Progress {
  const before = builder.cursorOf(type) as Partial<ListingCursor> | undefined;
  const cursor = { done: before?.done ?? [], at: before?.at ?? {}, names: before?.names ?? {} };
  const done = new Set(cursor.done);
  return {
    isDone: (chain) => done.has(chain),
    tokensOf: (chain) => (cursor.at[chain] === undefined ? undefined : JSON.parse(cursor.at[chain])),
    namesOf: (chain) => cursor.names[chain] ?? [],
    reached: (chain, next, names) => {
      if (next) {
        cursor.at[chain] = JSON.stringify(next);
        const share = Math.max(1, Math.floor(NAMES_AT_MOST / Object.keys(cursor.at).length));
        cursor.names[chain] = names?.(share) ?? [];
      } else {
        delete cursor.at[chain];
        delete cursor.names[chain];
        done.add(chain);
        cursor.done.push(chain);
      }
      builder.saveCursor(type, cursor);
    },
  };
}

const ancestors = ({ parent }: Listing): Listing[] => (parent ? [parent.listing, ...ancestors(parent.listing)] : []);

async function readAll(listing: Listing, listings: Listings, identity?: Identity): Promise<ReadOnce> {
  const found: Found[] = [];
  const failed: ReadOnce["failed"] = [];
  const overlaps: ReadOnce["overlaps"] = [];
  const gone: ReadOnce["gone"] = [];
  await walk(listing, listings, {
    onPage: async (page) => {
      found.push(...page);
    },
    onError: (read, error, begun) => failed.push({ read, error, begun }),
    onOverlap: (read, times) => overlaps.push({ read, times }),
    onGone: (read, error) => gone.push({ read, error }),
    ...(identity ? { identity } : {}),
  });
  return { found, failed, overlaps, gone };
}

/** All that a listing answers with, by a member of it; or the code of the error that it met. */
async function byMember(
  { listing, key, of }: { listing: Listing; key: string; of: (resource: Values) => unknown },
  incomplete: "tags" | "details",
  listings: Listings,
  problem: Describing["problem"],
): Promise<ReadonlyMap<string, unknown> | string> {
  const { found, failed } = await listings.parents(listing);
  const codes = failed.map(({ read, error, begun }) => problem(read, error, incomplete, { begun }).error.code);
  return codes[0] ?? new Map(found.map(({ resource }) => [String(valueAt(resource, key)), of(resource)] as const));
}

async function tagsByArn(
  tags: Tags,
  listings: Listings,
  problem: Describing["problem"],
): ReturnType<Describing["bulkTags"]> {
  if (tags.kind !== "bulk") return new Map();
  return byMember({ ...tags, of: (resource) => valueAt(resource, tags.member) }, "tags", listings, problem);
}

async function partsByKey(
  joined: JoinedListing | undefined,
  listings: Listings,
  problem: Describing["problem"],
): ReturnType<Describing["joinedParts"]> {
  if (!joined) return new Map();
  const { listing, key } = joined;
  return byMember({ listing, key: key[0], of: (part) => part }, "details", listings, problem);
}

/** The region a collector calls: the planned one, that of global services, or the one region that has the service. */
function calledIn({ scope }: Collector, { item, homeRegion, partition }: Reading): string {
  if (scope === "regional") return item.region;
  // Home regions are those of the partition `aws`; other partitions answer for such services anywhere.
  return scope === "global" || partition !== "aws" ? homeRegion : scope;
}

/** The item of a resource that is described in full. */
function itemOf(
  auditor: string,
  collector: Collector,
  { runId, item, digestKey }: Reading,
  where: Where,
  { resource, collectedAt, arn, region, tags, tagsSource, details, unread }: Described,
): Item {
  const own = { ...where, region, arn };
  const digest = digestsOf(digestKey, item.account_id);
  const configuration = redact({ ...resource, ...details }, collector.redact, digest);
  const name = nameOf(collector.name, resource, own);
  const id =
    collector.id === undefined
      ? item.region === GLOBAL
        ? item.account_id
        : item.region
      : nameOf(collector.id, resource, own) || arn || name || "";
  return {
    run_id: runId,
    collected_at: collectedAt,
    account_id: item.account_id,
    region: collector.region ? region : item.region,
    resource_type: collector.type,
    resource_id: id,
    arn,
    name: collector.name === undefined ? id || null : name,
    tags,
    tags_source: tagsSource,
    configuration: collector.redactNames
      ? (redactNamed(configuration, collector.redactNames, digest) as Values)
      : configuration,
    ...(Object.keys(unread).length ? { unread } : {}),
    auditor,
    operation: collector.listing.operation,
  };
}
