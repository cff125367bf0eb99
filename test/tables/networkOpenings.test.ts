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
      for await (const row of networkOpeningRows(objects, sealed.objects, new Set(), { index, of }))
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
