import {
  type AddressSet,
  addressesOf,
  difference,
  EVERY_ADDRESS,
  intersection,
  NO_ADDRESS,
  union,
} from "./addresses.ts";
import { PUBLIC } from "./internet.ts";
import { addressesOfList, type PrefixLists } from "./prefixLists.ts";
import type { Reach } from "./reach.ts";

/** A route of a route table, as EC2 answers it. */
export interface Route {
  cidrIpv4?: string | null;
  cidrIpv6?: string | null;
  prefixListId?: string | null;
  /** The id of what it leads to: `igw-…`, `nat-…`, `local`, `tgw-…`; undefined where none is named. */
  target?: string | null;
  /** `active` or `blackhole`. */
  state?: string | null;
}

/**
 * What a route leads to, by its target's id.
 * - `internet`: an internet gateway, by which the internet also comes in.
 * - `outbound`: NAT and egress-only gateways, by which nobody comes in who was not asked.
 * - `private`: other networks of one's own.
 * - `unclear`: something that forwards as it likes: an appliance, a firewall, an interface.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html
 */
export function targetKind(target: string | null | undefined): "internet" | "outbound" | "private" | "unclear" {
  const kind = /^[a-z]+/.exec(target ?? "")?.[0] ?? "";
  if (kind === "igw") return "internet";
  if (["nat", "eigw", "cagw"].includes(kind)) return "outbound";
  if (["local", "tgw", "vgw", "pcx", "lgw", "arn"].includes(kind)) return "private";
  return "unclear";
}

interface Span {
  addresses: AddressSet;
  /** Of the set: every block of it is decided by the longest prefix. */
  prefix: number;
  kind: ReturnType<typeof targetKind> | "nowhere";
  sure: boolean;
  why?: string;
}

function spansOf(route: Route, lists: PrefixLists): Span[] {
  const kind = route.state === "blackhole" ? "nowhere" : targetKind(route.target);
  const unclear = kind === "unclear" ? `a route leads to ${route.target ?? "an unknown target"}` : undefined;
  const span = (addresses: AddressSet, prefix: number, sure = true, why?: string): Span => ({
    addresses,
    prefix,
    kind,
    sure,
    ...((why ?? unclear) ? { why: why ?? unclear! } : {}),
  });
  if (route.prefixListId) {
    const list = lists.get(route.prefixListId);
    const blocks = list?.entries?.map((entry) => ({ entry, addresses: addressesOf(entry) }));
    if (blocks?.every(({ addresses }) => addresses))
      return blocks.map(({ entry, addresses }) => span(addresses!, prefixOf(entry)));
    // A gateway endpoint takes the addresses of one service of AWS out of the way, and lets nobody in.
    if (route.target?.startsWith("vpce-")) return [];
    const { possible } = addressesOfList(route.prefixListId, lists);
    return [span(possible, 129, false, `a route of the prefix list ${route.prefixListId}, which was not read`)];
  }
  return [route.cidrIpv4, route.cidrIpv6].flatMap((cidr) => {
    if (!cidr) return [];
    const addresses = addressesOf(cidr);
    return addresses ? [span(addresses, prefixOf(cidr))] : [span(EVERY_ADDRESS, 129, false, "a route to no address")];
  });
}

const prefixOf = (cidr: string): number => Number(cidr.split("/")[1] ?? 128);

/**
 * From which addresses one is reached by an internet gateway: those to which the answer goes back by it, as the route
 * with the longest prefix says.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html#route-tables-priority
 */
export function internetRoutes(routes: readonly Route[], lists: PrefixLists): Reach {
  const spans = routes.flatMap((route) => spansOf(route, lists)).sort((a, b) => b.prefix - a.prefix);
  let [certain, possible] = [NO_ADDRESS, NO_ADDRESS];
  let [undecided, perhaps] = [EVERY_ADDRESS, EVERY_ADDRESS];
  const unknown = new Set<string>();
  for (const { addresses, kind, sure, why } of spans) {
    if (kind === "internet" || kind === "unclear") possible = union(possible, intersection(perhaps, addresses));
    if (kind === "internet" && sure) certain = union(certain, intersection(undecided, addresses));
    undecided = difference(undecided, addresses);
    if (sure) perhaps = difference(perhaps, addresses);
    if (why) unknown.add(why);
  }
  const onInternet = { certain: intersection(certain, PUBLIC), possible: intersection(possible, PUBLIC) };
  return { ...onInternet, named: [], unknown: [...unknown].sort() };
}
