import {
  type AddressSet,
  addressesOf,
  difference,
  EVERY_ADDRESS,
  intersection,
  NO_ADDRESS,
  union,
} from "./addresses.ts";
import { isAbout, type Opening, openings } from "./openings.ts";
import { joined, type Matched, matched, piecesOf, type Traffic } from "./ports.ts";
import { type Reach, sameReach } from "./reach.ts";

/** An entry of a network ACL about what comes in; what is left out is undefined or null. */
export interface AclEntry {
  ruleNumber: unknown;
  action: unknown;
  protocol: unknown;
  fromPort?: unknown;
  toPort?: unknown;
  cidrIpv4?: string | null;
  cidrIpv6?: string | null;
  /** Why it is not certain that it is about what comes in. */
  problem?: string;
}

interface Rule {
  number: number;
  about: Matched;
  allows: boolean;
  addresses: AddressSet;
  /** Why it may be about less than it says, or about nothing: what follows it is not certain then. */
  unclear?: string;
}

function ruleOf(entry: AclEntry): Rule {
  const about = matched(entry.protocol, entry.fromPort, entry.toPort);
  const cidrs = [entry.cidrIpv4, entry.cidrIpv6].filter((cidr) => cidr !== null && cidr !== undefined);
  const sets = cidrs.map((cidr) => addressesOf(cidr));
  const known = sets.filter((set) => set !== undefined);
  const number = Number(entry.ruleNumber ?? Number.NaN);
  const action = String(entry.action).toLowerCase();
  const unclear =
    entry.problem ||
    about?.unclear ||
    (!about && `the protocol ${JSON.stringify(entry.protocol)}`) ||
    (!sets.length && "no source") ||
    (known.length < sets.length && `the source ${JSON.stringify(cidrs[sets.indexOf(undefined)])}`) ||
    (!Number.isFinite(number) && "no rule number") ||
    (action !== "allow" && action !== "deny" && `the action ${JSON.stringify(entry.action)}`);
  return {
    // One without a number may stand anywhere, so that nothing after the first place is certain.
    number: Number.isFinite(number) ? number : -1,
    about: about && !about.unclear ? about : { protocol: about?.protocol ?? "all", from: 0, to: 65_535 },
    allows: action !== "deny",
    addresses: known.length && known.length === sets.length ? union(...known) : EVERY_ADDRESS,
    ...(unclear ? { unclear: `an entry has ${unclear}` } : {}),
  };
}

/** A number is one entry's: of two that have the same and say otherwise, nobody can tell which comes first. */
function sameNumbersUnclear(rules: readonly Rule[]): Rule[] {
  const actions = new Map<number, Set<boolean>>();
  for (const { number, allows } of rules) actions.set(number, (actions.get(number) ?? new Set()).add(allows));
  return rules.map((rule) =>
    actions.get(rule.number)!.size === 1 ? rule : { unclear: "two entries have the same number", ...rule },
  );
}

/**
 * Who the entries let in to one piece of traffic: for each address the entry with the lowest number that matches
 * decides, and where none does, the answer is no.
 */
function letIn(rules: readonly Rule[]): Reach {
  let [certain, possible] = [NO_ADDRESS, NO_ADDRESS];
  // Of which addresses no entry has decided yet: certainly, and perhaps.
  let [undecided, perhaps] = [EVERY_ADDRESS, EVERY_ADDRESS];
  const unknown = new Set<string>();
  for (const { addresses, allows, unclear } of rules) {
    if (allows) possible = union(possible, intersection(perhaps, addresses));
    if (allows && !unclear) certain = union(certain, intersection(undecided, addresses));
    undecided = difference(undecided, addresses);
    if (unclear) unknown.add(unclear);
    else perhaps = difference(perhaps, addresses);
  }
  return { certain, possible, named: [], unknown: [...unknown].sort() };
}

/**
 * Who a network ACL lets in, piece by piece of all traffic; pieces into which nobody is let are left out.
 * @param entries those about what comes in
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
 */
export function aclOpenings(entries: readonly AclEntry[]): Opening[] {
  const rules = sameNumbersUnclear(entries.map(ruleOf)).sort((a, b) => a.number - b.number);
  const pieces = piecesOf(rules.map(({ about }) => about)).map((traffic: Traffic) => ({
    ...traffic,
    said: letIn(rules.filter(({ about }) => isAbout(about, traffic))),
  }));
  return openings(joined(pieces, sameReach));
}
