import type { Item } from "../evidence/item.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { addressesOf, cidrsOf, FAMILIES, union } from "../network/addresses.ts";
import { aclOpenings } from "../network/networkAcls.ts";
import type { Opening } from "../network/openings.ts";
import { piecesOf } from "../network/ports.ts";
import type { PrefixList, PrefixLists } from "../network/prefixLists.ts";
import { anyOf, audienceOf, exactly, NOBODY, notKnown, type Reach, reachOf } from "../network/reach.ts";
import { interfaceOpenings } from "../network/reachability.ts";
import { type GroupRule, groupOpenings } from "../network/securityGroups.ts";
import { itemsOf } from "./evidenceItems.ts";
import {
  aclEntriesOf,
  type Cited,
  DECIDING_TYPES,
  type Network,
  noNetwork,
  note,
  prefixListOf,
} from "./networkFacts.ts";
import type { Objects } from "./objects.ts";
import type { Row } from "./parquetFile.ts";
import { at, flagAt, listAt, textAt } from "./reading.ts";
import { type Citation, citation } from "./resourceRow.ts";

/** Types that have rows of their own: what can be reached, and the rules that stand in front of it. */
const REACHED_TYPES = [
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::NetworkAcl",
  "AWS::EC2::NetworkInterface",
  "AWS::RDS::DBInstance",
  "AWS::Redshift::Cluster",
  "AWS::EKS::Cluster",
] as const;
type ReachedType = (typeof REACHED_TYPES)[number];

/** Types without which the table cannot be derived. */
export const NETWORK_TYPES: ReadonlySet<string> = new Set([...DECIDING_TYPES, ...REACHED_TYPES]);

/** Ranges of a row at most: an ACL that denies one address lets in as many ranges as there are bits. */
const RANGES_AT_MOST = 64;

/** A resource, what can be sent to it, and by which way. */
interface Reached {
  openings: readonly Opening[];
  path: string;
  /** Besides its own line. */
  evidence: readonly Citation[];
}

/** What is known of the network that a resource stands in. */
export interface Around {
  network: Network;
  lists: PrefixLists;
  /** The line of each list. */
  listLines: ReadonlyMap<string, Citation>;
  /** What was found of interfaces that stand in the same way: most of a network do. */
  found: Map<string, Reached>;
  /** Whether rules of security groups were listed there: else a group without rules is not known. */
  rulesListed: boolean;
}

/** The rules of a group; undefined where the group is not in the evidence. */
function rulesOf(group: string, { network, rulesListed }: Around): Cited<GroupRule>[] | undefined {
  const rules = network.rules.get(group);
  if (rules) return rules;
  const own = network.groups.get(group);
  if (!own) return undefined;
  if (own.fact) return own.fact.map((fact) => ({ fact, cited: own.cited }));
  return rulesListed ? [] : undefined;
}

const listsOf = (rules: readonly GroupRule[], { listLines }: Around): Citation[] =>
  rules.flatMap(({ prefixListId }) => (prefixListId ? (listLines.get(prefixListId) ?? []) : []));

const everything = (reach: Reach): Opening[] => piecesOf([]).map((traffic) => ({ ...traffic, reach }));

function groupReached({ resource_id, configuration }: Item, around: Around): Reached {
  const rules = rulesOf(textAt(configuration, "GroupId") ?? resource_id, around);
  const facts = rules?.map(({ fact }) => fact) ?? [];
  return {
    openings: rules ? groupOpenings(facts, around.lists) : everything(notKnown("its rules were not read")),
    path: "security group",
    evidence: [...(rules ?? []).map(({ cited }) => cited), ...listsOf(facts, around)],
  };
}

function aclReached({ configuration }: Item): Reached {
  const entries = aclEntriesOf(configuration);
  return {
    openings: entries ? aclOpenings(entries) : everything(notKnown("its entries were not read")),
    path: "network ACL",
    evidence: [],
  };
}

/** Where a resource stands in its network. */
interface Standing {
  publicIpv4: boolean | undefined;
  ipv6: boolean | undefined;
  /** Undefined: not told. */
  groups: readonly string[] | undefined;
  subnets: readonly string[];
  vpc: string | undefined;
}

/**
 * Who reaches an interface in one of some subnets. An ACL that is not in the evidence counts as AWS's default one, which
 * lets everything in.
 */
function standingReached(standing: Standing, around: Around): Reached {
  const key = JSON.stringify(standing);
  const reached = around.found.get(key) ?? reachedAs(standing, around);
  around.found.set(key, reached);
  return reached;
}

function reachedAs({ publicIpv4, ipv6, groups, subnets, vpc }: Standing, around: Around): Reached {
  const { network } = around;
  const found = groups?.map((group) => rulesOf(group, around));
  const known = found?.every((rules) => rules !== undefined) ? found.flatMap((rules) => rules ?? []) : undefined;
  const evidence: Citation[] = [...(found ?? []).flatMap((rules) => (rules ?? []).map(({ cited }) => cited))];
  const path = new Set<string>([publicIpv4 === false && !ipv6 ? "no public address" : "public address"]);
  const ways = (subnets.length ? subnets : [undefined]).map((subnet) => {
    const inVpc = (subnet && network.subnets.get(subnet)?.fact) ?? vpc;
    const table =
      network.tables.find(({ fact }) => subnet !== undefined && fact.subnets.includes(subnet)) ??
      network.tables.find(({ fact }) => fact.main && inVpc !== undefined && fact.vpc === inVpc);
    const acl = network.acls.find(({ fact }) => subnet !== undefined && fact.subnets.includes(subnet));
    for (const each of [table, acl, subnet ? network.subnets.get(subnet) : undefined])
      if (each) evidence.push(each.cited);
    if (table) path.add(`route table ${table.fact.id}`);
    path.add(acl ? `network ACL ${acl.fact.id}` : "network ACL not read");
    return interfaceOpenings(
      {
        publicIpv4,
        ipv6,
        groupRules: known?.map(({ fact }) => fact),
        aclEntries: acl?.fact.entries ?? [
          { ruleNumber: 1, action: "allow", protocol: "-1", cidrIpv4: "0.0.0.0/0", cidrIpv6: "::/0" },
        ],
        routes: table?.fact.routes,
      },
      around.lists,
    );
  });
  for (const group of groups ?? []) {
    path.add(`security group ${group}`);
    evidence.push(...[network.groups.get(group)?.cited ?? []].flat());
  }
  evidence.push(
    ...listsOf(
      (known ?? []).map(({ fact }) => fact),
      around,
    ),
  );
  return { openings: ways.flat(), path: [...path].join(", "), evidence };
}

function interfaceReached({ configuration }: Item, around: Around): Reached {
  const address = at(configuration, "Association", "PublicIp");
  return standingReached(
    {
      publicIpv4: address !== undefined,
      ipv6: (listAt(configuration, "Ipv6Addresses") ?? []).length > 0,
      groups: listAt(configuration, "Groups")?.flatMap((each) => textAt(each, "GroupId") ?? []),
      subnets: [textAt(configuration, "SubnetId") ?? []].flat(),
      vpc: textAt(configuration, "VpcId"),
    },
    around,
  );
}

/** Of all that reaches a resource what reaches one port of it; where the port is not told, nothing of it is certain. */
function onPort(reached: Reached, port: unknown): Reached {
  const known = Number.isInteger(port) && Number(port) > 0 ? Number(port) : undefined;
  const tcp = reached.openings.filter(
    ({ protocol, ports }) =>
      protocol === "tcp" && (known === undefined || !ports || (ports.from <= known && known <= ports.to)),
  );
  const reach = anyOf([NOBODY, ...tcp.map((each) => each.reach)]);
  const unsure: Reach = { ...reach, certain: NOBODY.certain, unknown: [...reach.unknown, "its port was not read"] };
  return {
    ...reached,
    openings: [
      {
        protocol: "tcp",
        ports: known === undefined ? null : { from: known, to: known },
        reach: known === undefined && tcp.length ? unsure : reach,
      },
    ],
  };
}

function databaseReached({ configuration }: Item, around: Around): Reached {
  const publicIpv4 = flagAt(configuration, "PubliclyAccessible");
  const standing: Standing = {
    publicIpv4,
    ipv6: publicIpv4 === true && textAt(configuration, "NetworkType") === "DUAL",
    groups: listAt(configuration, "VpcSecurityGroups")?.flatMap((each) => textAt(each, "VpcSecurityGroupId") ?? []),
    subnets: (listAt(configuration, "DBSubnetGroup", "Subnets") ?? []).flatMap(
      (each) => textAt(each, "SubnetIdentifier") ?? [],
    ),
    vpc: textAt(configuration, "DBSubnetGroup", "VpcId"),
  };
  const port = at(configuration, "Endpoint", "Port") ?? at(configuration, "DbInstancePort");
  return onPort(standingReached(standing, around), port);
}

function warehouseReached({ configuration }: Item, around: Around): Reached {
  const publicIpv4 = flagAt(configuration, "PubliclyAccessible");
  const standing: Standing = {
    publicIpv4,
    ipv6: publicIpv4 === true && textAt(configuration, "IpAddressType") === "dualstack",
    groups: listAt(configuration, "VpcSecurityGroups")?.flatMap((each) => textAt(each, "VpcSecurityGroupId") ?? []),
    // Which subnets its group has stands in another resource; the VPC's main routes are what is known here.
    subnets: [],
    vpc: textAt(configuration, "VpcId"),
  };
  return onPort(standingReached(standing, around), at(configuration, "Endpoint", "Port"));
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html */
function clusterReached({ configuration }: Item): Reached {
  const config = at(configuration, "resourcesVpcConfig");
  const cidrs = listAt(config, "publicAccessCidrs");
  const reachedBy = (): Reach => {
    const open = flagAt(config, "endpointPublicAccess");
    if (open === false) return NOBODY;
    if (!cidrs?.length) return notKnown("the networks that may reach it were not read");
    const parts = cidrs.map((cidr) => {
      const addresses = typeof cidr === "string" ? addressesOf(cidr) : undefined;
      return addresses ? exactly(addresses) : notKnown(`the network ${JSON.stringify(cidr)} is no address range`);
    });
    const reach = anyOf(parts);
    if (open) return reach;
    return { ...reach, certain: NOBODY.certain, unknown: ["whether it has a public endpoint was not read"] };
  };
  return {
    openings: [{ protocol: "tcp", ports: { from: 443, to: 443 }, reach: reachedBy() }],
    path: "public endpoint",
    evidence: [],
  };
}

const REACHED: Record<ReachedType, (item: Item, around: Around) => Reached> = {
  "AWS::EC2::SecurityGroup": groupReached,
  "AWS::EC2::NetworkAcl": aclReached,
  "AWS::EC2::NetworkInterface": interfaceReached,
  "AWS::RDS::DBInstance": databaseReached,
  "AWS::Redshift::Cluster": warehouseReached,
  "AWS::EKS::Cluster": clusterReached,
};

const isReached = (type: string): type is ReachedType => type in REACHED;

/** The rows of one resource: for each family of addresses a row for each opening, or one that says nobody. */
export function openingRows(item: Item, cited: Citation, around: Around): Row[] {
  if (!isReached(item.resource_type)) return [];
  const { openings, path, evidence } = REACHED[item.resource_type](item, around);
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
 * @param unlisted places whose rules of security groups were not listed, as `account region`
 * @throws EvidenceError
 */
export async function* networkOpeningRows(
  objects: Objects,
  evidence: readonly EvidenceObject[],
  unlisted: ReadonlySet<string>,
  share = { index: 0, of: 1 },
): AsyncGenerator<Row> {
  const arounds = new Map<string, Around>();
  const lists = new Map<string, PrefixList>();
  const listLines = new Map<string, Citation>();
  const around = ({ account_id, region }: Item): Around => {
    const place = `${account_id} ${region}`;
    const known = arounds.get(place);
    if (known) return known;
    const rulesListed = !unlisted.has(place);
    const made: Around = { network: noNetwork(), lists, listLines, found: new Map(), rulesListed };
    arounds.set(place, made);
    return made;
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
        } else if (isIn(item.account_id, share)) note(around(item).network, item, cited);
      }
  for (const object of evidence)
    if (isReached(object.resource_type))
      for await (const [item, cited] of itemsOf(objects, object)) {
        if (isIn(item.account_id, share)) yield* openingRows(item, cited, around(item));
      }
}
