import type { Item } from "../evidence/item.ts";
import type { AclEntry } from "../network/networkAcls.ts";
import type { PrefixList } from "../network/prefixLists.ts";
import type { Route } from "../network/routes.ts";
import type { GroupRule } from "../network/securityGroups.ts";
import { at, flagAt, listAt, textAt } from "./reading.ts";
import type { Citation } from "./resourceRow.ts";

/** Types that decide who reaches what, besides those that are reached. */
export const DECIDING_TYPES = [
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::SecurityGroupRule",
  "AWS::EC2::NetworkAcl",
  "AWS::EC2::RouteTable",
  "AWS::EC2::Subnet",
  "AWS::EC2::PrefixList",
  "AWS::EC2::VPCBlockPublicAccessOptions",
  "AWS::EC2::VPCBlockPublicAccessExclusion",
  "AWS::ElasticLoadBalancingV2::Listener",
  "AWS::Redshift::ClusterSubnetGroup",
] as const;

/** Something, and the line of evidence that says so. */
export interface Cited<Fact> {
  fact: Fact;
  cited: Citation;
}

interface RouteTable {
  id: string;
  vpc: string | undefined;
  main: boolean;
  subnets: readonly string[];
  routes: readonly Route[];
}

interface Acl {
  id: string;
  subnets: readonly string[];
  entries: readonly AclEntry[];
}

interface Subnet {
  vpc: string | undefined;
  /** What its own answer says of VPC Block Public Access. */
  blockMode: string | undefined;
}

/** Of VPC Block Public Access. */
interface Exclusion {
  /** ARN of a VPC or a subnet. */
  of: string | undefined;
  mode: string | undefined;
  state: string | undefined;
}

/** What a load balancer takes in, by the protocols and ports of its listeners. */
export interface Listener {
  protocol: unknown;
  port: unknown;
}

/** What one account has in one region. */
export interface Network {
  /** Rules about what comes in, by group; of a group without any, an empty list. */
  rules: Map<string, Cited<GroupRule>[]>;
  /** Groups themselves, with the rules that their own answer has. */
  groups: Map<string, Cited<readonly GroupRule[] | undefined>>;
  acls: Cited<Acl>[];
  tables: Cited<RouteTable>[];
  subnets: Map<string, Cited<Subnet>>;
  /** Mode of VPC Block Public Access. */
  blockMode: Cited<string | undefined> | undefined;
  exclusions: Cited<Exclusion>[];
  /** By the ARN of the load balancer. */
  listeners: Map<string, Cited<Listener>[]>;
  /** Subnets of each subnet group of Redshift. */
  subnetGroups: Map<string, Cited<readonly string[]>>;
}

export const noNetwork = (): Network => ({
  rules: new Map(),
  groups: new Map(),
  acls: [],
  tables: [],
  subnets: new Map(),
  blockMode: undefined,
  exclusions: [],
  listeners: new Map(),
  subnetGroups: new Map(),
});

const texts = (list: readonly unknown[] | undefined, ...path: string[]): string[] =>
  (list ?? []).flatMap((each) => textAt(each, ...path) ?? []);

/** A rule of a group, as `DescribeSecurityGroupRules` answers it. */
const ruleOf = (configuration: unknown): GroupRule => ({
  ...(flagAt(configuration, "IsEgress") === undefined
    ? { problem: "a rule does not say whether it is about what comes in" }
    : {}),
  protocol: at(configuration, "IpProtocol"),
  fromPort: at(configuration, "FromPort"),
  toPort: at(configuration, "ToPort"),
  cidrIpv4: textAt(configuration, "CidrIpv4") ?? null,
  cidrIpv6: textAt(configuration, "CidrIpv6") ?? null,
  prefixListId: textAt(configuration, "PrefixListId") ?? null,
  groupId: textAt(configuration, "ReferencedGroupInfo", "GroupId") ?? null,
});

/** The rules of a group, as `DescribeSecurityGroups` answers them: a permission is a rule for each of its sources. */
function permissionsOf(permission: unknown): GroupRule[] {
  const about = {
    protocol: at(permission, "IpProtocol"),
    fromPort: at(permission, "FromPort"),
    toPort: at(permission, "ToPort"),
  };
  // A member that is no text stays as a rule without a source, which is not known.
  const sources = (list: string, member: string, as: keyof GroupRule): Partial<GroupRule>[] =>
    (listAt(permission, list) ?? []).map((each) => ({ [as]: textAt(each, member) ?? null }));
  const all = [
    ...sources("IpRanges", "CidrIp", "cidrIpv4"),
    ...sources("Ipv6Ranges", "CidrIpv6", "cidrIpv6"),
    ...sources("PrefixListIds", "PrefixListId", "prefixListId"),
    ...sources("UserIdGroupPairs", "GroupId", "groupId"),
  ];
  return (all.length ? all : [{}]).map((source) => ({ ...about, ...source }));
}

/** An entry of an ACL about what comes in; undefined where it is about what goes out. */
function entryOf(entry: unknown): AclEntry | undefined {
  const egress = flagAt(entry, "Egress");
  if (egress === true) return undefined;
  return {
    ...(egress === undefined ? { problem: "nothing that says whether it is about what comes in" } : {}),
    ruleNumber: at(entry, "RuleNumber"),
    action: at(entry, "RuleAction"),
    protocol: at(entry, "Protocol"),
    fromPort: at(entry, "PortRange", "From"),
    toPort: at(entry, "PortRange", "To"),
    cidrIpv4: textAt(entry, "CidrBlock") ?? null,
    cidrIpv6: textAt(entry, "Ipv6CidrBlock") ?? null,
  };
}

export function aclEntriesOf(configuration: unknown): AclEntry[] | undefined {
  const entries = listAt(configuration, "Entries")?.flatMap((entry) => entryOf(entry) ?? []);
  // Where no entry has a number, their order is all there is.
  return entries?.every(({ ruleNumber }) => ruleNumber === undefined)
    ? entries.map((entry, index) => ({ ...entry, ruleNumber: index }))
    : entries;
}

const TARGETS = [
  "GatewayId",
  "NatGatewayId",
  "EgressOnlyInternetGatewayId",
  "TransitGatewayId",
  "VpcPeeringConnectionId",
  "LocalGatewayId",
  "CarrierGatewayId",
  "CoreNetworkArn",
  "OdbNetworkArn",
  "NetworkInterfaceId",
  "InstanceId",
];

const routeOf = (route: unknown): Route => ({
  cidrIpv4: textAt(route, "DestinationCidrBlock") ?? null,
  cidrIpv6: textAt(route, "DestinationIpv6CidrBlock") ?? null,
  prefixListId: textAt(route, "DestinationPrefixListId") ?? null,
  target: TARGETS.map((name) => textAt(route, name)).find(Boolean) ?? null,
  state: textAt(route, "State") ?? null,
});

type DecidingType = (typeof DECIDING_TYPES)[number];
type NoteOf = (network: Network, item: Pick<Item, "resource_id" | "configuration">, cited: Citation) => void;

function added<Fact>(map: Map<string, Fact[]>, key: string, fact: Fact): void {
  const list = map.get(key);
  if (list) list.push(fact);
  else map.set(key, [fact]);
}

const NOTES: Record<Exclude<DecidingType, "AWS::EC2::PrefixList">, NoteOf> = {
  "AWS::EC2::SecurityGroup": ({ groups }, { resource_id, configuration }, cited) => {
    const permissions = listAt(configuration, "IpPermissions")?.flatMap(permissionsOf);
    groups.set(textAt(configuration, "GroupId") ?? resource_id, { fact: permissions, cited });
  },
  "AWS::EC2::SecurityGroupRule": ({ rules }, { configuration }, cited) => {
    const group = textAt(configuration, "GroupId");
    if (!group || flagAt(configuration, "IsEgress") === true) return;
    added(rules, group, { fact: ruleOf(configuration), cited });
  },
  "AWS::EC2::NetworkAcl": ({ acls }, { resource_id, configuration }, cited) => {
    const entries = aclEntriesOf(configuration);
    const subnets = texts(listAt(configuration, "Associations"), "SubnetId");
    if (entries) acls.push({ fact: { id: resource_id, subnets, entries }, cited });
  },
  "AWS::EC2::RouteTable": ({ tables }, { resource_id, configuration }, cited) => {
    const associations = listAt(configuration, "Associations") ?? [];
    const fact = {
      id: textAt(configuration, "RouteTableId") ?? resource_id,
      vpc: textAt(configuration, "VpcId"),
      main: associations.some((each) => flagAt(each, "Main") === true),
      subnets: texts(associations, "SubnetId"),
      routes: (listAt(configuration, "Routes") ?? []).map(routeOf),
    };
    tables.push({ fact, cited });
  },
  "AWS::EC2::Subnet": ({ subnets }, { resource_id, configuration }, cited) => {
    const fact = {
      vpc: textAt(configuration, "VpcId"),
      blockMode: textAt(configuration, "BlockPublicAccessStates", "InternetGatewayBlockMode"),
    };
    subnets.set(textAt(configuration, "SubnetId") ?? resource_id, { fact, cited });
  },
  "AWS::EC2::VPCBlockPublicAccessOptions": (network, { configuration }, cited) => {
    const fact = textAt(configuration, "VpcBlockPublicAccessOptions", "InternetGatewayBlockMode");
    network.blockMode = { fact, cited };
  },
  "AWS::EC2::VPCBlockPublicAccessExclusion": ({ exclusions }, { configuration }, cited) => {
    const fact = {
      of: textAt(configuration, "ResourceArn"),
      mode: textAt(configuration, "InternetGatewayExclusionMode"),
      state: textAt(configuration, "State"),
    };
    exclusions.push({ fact, cited });
  },
  "AWS::ElasticLoadBalancingV2::Listener": ({ listeners }, { configuration }, cited) => {
    const fact = { protocol: at(configuration, "Protocol"), port: at(configuration, "Port") };
    added(listeners, textAt(configuration, "LoadBalancerArn") ?? "", { fact, cited });
  },
  "AWS::Redshift::ClusterSubnetGroup": ({ subnetGroups }, { resource_id, configuration }, cited) => {
    const fact = texts(listAt(configuration, "Subnets"), "SubnetIdentifier");
    subnetGroups.set(textAt(configuration, "ClusterSubnetGroupName") ?? resource_id, { fact, cited });
  },
};

/** Takes what one item says into the network of its account and region. */
export const note = (network: Network, item: Item, cited: Citation): void =>
  NOTES[item.resource_type as keyof typeof NOTES]?.(network, item, cited);

/** A prefix list with its entries, where they were read. */
export function prefixListOf({ configuration }: Pick<Item, "configuration">): PrefixList {
  const entries = listAt(configuration, "GetManagedPrefixListEntries", "Entries");
  const name = textAt(configuration, "PrefixListName") ?? null;
  const owner = textAt(configuration, "OwnerId") ?? null;
  return { name, owner, ...(entries ? { entries: entries.map((entry) => textAt(entry, "Cidr") ?? "") } : {}) };
}
