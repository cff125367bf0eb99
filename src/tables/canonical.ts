import { createHash } from "node:crypto";
import type { Item } from "../evidence/item.ts";

/**
 * Members whose value changes although nobody changed the resource: times of last use, counters, sizes.
 * A comparison leaves them out unless it is told otherwise.
 */
export const VOLATILE: ReadonlySet<string> = new Set(
  [
    "ApproximateNumberOfMessages ApproximateNumberOfMessagesDelayed ApproximateNumberOfMessagesNotVisible",
    "AvailableIpAddressCount BucketSizeBytes CertificateLastRenewed CurrentSize EstimatedNumberOfUsers GeneratedTime",
    "ItemCount",
    "LastAccessed LastAccessedDate LastAuthenticated LastAuthenticatedTime LastConfirmedTimestamp LastConnectionTime",
    "LastCrawl LastEvaluationTime LastEventTimestamp LastHeartbeat LastIngestionTime LastModifiedInSeconds LastPing",
    "LastPingDateTime LastPullTime LastRecordedPullTime LastReportedAt LastRestorableTime LastRun LastRunTime LastSeen",
    "LastStatusUpdateTime LastSuccessfulRun LastSync LastUpdatedInSeconds LastUsed LastUsedDate LatestDeliveryTime",
    "LatestRestorableDateTime LatestRestorableTime MetricFilterCount NumberOfMessages PasswordLastUsed PercentProgress",
    "PingStatus RoleLastUsed RunningCount PendingCount SizeInBytes StoredBytes TableSizeBytes UsedBytes",
  ]
    .join(" ")
    .split(" ")
    .map((name) => name.toLowerCase()),
);

/** Lists whose order means something; in every other list AWS's order does not. */
const ORDERED: ReadonlySet<string> = new Set(
  "Arguments Args Command CacheBehaviors EntryPoint NameServers OrderedItems Path Stages Steps"
    .split(" ")
    .map((name) => name.toLowerCase()),
);

/**
 * Whether the order of a member's list means something.
 * @param within whether that is so of what the member is in: CloudFront wraps a list into `{Quantity, Items}`, and the
 * order belongs to the wrapper's name
 */
export const isOrdered = (member: string, within: boolean): boolean =>
  ORDERED.has(member.toLowerCase()) || (within && member === "Items");

/** JSON that stands in a text, as policies do: as it is or percent-encoded. */
function documentIn(text: string): unknown {
  const plain = text.startsWith("%7B") ? decoded(text) : text;
  if (!/^\s*\{/.test(plain)) return undefined;
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
}
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export interface Canonical {
  /** Whether {@link VOLATILE} members stay. */
  volatile: boolean;
}

/**
 * A value in the one form that two reads of the same thing have: keys in order, lists in order where their order means
 * nothing, JSON texts taken apart, no volatile members.
 */
export function canonical(value: unknown, { volatile }: Canonical = { volatile: false }, ordered = false): unknown {
  if (typeof value === "string") {
    const document = documentIn(value);
    return document === undefined ? value : canonical(document, { volatile });
  }
  if (Array.isArray(value)) {
    const list = value.map((each) => canonical(each, { volatile }));
    if (ordered || list.length < 2) return list;
    return list
      .map((each) => [JSON.stringify(each), each] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, each]) => each);
  }
  if (value === null || typeof value !== "object") return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const name = key.toLowerCase();
    if (!volatile && VOLATILE.has(name)) continue;
    const member = (value as Record<string, unknown>)[key];
    result[key] = canonical(member, { volatile }, isOrdered(key, ordered));
  }
  return result;
}

/** Two resources with the same fingerprint do not differ: of the canonical configuration and the tags, hex. */
export const fingerprint = ({ configuration, tags }: Pick<Item, "configuration" | "tags">): string =>
  createHash("sha256")
    .update(JSON.stringify(canonical({ configuration, tags })))
    .digest("hex")
    .slice(0, 32);
