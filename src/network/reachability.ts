import {
  type AddressSet,
  difference,
  EVERY_ADDRESS,
  EVERY_IPV4,
  EVERY_IPV6,
  intersection,
  union,
} from "./addresses.ts";
import { PUBLIC } from "./internet.ts";
import { type AclEntry, aclOpenings } from "./networkAcls.ts";
import { type Opening, openings } from "./openings.ts";
import { joined, LAST_PORT, piecesOf, protocolOf } from "./ports.ts";
import type { PrefixLists } from "./prefixLists.ts";
import {
  type Audience,
  anyOf,
  audience,
  both,
  exactly,
  NOBODY,
  notKnown,
  perhaps,
  type Reach,
  sameReach,
} from "./reach.ts";
import { internetRoutes, type Route } from "./routes.ts";
import { type GroupRule, groupOpenings } from "./securityGroups.ts";

/** What stands between the world and a network interface; undefined: not known. */
export interface Interface {
  /** Whether the internet has an IPv4 address for it. */
  publicIpv4: boolean | undefined;
  /** Whether it has an IPv6 address, which is one of the internet's. */
  ipv6: boolean | undefined;
  /** Rules about what comes in, of all its security groups together. */
  groupRules: readonly GroupRule[] | undefined;
  /** Entries about what comes in, of its subnet's ACL. */
  aclEntries: readonly AclEntry[] | undefined;
  /** Of its subnet's route table. */
  routes: readonly Route[] | undefined;
  /** Whether VPC Block Public Access keeps the internet out of its subnet; left out: it does not. */
  internetKeptOut?: boolean | undefined;
}

const PRIVATE: AddressSet = difference(EVERY_ADDRESS, PUBLIC);

/** From where a packet can come at all: from the internet by an address of its own and a route, from inside always. */
function pathTo(of: Interface, lists: PrefixLists): Reach {
  const { publicIpv4, ipv6, routes } = of;
  const keptOut = "internetKeptOut" in of ? of.internetKeptOut : false;
  const part = (has: boolean | undefined, family: AddressSet, name: string): Reach => {
    if (has === false || keptOut) return NOBODY;
    const addresses = intersection(PUBLIC, family);
    const routed = routes ? internetRoutes(routes, lists) : notKnown("its route table was not read", PUBLIC);
    const here = both(exactly(addresses), routed);
    const known = has ? here : perhaps(here, `whether it has ${name}`);
    return keptOut === false ? known : perhaps(known, "whether VPC Block Public Access keeps the internet out");
  };
  const [four, six] = [part(publicIpv4, EVERY_IPV4, "a public address"), part(ipv6, EVERY_IPV6, "an IPv6 address")];
  return {
    certain: union(PRIVATE, four.certain, six.certain),
    possible: union(PRIVATE, four.possible, six.possible),
    named: [],
    unknown: [...new Set([...four.unknown, ...six.unknown])].sort(),
  };
}

/** Who is let in to a piece of traffic that lies within one piece of each. */
const within = (all: readonly Opening[], protocol: string, port: number): Reach =>
  (
    all.find(
      (each) => each.protocol === protocol && (!each.ports || (each.ports.from <= port && port <= each.ports.to)),
    ) ??
    // A protocol that no rule names is among all others.
    (["tcp", "udp"].includes(protocol) ? undefined : all.find((each) => each.protocol === "all"))
  )?.reach ?? NOBODY;

/**
 * Who can reach an interface, piece by piece of all traffic: by an address and a route, past the subnet's ACL, let in by
 * a security group. What comes in is looked at: an ACL that lets no answer out closes a port that counts as open here.
 */
export function interfaceOpenings(of: Interface, lists: PrefixLists): Opening[] {
  const path = pathTo(of, lists);
  const groups = of.groupRules && groupOpenings(of.groupRules, lists);
  const acl = of.aclEntries && aclOpenings(of.aclEntries);
  const cuts = piecesOf(
    [...(groups ?? []), ...(acl ?? [])].map(({ protocol, ports }) => ({ protocol, from: 0, to: 65_535, ...ports })),
  );
  const pieces = cuts.map((traffic) => {
    const port = traffic.ports?.from ?? 0;
    const byGroups = groups ? within(groups, traffic.protocol, port) : notKnown("a security group was not read");
    const byAcl = acl ? within(acl, traffic.protocol, port) : notKnown("the subnet's ACL was not read");
    return { ...traffic, said: both(both(byGroups, byAcl), path) };
  });
  return openings(joined(pieces, sameReach));
}

/** Who reaches what has several interfaces: whoever reaches one of them. */
export function anyInterface(ways: readonly (readonly Opening[])[]): Opening[] {
  if (ways.length === 1) return [...ways[0]!];
  const cuts = piecesOf(ways.flat().map(({ protocol, ports }) => ({ protocol, from: 0, to: LAST_PORT, ...ports })));
  const pieces = cuts.map((traffic) => ({
    ...traffic,
    said: anyOf([NOBODY, ...ways.map((way) => within(way, traffic.protocol, traffic.ports?.from ?? 0))]),
  }));
  return openings(joined(pieces, sameReach));
}

/** Who can reach one port of an interface. */
export function whoReaches(
  of: Interface,
  protocol: string | number,
  port: number,
  lists: PrefixLists = new Map(),
): { audience: Audience; reach: Reach } {
  const reach = within(interfaceOpenings(of, lists), protocolOf(protocol) ?? "all", port);
  return { audience: audience(reach), reach };
}
