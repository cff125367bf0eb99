import { expect } from "chai";
import type { Item } from "../../src/evidence/item.ts";
import { duckDBEngine } from "../../src/query/duckdb.ts";
import { rowsOf } from "../../src/query/engine.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { networkOpeningRows } from "../../src/tables/networkOpenings.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, folder, folderForEachTest, type RunSpec, writeRun } from "./sealedFolder.ts";

const at = (resource_type: string, resource_id: string, configuration: Record<string, unknown>): Partial<Item> => ({
  resource_type,
  resource_id,
  configuration,
  auditor: "vpc",
});
const group = at("AWS::EC2::SecurityGroup", "sg-1", { GroupId: "sg-1" });
const rule = (id: string, rest: Record<string, unknown>) =>
  at("AWS::EC2::SecurityGroupRule", id, { GroupId: "sg-1", IsEgress: false, IpProtocol: "tcp", ...rest });
const TYPES = [
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::SecurityGroupRule",
  "AWS::EC2::NetworkInterface",
  "AWS::EC2::RouteTable",
  "AWS::EC2::NetworkAcl",
  "AWS::EC2::Subnet",
];

async function openings(items: Partial<Item>[], sql: string, spec: RunSpec = {}) {
  await writeRun(folder(), { auditors: [{ name: "vpc", global: [], regional: TYPES }], items, ...spec });
  const objects = folderObjects(folder());
  const catalog = {
    tables: [],
    auditors: { vpc: TYPES.map((type) => ({ type, operation: `Describe${type}`, global: false })) },
  };
  await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, catalog);
  const engine = await duckDBEngine({ folder: folder(), catalog });
  try {
    return await rowsOf(await engine.query(`SELECT ${sql}`));
  } finally {
    await engine.close();
  }
}

describe("the table of openings", () => {
  folderForEachTest();

  it("answers any list of ports, and names every line that it rests on", async () => {
    const rows = await openings(
      [
        group,
        rule("sgr-1", { FromPort: 20, ToPort: 25, CidrIpv4: "0.0.0.0/1" }),
        rule("sgr-2", { FromPort: 22, ToPort: 22, CidrIpv4: "128.0.0.0/1" }),
        rule("sgr-3", { IpProtocol: "-1", CidrIpv4: "10.0.0.0/8", IsEgress: true }),
      ],
      `from_port, to_port, audience, ranges, len(evidence) AS lines FROM latest_network_openings
       WHERE family = 'ipv4' AND protocol = 'tcp' ORDER BY from_port`,
    );
    expect(rows).to.deep.equal([
      { from_port: 20, to_port: 21, audience: "everybody", ranges: ["0.0.0.0/1"], lines: 3 },
      { from_port: 22, to_port: 22, audience: "everybody", ranges: ["0.0.0.0/0"], lines: 3 },
      { from_port: 23, to_port: 25, audience: "everybody", ranges: ["0.0.0.0/1"], lines: 3 },
    ]);
  });

  it("has a row of each family for what nobody reaches", async () => {
    const rows = await openings([group], "family, protocol, audience FROM latest_network_openings ORDER BY family");
    expect(rows).to.deep.equal([
      { family: "ipv4", protocol: null, audience: "nobody" },
      { family: "ipv6", protocol: null, audience: "nobody" },
    ]);
  });

  it("does not know a group whose rules were not listed", async () => {
    const rows = await openings([group], "DISTINCT audience, problems FROM latest_network_openings", {
      outcome: () => ({
        status: "denied",
        errors: [
          {
            operation: "DescribeAWS::EC2::SecurityGroupRule",
            resource_type: "AWS::EC2::SecurityGroupRule",
            status: "denied",
            incomplete: "resources",
            code: "AccessDenied",
            message: "no",
            times: 1,
          },
        ],
      }),
    });
    expect(rows).to.deep.equal([{ audience: "not known", problems: "its rules were not read" }]);
  });

  it("takes an interface's address, group, ACL and route together", async () => {
    const card = (id: string, subnet: string, address: boolean) =>
      at("AWS::EC2::NetworkInterface", id, {
        SubnetId: subnet,
        VpcId: "vpc-1",
        Groups: [{ GroupId: "sg-1" }],
        ...(address ? { Association: { PublicIp: "54.1.2.3" } } : {}),
      });
    const table = (id: string, main: boolean, subnets: string[], gateway: string) =>
      at("AWS::EC2::RouteTable", id, {
        RouteTableId: id,
        VpcId: "vpc-1",
        Associations: [...(main ? [{ Main: true }] : []), ...subnets.map((SubnetId) => ({ SubnetId }))],
        Routes: [{ DestinationCidrBlock: "0.0.0.0/0", GatewayId: gateway, State: "active" }],
      });
    const rows = await openings(
      [
        group,
        rule("sgr-1", { FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0" }),
        card("eni-open", "subnet-public", true),
        card("eni-inside", "subnet-public", false),
        card("eni-behind", "subnet-other", true),
        card("eni-denied", "subnet-denied", true),
        table("rtb-main", true, [], "vgw-1"),
        table("rtb-public", false, ["subnet-public", "subnet-denied"], "igw-1"),
        at("AWS::EC2::NetworkAcl", "acl-1", {
          Associations: [{ SubnetId: "subnet-denied" }],
          Entries: [{ RuleNumber: 1, Egress: false, RuleAction: "deny", Protocol: "-1", CidrBlock: "0.0.0.0/0" }],
        }),
      ],
      `resource_id, audience, path FROM latest_network_openings
       WHERE resource_type = 'AWS::EC2::NetworkInterface' AND family = 'ipv4' ORDER BY resource_id`,
    );
    expect(rows.map(({ resource_id, audience }) => [resource_id, audience])).to.deep.equal([
      ["eni-behind", "ranges"],
      ["eni-denied", "nobody"],
      ["eni-inside", "ranges"],
      ["eni-open", "everybody"],
    ]);
    expect(rows.at(-1)!.path).to.equal(
      "public address, route table rtb-public, network ACL not read, security group sg-1",
    );
  });

  describe("of load balancers and instances", () => {
    const REACHED = [
      ...TYPES,
      "AWS::EC2::Instance",
      "AWS::EC2::VPCBlockPublicAccessOptions",
      "AWS::ElasticLoadBalancing::LoadBalancer",
      "AWS::ElasticLoadBalancingV2::LoadBalancer",
      "AWS::ElasticLoadBalancingV2::Listener",
      "AWS::Redshift::Cluster",
      "AWS::Redshift::ClusterSubnetGroup",
    ];
    const table = (id: string, subnet: string, target: Record<string, string>) =>
      at("AWS::EC2::RouteTable", id, {
        RouteTableId: id,
        VpcId: "vpc-1",
        Associations: [{ SubnetId: subnet }],
        Routes: [
          { DestinationCidrBlock: "0.0.0.0/0", State: "active", ...target },
          { DestinationIpv6CidrBlock: "::/0", State: "active", ...target },
        ],
      });
    const NETWORK = [
      group,
      rule("sgr-1", { FromPort: 443, ToPort: 443, CidrIpv4: "0.0.0.0/0" }),
      rule("sgr-2", { FromPort: 443, ToPort: 443, CidrIpv6: "::/0" }),
      rule("sgr-3", { FromPort: 8080, ToPort: 8080, CidrIpv4: "10.0.0.0/8" }),
      table("rtb-public", "subnet-public", { GatewayId: "igw-1" }),
      table("rtb-private", "subnet-private", { NatGatewayId: "nat-1" }),
    ];
    const balancer = (id: string, rest: Record<string, unknown> = {}) =>
      at("AWS::ElasticLoadBalancingV2::LoadBalancer", id, {
        LoadBalancerArn: id,
        Type: "application",
        Scheme: "internet-facing",
        VpcId: "vpc-1",
        IpAddressType: "ipv4",
        SecurityGroups: ["sg-1"],
        AvailabilityZones: [{ SubnetId: "subnet-public" }],
        ...rest,
      });
    const listener = (of: string, Protocol: string, Port?: number) =>
      at("AWS::ElasticLoadBalancingV2::Listener", `${of}-${Protocol}-${Port}`, { LoadBalancerArn: of, Protocol, Port });
    /** `tcp 443 everybody` of each row. */
    const reached = async (items: Partial<Item>[], family = "ipv4", spec: RunSpec = {}) => {
      const rows = await openings(
        [...NETWORK, ...items],
        `DISTINCT protocol, from_port, audience FROM latest_network_openings WHERE family = '${family}'
         AND resource_id = '${items[0]!.resource_id}' ORDER BY protocol, from_port`,
        { auditors: [{ name: "vpc", global: [], regional: REACHED }], ...spec },
      );
      return rows.map((row) => [row.protocol, row.from_port, row.audience].filter((each) => each !== null).join(" "));
    };
    const interfaceOf = (subnet: string, rest: Record<string, unknown> = {}) => ({
      SubnetId: subnet,
      VpcId: "vpc-1",
      Groups: [{ GroupId: "sg-1" }],
      ...rest,
    });
    const instance = (...NetworkInterfaces: unknown[]) =>
      at("AWS::EC2::Instance", "i-1", { State: { Name: "running" }, NetworkInterfaces });
    const withAddress = { PrivateIpAddresses: [{ Primary: false, Association: { PublicIp: "192.0.2.1" } }] };
    const cluster = (ClusterSubnetGroupName: string) =>
      at("AWS::Redshift::Cluster", "dw", {
        PubliclyAccessible: true,
        Endpoint: { Port: 443 },
        VpcId: "vpc-1",
        VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1" }],
        ClusterSubnetGroupName,
      });
    const subnetGroup = (name: string, SubnetIdentifier: string) =>
      at("AWS::Redshift::ClusterSubnetGroup", name, { ClusterSubnetGroupName: name, Subnets: [{ SubnetIdentifier }] });

    for (const [what, items, rows, family] of [
      ["a listener behind an open rule", [balancer("lb"), listener("lb", "HTTPS", 443)], ["tcp 443 everybody"]],
      [
        "each of its listeners, as its rules say",
        [balancer("lb"), listener("lb", "HTTPS", 443), listener("lb", "HTTP", 80), listener("lb", "HTTP", 8080)],
        ["tcp 443 everybody", "tcp 8080 ranges"],
      ],
      ["no listener", [balancer("lb")], ["nobody"]],
      ["another's listener", [balancer("lb"), listener("other", "HTTPS", 443)], ["nobody"]],
      ["an internal one", [balancer("lb", { Scheme: "internal" }), listener("lb", "HTTPS", 443)], ["tcp 443 ranges"]],
      ["no scheme", [balancer("lb", { Scheme: undefined }), listener("lb", "HTTPS", 443)], ["tcp 443 not known"]],
      [
        "a private subnet",
        [balancer("lb", { AvailabilityZones: [{ SubnetId: "subnet-private" }] }), listener("lb", "HTTPS", 443)],
        ["tcp 443 ranges"],
      ],
      [
        "one public subnet of two",
        [
          balancer("lb", { AvailabilityZones: [{ SubnetId: "subnet-private" }, { SubnetId: "subnet-public" }] }),
          listener("lb", "HTTPS", 443),
        ],
        ["tcp 443 everybody"],
      ],
      [
        "no groups told",
        [balancer("lb", { SecurityGroups: undefined }), listener("lb", "HTTPS", 443)],
        ["tcp 443 not known"],
      ],
      [
        "a Network Load Balancer without groups",
        [balancer("lb", { Type: "network", SecurityGroups: undefined }), listener("lb", "TCP_UDP", 53)],
        ["tcp 53 everybody", "udp 53 everybody"],
      ],
      [
        "a Network Load Balancer with a group",
        [balancer("lb", { Type: "network" }), listener("lb", "TLS", 443), listener("lb", "UDP", 53)],
        ["tcp 443 everybody"],
      ],
      ["a Gateway Load Balancer", [balancer("lb", { Type: "gateway" }), listener("lb", "GENEVE", 6081)], ["nobody"]],
      ["IPv6 of IPv4 alone", [balancer("lb"), listener("lb", "HTTPS", 443)], ["tcp 443 ranges"], "ipv6"],
      [
        "IPv6 of both",
        [balancer("lb", { IpAddressType: "dualstack" }), listener("lb", "HTTPS", 443)],
        ["tcp 443 everybody"],
        "ipv6",
      ],
      [
        "IPv4 without a public address",
        [balancer("lb", { IpAddressType: "dualstack-without-public-ipv4" }), listener("lb", "HTTPS", 443)],
        ["tcp 443 ranges"],
      ],
      [
        "VPC Block Public Access",
        [
          balancer("lb"),
          listener("lb", "HTTPS", 443),
          at("AWS::EC2::VPCBlockPublicAccessOptions", "bpa", {
            VpcBlockPublicAccessOptions: { InternetGatewayBlockMode: "block-ingress" },
          }),
        ],
        ["tcp 443 ranges"],
      ],
      [
        "a Classic Load Balancer",
        [
          at("AWS::ElasticLoadBalancing::LoadBalancer", "clb", {
            Scheme: "internet-facing",
            SecurityGroups: ["sg-1"],
            Subnets: ["subnet-public"],
            VPCId: "vpc-1",
            ListenerDescriptions: [
              { Listener: { Protocol: "SSL", LoadBalancerPort: 443 } },
              { Listener: { Protocol: "TCP", LoadBalancerPort: 25 } },
            ],
          }),
        ],
        ["tcp 443 everybody"],
      ],
      [
        "an instance of a private address",
        [instance(interfaceOf("subnet-public"))],
        ["tcp 443 ranges", "tcp 8080 ranges"],
      ],
      [
        "an instance with a public address at its second interface",
        [instance(interfaceOf("subnet-public"), interfaceOf("subnet-public", withAddress))],
        ["tcp 443 everybody", "tcp 8080 ranges"],
      ],
      [
        "an instance with an IPv6 address",
        [instance(interfaceOf("subnet-public", { Ipv6Addresses: [{ Ipv6Address: "2a05:d018::1" }] }))],
        ["tcp 443 everybody"],
        "ipv6",
      ],
      [
        "an instance with a private IPv6 address",
        [instance(interfaceOf("subnet-public", { Ipv6Addresses: [{ Ipv6Address: "fd00::1" }] }))],
        ["tcp 443 ranges"],
        "ipv6",
      ],
      ["a terminated instance", [at("AWS::EC2::Instance", "i-1", { State: { Name: "terminated" } })], ["nobody"]],
      [
        "a warehouse in public subnets",
        [cluster("public"), subnetGroup("public", "subnet-public")],
        ["tcp 443 everybody"],
      ],
      [
        "a warehouse in private subnets",
        [cluster("private"), subnetGroup("private", "subnet-private")],
        ["tcp 443 ranges"],
      ],
      ["a warehouse whose subnets were not read", [cluster("gone")], ["tcp 443 not known"]],
    ] as [string, Partial<Item>[], string[], string?][])
      it(`${what}: ${rows.join(", ")}`, async () => expect(await reached(items, family)).to.deep.equal(rows));

    it("are not known where their listeners were not asked for", async () => {
      const regional = REACHED.filter((type) => !type.endsWith("::Listener"));
      const rows = await reached([balancer("lb")], "ipv4", { auditors: [{ name: "vpc", global: [], regional }] });
      expect(rows).to.include("tcp 443 not known").and.not.include("tcp 443 everybody");
    });
  });

  it("is derived in parts by account, which together are the whole", async () => {
    const accounts = ["100000000000", "100000000001", "100000000002", "100000000003"];
    const items = accounts.flatMap((account_id) =>
      [group, rule("sgr-1", { FromPort: 22, ToPort: 22, PrefixListId: "pl-1" })].map((each) => ({
        ...each,
        account_id,
      })),
    );
    const list = {
      ...at("AWS::EC2::PrefixList", "pl-1", {
        GetManagedPrefixListEntries: { Entries: [{ Cidr: "0.0.0.0/0" }] },
      }),
      account_id: accounts[0]!,
    };
    await writeRun(folder(), {
      accounts,
      auditors: [{ name: "vpc", global: [], regional: [...TYPES, "AWS::EC2::PrefixList"] }],
      items: [...items, list],
    });
    const objects = folderObjects(folder());
    const sealed = (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!;
    const rowsOfPart = async (index: number, of: number) => {
      const rows: string[] = [];
      for await (const row of networkOpeningRows(
        objects,
        sealed.objects,
        { unread: new Set<string>(), requested: new Set(TYPES) },
        { index, of },
      ))
        rows.push(String(row));
      return rows;
    };
    const [whole, ...parts] = await Promise.all([
      rowsOfPart(0, 1),
      rowsOfPart(0, 3),
      rowsOfPart(1, 3),
      rowsOfPart(2, 3),
    ]);
    expect(parts.flat()).to.have.members(whole!);
    expect(parts.filter((part) => part.length).length).to.be.greaterThan(1);
    expect(whole!.filter((row) => row.includes("everybody"))).to.have.lengthOf(accounts.length);
  });
});
