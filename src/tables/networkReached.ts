import type { Item } from "../evidence/item.ts";
import { addressesOf, intersection, isEmpty } from "../network/addresses.ts";
import { PUBLIC } from "../network/internet.ts";
import { aclOpenings } from "../network/networkAcls.ts";
import type { Opening } from "../network/openings.ts";
import { piecesOf } from "../network/ports.ts";
import type { PrefixLists } from "../network/prefixLists.ts";
import { keepsInternetOut } from "../network/publicAccessBlock.ts";
import { anyOf, exactly, NOBODY, notKnown, perhaps, type Reach } from "../network/reach.ts";
import { anyInterface, interfaceOpenings } from "../network/reachability.ts";
import { type GroupRule, groupOpenings } from "../network/securityGroups.ts";
import { aclEntriesOf, type Cited, type Listener, type Network } from "./networkFacts.ts";
import { at, flagAt, listAt, textAt } from "./reading.ts";
import type { Citation } from "./resourceRow.ts";

/** Types that have rows of their own: what can be reached, and the rules that stand in front of it. */
export const REACHED_TYPES = [
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::NetworkAcl",
  "AWS::EC2::NetworkInterface",
  "AWS::EC2::Instance",
  "AWS::ElasticLoadBalancing::LoadBalancer",
  "AWS::ElasticLoadBalancingV2::LoadBalancer",
  "AWS::RDS::DBInstance",
  "AWS::Redshift::Cluster",
  "AWS::EKS::Cluster",
] as const;
type ReachedType = (typeof REACHED_TYPES)[number];

/** A resource, what can be sent to it, and by which way. */
export interface Reached {
  openings: readonly Opening[];
  path: string;
  /** Besides its own line. */
  evidence: readonly Citation[];
}

/** What is known of the network that a resource stands in. */
export interface NetworkContext {
  network: Network;
  lists: PrefixLists;
  /** The line of each list. */
  listLines: ReadonlyMap<string, Citation>;
  /** What was found of interfaces that stand in the same way: most of a network do. */
  found: Map<string, Reached>;
  /** Whether not all of a type was listed there, though it was asked for. */
  unread: (type: string) => boolean;
  /** Whether nobody asked for a type there. */
  unrequested: (type: string) => boolean;
}

/**
 * The rules of a group; undefined where the group is not in the evidence. Where not all rules were listed, the group's
 * own answer has them all.
 */
function rulesOf(group: string, { network, unread, unrequested }: NetworkContext): Cited<GroupRule>[] | undefined {
  const listed = network.rules.get(group);
  const own = network.groups.get(group);
  const wholly = !unread("AWS::EC2::SecurityGroupRule") && !unrequested("AWS::EC2::SecurityGroupRule");
  if (listed && wholly) return listed;
  if (own?.fact) return own.fact.map((fact) => ({ fact, cited: own.cited }));
  if (!listed) return own && wholly ? [] : undefined;
  const problem = "not all of its rules were read";
  return [
    ...listed,
    { fact: { protocol: "-1", cidrIpv4: "0.0.0.0/0", cidrIpv6: "::/0", problem }, cited: listed[0]!.cited },
  ];
}

const listsOf = (rules: readonly GroupRule[], { listLines }: NetworkContext): Citation[] =>
  rules.flatMap(({ prefixListId }) => (prefixListId ? (listLines.get(prefixListId) ?? []) : []));

const everything = (reach: Reach): Opening[] => piecesOf([]).map((traffic) => ({ ...traffic, reach }));

function groupReached({ resource_id, configuration }: Item, context: NetworkContext): Reached {
  const rules = rulesOf(textAt(configuration, "GroupId") ?? resource_id, context);
  const facts = rules?.map(({ fact }) => fact) ?? [];
  return {
    openings: rules ? groupOpenings(facts, context.lists) : everything(notKnown("its rules were not read")),
    path: "security group",
    evidence: [...(rules ?? []).map(({ cited }) => cited), ...listsOf(facts, context)],
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
  groups: readonly string[] | "without groups" | undefined;
  subnets: readonly string[];
  vpc: string | undefined;
}

/** What lets everything in: an ACL as AWS makes it, and a load balancer that has no groups. */
const ALL_ADDRESSES = { protocol: "-1", cidrIpv4: "0.0.0.0/0", cidrIpv6: "::/0" };

/**
 * Who reaches an interface in one of some subnets. An ACL that is not in the evidence counts as AWS's default one, which
 * lets everything in, unless ACLs were not read.
 */
function standingReached(standing: Standing, context: NetworkContext): Reached {
  const key = JSON.stringify(standing);
  const reached = context.found.get(key) ?? reachedAs(standing, context);
  context.found.set(key, reached);
  return reached;
}

function groupsOf(groups: Standing["groups"], context: NetworkContext) {
  if (groups === "without groups") return { rules: [ALL_ADDRESSES], evidence: [], path: ["no security group"] };
  const found = groups?.map((group) => rulesOf(group, context));
  const known = found?.every((rules) => rules !== undefined) ? found.flatMap((rules) => rules ?? []) : undefined;
  const rules = known?.map(({ fact }) => fact);
  const lines = (found ?? []).flatMap((each) => (each ?? []).map(({ cited }) => cited));
  const own = (groups ?? []).flatMap((group) => context.network.groups.get(group)?.cited ?? []);
  return {
    rules,
    evidence: [...lines, ...own, ...listsOf(rules ?? [], context)],
    path: (groups ?? []).map((group) => `security group ${group}`),
  };
}

/** Whether VPC Block Public Access keeps the internet out of a subnet, and what says so. */
function blockOf(subnet: string | undefined, vpc: string | undefined, { network, unread }: NetworkContext) {
  const own = subnet === undefined ? undefined : network.subnets.get(subnet);
  const isOf = (arn: string | undefined) =>
    arn === undefined || [`/${subnet}`, `/${vpc}`].some((end) => arn.endsWith(end));
  const exclusions = network.exclusions.filter(({ fact }) => isOf(fact.of));
  const keptOut = keepsInternetOut({
    account: network.blockMode?.fact,
    subnet: own?.fact.blockMode,
    unread: unread("AWS::EC2::VPCBlockPublicAccessOptions") || (network.blockMode && !network.blockMode.fact) || false,
    exclusions: [
      ...exclusions.map(({ fact }) => fact),
      ...(unread("AWS::EC2::VPCBlockPublicAccessExclusion") ? [{ mode: undefined, state: undefined }] : []),
    ],
  });
  const cited = keptOut === false && !exclusions.length ? [] : [network.blockMode, own, ...exclusions];
  return { keptOut, evidence: cited.flatMap((each) => each?.cited ?? []) };
}

function reachedAs({ publicIpv4, ipv6, groups, subnets, vpc }: Standing, context: NetworkContext): Reached {
  const { network, unread } = context;
  const byGroups = groupsOf(groups, context);
  const evidence: Citation[] = [...byGroups.evidence];
  const path = new Set<string>([publicIpv4 === false && !ipv6 ? "no public address" : "public address"]);
  const ways = (subnets.length ? subnets : [undefined]).map((subnet) => {
    const inVpc = (subnet && network.subnets.get(subnet)?.fact.vpc) ?? vpc;
    // Where not all tables were listed, the one that is the subnet's may be among the others.
    const main = unread("AWS::EC2::RouteTable")
      ? undefined
      : network.tables.find(({ fact }) => fact.main && inVpc !== undefined && fact.vpc === inVpc);
    const table = network.tables.find(({ fact }) => subnet !== undefined && fact.subnets.includes(subnet)) ?? main;
    const acl = network.acls.find(({ fact }) => subnet !== undefined && fact.subnets.includes(subnet));
    const block = blockOf(subnet, inVpc, context);
    for (const each of [table, acl, subnet ? network.subnets.get(subnet) : undefined])
      if (each) evidence.push(each.cited);
    evidence.push(...block.evidence);
    if (table) path.add(`route table ${table.fact.id}`);
    path.add(acl ? `network ACL ${acl.fact.id}` : "network ACL not read");
    if (block.keptOut) path.add("VPC Block Public Access");
    const byDefault = unread("AWS::EC2::NetworkAcl")
      ? undefined
      : [{ ruleNumber: 1, action: "allow", ...ALL_ADDRESSES }];
    return interfaceOpenings(
      {
        publicIpv4,
        ipv6,
        groupRules: byGroups.rules,
        aclEntries: acl?.fact.entries ?? byDefault,
        routes: table?.fact.routes,
        internetKeptOut: block.keptOut,
      },
      context.lists,
    );
  });
  for (const each of byGroups.path) path.add(each);
  return { openings: anyInterface(ways), path: [...path].join(", "), evidence };
}

/** Whether one of an interface's IPv6 addresses is one of the internet's: private ones are not. */
const hasPublicIpv6 = (configuration: unknown): boolean =>
  (listAt(configuration, "Ipv6Prefixes") ?? []).length > 0 ||
  (listAt(configuration, "Ipv6Addresses") ?? []).some((each) => {
    const addresses = addressesOf(textAt(each, "Ipv6Address") ?? "");
    return !addresses || !isEmpty(intersection(addresses, PUBLIC));
  });

/** An interface, as it stands in its own answer and in that of its instance. */
function interfaceStanding(configuration: unknown): Standing {
  // An elastic address may be that of a secondary private address.
  const associations = [configuration, ...(listAt(configuration, "PrivateIpAddresses") ?? [])];
  return {
    publicIpv4: associations.some((each) => at(each, "Association", "PublicIp") !== undefined),
    ipv6: hasPublicIpv6(configuration),
    groups: listAt(configuration, "Groups")?.flatMap((each) => textAt(each, "GroupId") ?? []),
    subnets: [textAt(configuration, "SubnetId") ?? []].flat(),
    vpc: textAt(configuration, "VpcId"),
  };
}

const interfaceReached = ({ configuration }: Item, context: NetworkContext): Reached =>
  standingReached(interfaceStanding(configuration), context);

/** Whoever reaches one of an instance's interfaces reaches it. */
function instanceReached({ configuration }: Item, context: NetworkContext): Reached {
  if (["terminated", "shutting-down"].includes(textAt(configuration, "State", "Name") ?? ""))
    return { openings: [], path: "terminated", evidence: [] };
  const interfaces = listAt(configuration, "NetworkInterfaces");
  if (!interfaces)
    return { openings: everything(notKnown("its interfaces were not read")), path: "instance", evidence: [] };
  const ways = interfaces.map((each) => standingReached(interfaceStanding(each), context));
  return {
    openings: anyInterface(ways.map(({ openings }) => openings)),
    path: [...new Set(ways.map(({ path }) => path))].join("; "),
    evidence: ways.flatMap(({ evidence }) => evidence),
  };
}

/** A protocol, and the port that something listens on; undefined where it is not told. */
interface Door {
  protocol: string;
  port: number | undefined;
}

const portOf = (port: unknown): number | undefined =>
  Number.isInteger(port) && Number(port) > 0 ? Number(port) : undefined;

/** Of all that reaches a resource what reaches one port of it; where the port is not told, nothing of it is certain. */
function through(openings: readonly Opening[], { protocol, port }: Door): Opening {
  const found = openings.filter(
    (each) =>
      each.protocol === protocol &&
      (port === undefined || !each.ports || (each.ports.from <= port && port <= each.ports.to)),
  );
  const reach = anyOf([NOBODY, ...found.map((each) => each.reach)]);
  if (port !== undefined) return { protocol, ports: { from: port, to: port }, reach };
  return { protocol, ports: null, reach: found.length ? perhaps(reach, "its port was not read") : reach };
}

const onPort = (reached: Reached, port: unknown): Reached => ({
  ...reached,
  openings: [through(reached.openings, { protocol: "tcp", port: portOf(port) })],
});

function databaseReached({ configuration }: Item, context: NetworkContext): Reached {
  const publicIpv4 = flagAt(configuration, "PubliclyAccessible");
  const standing: Standing = {
    publicIpv4,
    ipv6: textAt(configuration, "NetworkType") === "DUAL" ? publicIpv4 : false,
    groups: listAt(configuration, "VpcSecurityGroups")?.flatMap((each) => textAt(each, "VpcSecurityGroupId") ?? []),
    subnets: (listAt(configuration, "DBSubnetGroup", "Subnets") ?? []).flatMap(
      (each) => textAt(each, "SubnetIdentifier") ?? [],
    ),
    vpc: textAt(configuration, "DBSubnetGroup", "VpcId"),
  };
  const port = at(configuration, "Endpoint", "Port") ?? at(configuration, "DbInstancePort");
  return onPort(standingReached(standing, context), port);
}

function warehouseReached({ configuration }: Item, context: NetworkContext): Reached {
  const publicIpv4 = flagAt(configuration, "PubliclyAccessible");
  const group = context.network.subnetGroups.get(textAt(configuration, "ClusterSubnetGroupName") ?? "");
  const standing: Standing = {
    publicIpv4,
    ipv6: textAt(configuration, "IpAddressType") === "dualstack" ? publicIpv4 : false,
    groups: listAt(configuration, "VpcSecurityGroups")?.flatMap((each) => textAt(each, "VpcSecurityGroupId") ?? []),
    // Where its group was not read, the VPC's main routes are what is known.
    subnets: group?.fact ?? [],
    vpc: textAt(configuration, "VpcId"),
  };
  const reached = onPort(standingReached(standing, context), at(configuration, "Endpoint", "Port"));
  return group ? { ...reached, evidence: [...reached.evidence, group.cited] } : reached;
}

/** Protocols of the transport that a listener takes in. */
const TRANSPORTS: Readonly<Record<string, readonly string[]>> = {
  HTTP: ["tcp"],
  HTTPS: ["tcp"],
  TCP: ["tcp"],
  SSL: ["tcp"],
  TLS: ["tcp"],
  UDP: ["udp"],
  QUIC: ["udp"],
  TCP_UDP: ["tcp", "udp"],
  TCP_QUIC: ["tcp", "udp"],
};

const doorsOf = ({ protocol, port }: Listener): Door[] =>
  (TRANSPORTS[String(protocol).toUpperCase()] ?? ["tcp", "udp"]).map((each) => ({
    protocol: each,
    port: portOf(port),
  }));

/** By the doors that are known, and, where not all are, perhaps by any. */
function byDoors(reached: Reached, listeners: readonly Cited<Listener>[], all: boolean): Reached {
  const doors = listeners.flatMap(({ fact }) => doorsOf(fact));
  const elsewhere = all
    ? []
    : reached.openings.map((each) => ({ ...each, reach: perhaps(each.reach, "its listeners were not read") }));
  const ways = [...doors.map((door) => [through(reached.openings, door)]), elsewhere];
  return {
    openings: anyInterface(ways).filter(({ protocol }) => !all || ["tcp", "udp"].includes(protocol)),
    path: ["listener", reached.path].join(", "),
    evidence: [...listeners.map(({ cited }) => cited), ...reached.evidence],
  };
}

const isInternetFacing = (scheme: string | undefined): boolean | undefined =>
  scheme === undefined ? undefined : scheme === "internet-facing";

/**
 * An Application or Network Load Balancer. One of these without groups lets everything in; the groups of an Application
 * Load Balancer that does not tell them are not known. What is internal is not reached by IPv6 either.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
 */
function balancerReached({ arn, configuration }: Item, context: NetworkContext): Reached {
  const type = textAt(configuration, "Type");
  if (type === "gateway") return { openings: [], path: "by its endpoints alone", evidence: [] };
  const facing = isInternetFacing(textAt(configuration, "Scheme"));
  const addresses = textAt(configuration, "IpAddressType") ?? "ipv4";
  const groups = listAt(configuration, "SecurityGroups")?.filter((each) => typeof each === "string");
  const standing: Standing = {
    publicIpv4: addresses === "dualstack-without-public-ipv4" ? false : facing,
    ipv6: addresses.startsWith("dualstack") ? facing : false,
    groups: type === "network" && !groups?.length ? "without groups" : groups,
    subnets: (listAt(configuration, "AvailabilityZones") ?? []).flatMap((each) => textAt(each, "SubnetId") ?? []),
    vpc: textAt(configuration, "VpcId"),
  };
  const listeners = context.network.listeners.get(textAt(configuration, "LoadBalancerArn") ?? arn ?? "") ?? [];
  const listing = "AWS::ElasticLoadBalancingV2::Listener";
  return byDoors(
    standingReached(standing, context),
    listeners,
    !context.unread(listing) && !context.unrequested(listing),
  );
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerDescription.html */
function classicReached({ configuration }: Item, context: NetworkContext): Reached {
  const standing: Standing = {
    publicIpv4: isInternetFacing(textAt(configuration, "Scheme")),
    ipv6: false,
    groups: listAt(configuration, "SecurityGroups")?.filter((each) => typeof each === "string"),
    subnets: (listAt(configuration, "Subnets") ?? []).filter((each) => typeof each === "string"),
    vpc: textAt(configuration, "VPCId"),
  };
  const reached = standingReached(standing, context);
  const descriptions = listAt(configuration, "ListenerDescriptions");
  const openings = (descriptions ?? []).flatMap((each) => {
    const protocol = at(each, "Listener", "Protocol");
    return doorsOf({ protocol, port: at(each, "Listener", "LoadBalancerPort") }).map((door) =>
      through(reached.openings, door),
    );
  });
  if (descriptions) return { ...reached, openings, path: `listener, ${reached.path}` };
  return byDoors(reached, [], false);
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

const REACHED: Record<ReachedType, (item: Item, context: NetworkContext) => Reached> = {
  "AWS::EC2::SecurityGroup": groupReached,
  "AWS::EC2::NetworkAcl": aclReached,
  "AWS::EC2::NetworkInterface": interfaceReached,
  "AWS::EC2::Instance": instanceReached,
  "AWS::ElasticLoadBalancing::LoadBalancer": classicReached,
  "AWS::ElasticLoadBalancingV2::LoadBalancer": balancerReached,
  "AWS::RDS::DBInstance": databaseReached,
  "AWS::Redshift::Cluster": warehouseReached,
  "AWS::EKS::Cluster": clusterReached,
};

export const isReached = (type: string): type is ReachedType => type in REACHED;

/** Who reaches a resource. */
export const reachedBy = (item: Item & { resource_type: ReachedType }, context: NetworkContext): Reached =>
  REACHED[item.resource_type](item, context);
