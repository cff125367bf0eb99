import type {
  FlowLog,
  InternetGateway,
  NatGateway,
  NetworkAcl,
  NetworkAclEntry,
  Route,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Tag,
  Vpc,
} from "@aws-sdk/client-ec2";
import { randomOf } from "../random.ts";
import { memoized } from "./memoized.ts";
import { homesOf } from "./regions.ts";
import { ec2Id } from "./words.ts";

/** The VPCs of an account and region, and what decides who reaches what in them. */
export interface Network {
  vpcs: Vpc[];
  subnets: Subnet[];
  routeTables: RouteTable[];
  internetGateways: InternetGateway[];
  natGateways: NatGateway[];
  securityGroups: SecurityGroup[];
  securityGroupRules: SecurityGroupRule[];
  networkAcls: NetworkAcl[];
  flowLogs: FlowLog[];
}

/** Numbers of the subnets and groups in {@link networkOf}, by which other services refer to them. */
export const SUBNETS = { private: [0, 2], public: [1, 3], nat: 4 } as const;
export const GROUPS = { databases: 0, testDatabases: 1, web: 2, bastion: 3, defaults: [4, 5] } as const;
const EVERYWHERE = "0.0.0.0/0";
const OFFICE = "198.51.100.0/24";

/** Which VPC of the two a subnet or group is in: those that are counted are spread over them in turn. */
export const vpcOf = (index: number): number => index % 2;

/** What lets traffic into a security group. */
interface Ingress {
  ports: [from: number, to: number] | "all";
  cidr?: string;
  cidr6?: string;
  group?: number;
}

/**
 * Two VPCs: one for what is meant, with private subnets that lead out through a NAT gateway, and one that somebody made
 * for a test, whose subnets lead to the internet. Who is let in differs from account to account.
 */
export const networkOf = memoized((seed: number, account: string, region: string): Network => {
  const network: Network = {
    vpcs: [],
    subnets: [],
    routeTables: [],
    internetGateways: [],
    natGateways: [],
    securityGroups: [],
    securityGroupRules: [],
    networkAcls: [],
    flowLogs: [],
  };
  const homes = homesOf(seed, account);
  const position = homes.indexOf(region);
  if (position < 0) return network;
  const forgotten = position > 0 && position === homes.length - 1;
  const random = randomOf(`${seed} ${account} ${region} network`);
  const id = (kind: string, n: number) => ec2Id({ seed, account, region }, kind, n);
  const arn = (kind: string, of: string) => `arn:aws:ec2:${region}:${account}:${kind}/${of}`;
  const named = (name: string): Tag[] => (forgotten ? [] : [{ Key: "Name", Value: name }]);
  const names = ["main", "test"];

  for (const [n, name] of names.entries())
    network.vpcs.push({
      VpcId: id("vpc", n),
      OwnerId: account,
      CidrBlock: `10.${n}.0.0/16`,
      State: "available",
      IsDefault: false,
      InstanceTenancy: "default",
      DhcpOptionsId: id("dopt", 0),
      Tags: named(name),
    });

  const subnet = (n: number, isPublic: boolean) =>
    network.subnets.push({
      SubnetId: id("subnet", n),
      SubnetArn: arn("subnet", id("subnet", n)),
      VpcId: id("vpc", vpcOf(n)),
      OwnerId: account,
      CidrBlock: `10.${vpcOf(n)}.${n}.0/24`,
      AvailabilityZone: `${region}${n < 2 ? "a" : "b"}`,
      AvailableIpAddressCount: 240,
      MapPublicIpOnLaunch: isPublic && random() < 0.6,
      AssignIpv6AddressOnCreation: false,
      DefaultForAz: false,
      State: "available",
      Tags: named(isPublic ? `public-${n}` : `private-${n}`),
    });
  for (const n of SUBNETS.private) subnet(n, false);
  for (const n of [...SUBNETS.public, SUBNETS.nat]) subnet(n, true);

  for (const n of names.keys())
    network.internetGateways.push({
      InternetGatewayId: id("igw", n),
      OwnerId: account,
      Attachments: [{ VpcId: id("vpc", n), State: "available" as never }],
      Tags: named(names[n]!),
    });
  network.natGateways.push({
    NatGatewayId: id("nat", 0),
    VpcId: id("vpc", 0),
    SubnetId: id("subnet", SUBNETS.nat),
    State: "available",
    ConnectivityType: "public",
    CreateTime: new Date(Date.UTC(2024, 2, 1)),
    NatGatewayAddresses: [
      { AllocationId: id("eipalloc", 0), PublicIp: "198.51.100.1", PrivateIp: "10.0.4.10", IsPrimary: true },
    ],
    Tags: named("main"),
  });

  const table = (n: number, vpc: number, name: string, subnets: readonly number[], ...routes: Route[]) =>
    network.routeTables.push({
      RouteTableId: id("rtb", n),
      VpcId: id("vpc", vpc),
      OwnerId: account,
      Associations: subnets.length
        ? subnets.map((each) => association(n, each))
        : [{ ...association(n, undefined), Main: true }],
      Routes: [
        { DestinationCidrBlock: `10.${vpc}.0.0/16`, GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
        ...routes,
      ],
      PropagatingVgws: [],
      Tags: named(name),
    });
  const association = (n: number, of: number | undefined) => ({
    RouteTableAssociationId: id("rtbassoc", 10 * n + (of ?? 9)),
    RouteTableId: id("rtb", n),
    ...(of === undefined ? {} : { SubnetId: id("subnet", of) }),
    Main: false,
    AssociationState: { State: "associated" as const },
  });
  const out = (to: Partial<Route>): Route => ({
    DestinationCidrBlock: EVERYWHERE,
    Origin: "CreateRoute",
    State: "active",
    ...to,
  });
  table(0, 0, "main", [], out({ NatGatewayId: id("nat", 0) }));
  table(1, 1, "test", []);
  table(2, 1, "test-public", SUBNETS.public, out({ GatewayId: id("igw", 1) }));
  table(3, 0, "main-public", [SUBNETS.nat], out({ GatewayId: id("igw", 0) }));

  const open = forgotten || random() < 0.4;
  const loose = random() < 0.35;
  const group = (n: number, name: string, what: string, ingress: Ingress[], egress = true) => {
    const GroupId = id("sg", n);
    const rules: [Ingress, boolean][] = ingress.map((each) => [each, false]);
    if (egress) rules.push([{ ports: "all", cidr: EVERYWHERE }, true]);
    network.securityGroups.push({
      GroupId,
      SecurityGroupArn: arn("security-group", GroupId),
      GroupName: name,
      Description: what,
      OwnerId: account,
      VpcId: id("vpc", vpcOf(n)),
      IpPermissions: rules.filter(([, out]) => !out).map(([rule]) => permissionOf(rule)),
      IpPermissionsEgress: rules.filter(([, out]) => out).map(([rule]) => permissionOf(rule)),
      Tags: named(name),
    });
    for (const [number, [rule, isEgress]] of rules.entries()) {
      const SecurityGroupRuleId = id("sgr", 100 * n + number);
      network.securityGroupRules.push({
        SecurityGroupRuleId,
        SecurityGroupRuleArn: arn("security-group-rule", SecurityGroupRuleId),
        GroupId,
        GroupOwnerId: account,
        IsEgress: isEgress,
        ...protocolOf(rule),
        ...(rule.cidr ? { CidrIpv4: rule.cidr } : {}),
        ...(rule.cidr6 ? { CidrIpv6: rule.cidr6 } : {}),
        ...(rule.group === undefined
          ? {}
          : { ReferencedGroupInfo: { GroupId: id("sg", rule.group), UserId: account, VpcId: id("vpc", vpcOf(n)) } }),
        Tags: [],
      });
    }
  };
  const permissionOf = (rule: Ingress) => ({
    ...protocolOf(rule),
    IpRanges: rule.cidr ? [{ CidrIp: rule.cidr }] : [],
    Ipv6Ranges: rule.cidr6 ? [{ CidrIpv6: rule.cidr6 }] : [],
    PrefixListIds: [],
    UserIdGroupPairs: rule.group === undefined ? [] : [{ GroupId: id("sg", rule.group), UserId: account }],
  });
  const everyPort: Ingress[] = [1433, 3306, 5432].map((port) => ({ ports: [port, port] }));
  group(
    GROUPS.databases,
    "databases",
    "Databases, from the web tier",
    everyPort.map((rule) => ({ ...rule, group: GROUPS.web })),
  );
  group(
    GROUPS.testDatabases,
    "test-databases",
    "Databases of the test",
    everyPort.map((rule) => ({ ...rule, cidr: open ? EVERYWHERE : OFFICE })),
  );
  group(GROUPS.web, "web", "The web tier", [
    { ports: [443, 443], cidr: EVERYWHERE },
    { ports: [443, 443], cidr6: "::/0" },
  ]);
  group(GROUPS.bastion, "bastion", "The way in for administrators", [
    { ports: [22, 22], cidr: loose ? EVERYWHERE : OFFICE },
    ...(loose && random() < 0.5 ? [{ ports: [22, 22], cidr6: "::/0" } satisfies Ingress] : []),
  ]);
  const closed = !forgotten && random() < 0.4;
  for (const n of GROUPS.defaults)
    group(n, "default", "default VPC security group", closed ? [] : [{ ports: "all", group: n }], !closed);

  for (const vpc of names.keys()) {
    const narrow = vpc === 0 && random() < 0.5;
    const entry = (RuleNumber: number, Egress: boolean, more: Partial<NetworkAclEntry> = {}): NetworkAclEntry => ({
      RuleNumber,
      Egress,
      Protocol: "-1",
      RuleAction: "allow",
      CidrBlock: EVERYWHERE,
      ...more,
    });
    network.networkAcls.push({
      NetworkAclId: id("acl", vpc),
      VpcId: id("vpc", vpc),
      OwnerId: account,
      IsDefault: !narrow,
      Associations: network.subnets
        .filter(({ VpcId }) => VpcId === id("vpc", vpc))
        .map(({ SubnetId }, n) => ({
          NetworkAclAssociationId: id("aclassoc", 10 * vpc + n),
          NetworkAclId: id("acl", vpc),
          SubnetId,
        })),
      Entries: [
        ...(narrow
          ? [
              entry(100, false, { Protocol: "6", PortRange: { From: 443, To: 443 } }),
              entry(110, false, { Protocol: "6", PortRange: { From: 32768, To: 65535 } }),
            ]
          : [entry(100, false)]),
        entry(100, true),
        entry(32767, false, { RuleAction: "deny" }),
        entry(32767, true, { RuleAction: "deny" }),
      ],
      Tags: [],
    });
    if (!forgotten && random() < (vpc === 0 ? 0.8 : 0.3))
      network.flowLogs.push({
        FlowLogId: id("fl", vpc),
        ResourceId: id("vpc", vpc),
        FlowLogStatus: "ACTIVE",
        DeliverLogsStatus: "SUCCESS",
        TrafficType: "ALL",
        LogDestinationType: "cloud-watch-logs",
        LogGroupName: "/company/vpc",
        DeliverLogsPermissionArn: `arn:aws:iam::${account}:role/jobs`,
        MaxAggregationInterval: 600,
        CreationTime: new Date(Date.UTC(2024, 3, 1)),
        Tags: [],
      });
  }
  return network;
});

const protocolOf = ({ ports }: Ingress) =>
  ports === "all"
    ? { IpProtocol: "-1", FromPort: -1, ToPort: -1 }
    : { IpProtocol: "tcp", FromPort: ports[0], ToPort: ports[1] };
