import type { Item } from "../evidence/item.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { cidrsOf, FAMILIES, union } from "../network/addresses.ts";
import type { Opening } from "../network/openings.ts";
import type { PrefixList } from "../network/prefixLists.ts";
import { audienceOf, reachOf } from "../network/reach.ts";
import { itemsOf } from "./evidenceItems.ts";
import { DECIDING_TYPES, noNetwork, note, prefixListOf } from "./networkFacts.ts";
import { isReached, type NetworkContext, REACHED_TYPES, reachedBy } from "./networkReached.ts";
import type { Objects } from "./objects.ts";
import type { Row } from "./parquetFile.ts";
import { textAt } from "./reading.ts";
import { type Citation, citation } from "./resourceRow.ts";

/** Types without which the table cannot be derived. */
export const NETWORK_TYPES: ReadonlySet<string> = new Set([...DECIDING_TYPES, ...REACHED_TYPES]);

/** Ranges of a row at most: an ACL that denies one address lets in as many ranges as there are bits. */
const RANGES_AT_MOST = 64;

/** Which listings of a run's plan are not whole, and which types nobody asked for. */
export interface Unlisted {
  /** `type account region` of each. */
  unread: ReadonlySet<string>;
  requested: ReadonlySet<string>;
}

/** The rows of one resource: for each family of addresses a row for each opening, or one that says nobody. */
export function openingRows(item: Item, cited: Citation, context: NetworkContext): Row[] {
  const { resource_type } = item;
  if (!isReached(resource_type)) return [];
  const { openings, path, evidence } = reachedBy({ ...item, resource_type }, context);
  const lines = [...new Set([cited, ...evidence].map(citation))];
  const row = (family: string, { protocol, ports, reach }: Partial<Opening>, said: string): Row => {
    const cidrs = reach ? cidrsOf(union(reach.certain, reach.possible)) : [];
    return [
      item.run_id,
      item.account_id,
      item.region,
      item.resource_type,
      item.resource_id,
      item.arn,
      item.name,
      family,
      protocol ?? null,
      ports?.from ?? null,
      ports?.to ?? null,
      said,
      cidrs.length > RANGES_AT_MOST
        ? [...cidrs.slice(0, RANGES_AT_MOST), `and ${cidrs.length - RANGES_AT_MOST} more`]
        : cidrs,
      reach?.named ?? [],
      path,
      reach?.unknown.length ? reach.unknown.join("; ") : null,
      cited.object,
      cited.line,
      lines,
    ];
  };
  return FAMILIES.flatMap((family) => {
    const rows = openings.flatMap((opening) => {
      const reach = reachOf(opening.reach, family);
      const said = audienceOf(reach, family);
      return said === "nobody" ? [] : [row(family, { ...opening, reach }, said)];
    });
    return rows.length ? rows : [row(family, {}, "nobody")];
  });
}

/** Whether an account's rows are in a part of the table. */
const isIn = (account: string, { index, of }: { index: number; of: number }): boolean =>
  Number(account.slice(-6)) % of === index;

/**
 * Who can reach what, of the accounts of one part. What stands in an account and region is held at once, as rules,
 * routes and what they protect are different resources.
 * @throws EvidenceError
 */
export async function* networkOpeningRows(
  objects: Objects,
  evidence: readonly EvidenceObject[],
  { unread, requested }: Unlisted,
  share = { index: 0, of: 1 },
): AsyncGenerator<Row> {
  const contexts = new Map<string, NetworkContext>();
  const lists = new Map<string, PrefixList>();
  const listLines = new Map<string, Citation>();
  const contextOf = ({ account_id, region }: Item): NetworkContext => {
    const scope = `${account_id} ${region}`;
    const known = contexts.get(scope);
    if (known) return known;
    const created: NetworkContext = {
      network: noNetwork(),
      lists,
      listLines,
      found: new Map(),
      unread: (type) => unread.has(`${type} ${scope}`),
      unrequested: (type) => !requested.has(type),
    };
    contexts.set(scope, created);
    return created;
  };
  for (const object of evidence)
    if (DECIDING_TYPES.some((type) => type === object.resource_type))
      for await (const [item, cited] of itemsOf(objects, object)) {
        // A list is shared with other accounts, and its id is its own in all of them.
        if (item.resource_type === "AWS::EC2::PrefixList") {
          const id = textAt(item.configuration, "PrefixListId") ?? item.resource_id;
          if (lists.get(id)?.entries) continue;
          lists.set(id, prefixListOf(item));
          listLines.set(id, cited);
        } else if (isIn(item.account_id, share)) note(contextOf(item).network, item, cited);
      }
  for (const object of evidence)
    if (isReached(object.resource_type))
      for await (const [item, cited] of itemsOf(objects, object)) {
        if (isIn(item.account_id, share)) yield* openingRows(item, cited, contextOf(item));
      }
}
