import { addressesOf } from "./addresses.ts";
import { isAbout, type Opening, openings } from "./openings.ts";
import { joined, type Matched, matched, piecesOf } from "./ports.ts";
import { type PrefixLists, reachOfList } from "./prefixLists.ts";
import { anyOf, exactly, NOBODY, notKnown, onlyNamed, perhaps, type Reach, sameReach } from "./reach.ts";

/** A rule of a security group that lets something in, as EC2 answers it; what is left out is undefined or null. */
export interface GroupRule {
  protocol: unknown;
  fromPort?: unknown;
  toPort?: unknown;
  cidrIpv4?: string | null;
  cidrIpv6?: string | null;
  prefixListId?: string | null;
  /** Whose members are let in. */
  groupId?: string | null;
  /** Why it is not certain that it lets anything in. */
  problem?: string;
}

const EVERY_PORT: Matched = { protocol: "all", from: 0, to: 65_535 };

interface Source {
  rule: Matched;
  reach: Reach;
}

/** Who one rule lets in, and to what. A rule that cannot be understood may let everybody in to everything. */
function sourcesOf(rule: GroupRule, lists: PrefixLists): Source[] {
  const about = matched(rule.protocol, rule.fromPort, rule.toPort);
  if (!about)
    return [{ rule: EVERY_PORT, reach: notKnown(`a rule has the protocol ${JSON.stringify(rule.protocol)}`) }];
  const parts: Reach[] = [];
  for (const cidr of [rule.cidrIpv4, rule.cidrIpv6]) {
    if (!cidr) continue;
    const addresses = addressesOf(cidr);
    parts.push(addresses ? exactly(addresses) : notKnown(`a rule has the source ${JSON.stringify(cidr)}`));
  }
  if (rule.prefixListId) parts.push(reachOfList(rule.prefixListId, lists));
  if (rule.groupId) parts.push(onlyNamed(`members of ${rule.groupId}`));
  const reach = parts.length ? anyOf(parts) : notKnown("a rule names no source");
  const { unclear, ...certain } = about;
  if (rule.problem) return [{ rule: unclear ? whole(about) : certain, reach: perhaps(reach, rule.problem) }];
  if (!unclear) return [{ rule: certain, reach }];
  return [
    // One end of its range is one of its ports, whatever the other is.
    ...(certain.from === certain.to ? [{ rule: certain, reach }] : []),
    { rule: whole(about), reach: perhaps(reach, `a rule has ${unclear}`) },
  ];
}

const whole = ({ protocol }: Matched): Matched => ({ ...EVERY_PORT, protocol });

/**
 * Who some security groups together let in, piece by piece of all traffic: their rules add up, as there is none that
 * denies. Pieces into which nobody is let are left out.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 */
export function groupOpenings(rules: readonly GroupRule[], lists: PrefixLists): Opening[] {
  const sources = rules.flatMap((rule) => sourcesOf(rule, lists));
  const pieces = piecesOf(sources.map(({ rule }) => rule)).map((traffic) => ({
    ...traffic,
    said: anyOf([NOBODY, ...sources.filter(({ rule }) => isAbout(rule, traffic)).map(({ reach }) => reach)]),
  }));
  return openings(joined(pieces, sameReach));
}
