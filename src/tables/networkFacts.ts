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

/** What one account has in one region. */
export interface Network {
  /** Rules about what comes in, by group; of a group without any, an empty list. */
  rules: Map<string, Cited<GroupRule>[]>;
  /** Groups themselves, with the rules that their own answer has. */
  groups: Map<string, Cited<readonly GroupRule[] | undefined>>;
  acls: Cited<Acl>[];
  tables: Cited<RouteTable>[];
  /** VPC of each subnet. */
  subnets: Map<string, Cited<string | undefined>>;
}

export const noNetwork = (): Network => ({
  rules: new Map(),
  groups: new Map(),
  acls: [],
  tables: [],
  subnets: new Map(),
});

const texts = (list: readonly unknown[] | undefined, ...path: string[]): string[] =>
  (list ?? []).flatMap((each) => textAt(each, ...path) ?? []);

/** A rule of a group, as `DescribeSecurityGroupRules` answers it. */
const ruleOf = (configuration: unknown): GroupRule => ({
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
  const sources: Partial<GroupRule>[] = [
    ...texts(listAt(permission, "IpRanges"), "CidrIp").map((cidrIpv4) => ({ cidrIpv4 })),
    ...texts(listAt(permission, "Ipv6Ranges"), "CidrIpv6").map((cidrIpv6) => ({ cidrIpv6 })),
    ...texts(listAt(permission, "PrefixListIds"), "PrefixListId").map((prefixListId) => ({ prefixListId })),
    ...texts(listAt(permission, "UserIdGroupPairs"), "GroupId").map((groupId) => ({ groupId })),
  ];
  return (sources.length ? sources : [{}]).map((source) => ({ ...about, ...source }));
}

/** An entry of an ACL about what comes in; undefined where it is about what goes out. */
function entryOf(entry: unknown): AclEntry | undefined {
  if (flagAt(entry, "Egress") === true) return undefined;
  return {
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

/** Takes what one item says into the network of its account and region. */
export function note(network: Network, { resource_type, resource_id, configuration }: Item, cited: Citation): void {
  switch (resource_type) {
    case "AWS::EC2::SecurityGroup": {
      const permissions = listAt(configuration, "IpPermissions")?.flatMap(permissionsOf);
      network.groups.set(textAt(configuration, "GroupId") ?? resource_id, { fact: permissions, cited });
      break;
    }
    case "AWS::EC2::SecurityGroupRule": {
      const group = textAt(configuration, "GroupId");
      if (!group || flagAt(configuration, "IsEgress") === true) break;
      const rules = network.rules.get(group) ?? [];
      rules.push({ fact: ruleOf(configuration), cited });
      network.rules.set(group, rules);
      break;
    }
    case "AWS::EC2::NetworkAcl": {
      const entries = aclEntriesOf(configuration);
      const subnets = texts(listAt(configuration, "Associations"), "SubnetId");
      if (entries) network.acls.push({ fact: { id: resource_id, subnets, entries }, cited });
      break;
    }
    case "AWS::EC2::RouteTable": {
      const associations = listAt(configuration, "Associations") ?? [];
      const fact = {
        id: textAt(configuration, "RouteTableId") ?? resource_id,
        vpc: textAt(configuration, "VpcId"),
        main: associations.some((each) => flagAt(each, "Main") === true),
        subnets: texts(associations, "SubnetId"),
        routes: (listAt(configuration, "Routes") ?? []).map(routeOf),
      };
      network.tables.push({ fact, cited });
      break;
    }
    case "AWS::EC2::Subnet":
      network.subnets.set(textAt(configuration, "SubnetId") ?? resource_id, {
        fact: textAt(configuration, "VpcId"),
        cited,
      });
      break;
  }
}

/** A prefix list with its entries, where they were read. */
export function prefixListOf({ configuration }: Pick<Item, "configuration">): PrefixList {
  const entries = listAt(configuration, "GetManagedPrefixListEntries", "Entries");
  const name = textAt(configuration, "PrefixListName") ?? null;
  return entries ? { name, entries: entries.map((entry) => textAt(entry, "Cidr") ?? "") } : { name };
}
