import { expect } from "chai";
import { type Interface, whoReaches } from "../../src/network/reachability.ts";
import type { Route } from "../../src/network/routes.ts";

const LISTS = new Map([["pl-world", { entries: ["0.0.0.0/1", "128.0.0.0/1"] }]]);
const LOCAL: Route = { cidrIpv4: "10.0.0.0/16", target: "local", state: "active" };
const route = (cidrIpv4: string, target: string | null, state = "active"): Route => ({ cidrIpv4, target, state });
const OPEN: Interface = {
  publicIpv4: true,
  ipv6: false,
  groupRules: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrIpv4: "0.0.0.0/0", cidrIpv6: "::/0" }],
  aclEntries: [
    { ruleNumber: 100, action: "allow", protocol: "-1", cidrIpv4: "0.0.0.0/0" },
    { ruleNumber: 101, action: "allow", protocol: "-1", cidrIpv6: "::/0" },
  ],
  routes: [LOCAL, route("0.0.0.0/0", "igw-1")],
};

describe("who reaches a port of an interface", () => {
  for (const [what, change, answer] of [
    ["a public address, a route, an open group", {}, "everybody"],
    ["no public address", { publicIpv4: false }, "ranges"],
    ["an address that is not known", { publicIpv4: undefined }, "not known"],
    ["no route to the internet", { routes: [LOCAL] }, "ranges"],
    ["a route by NAT", { routes: [LOCAL, route("0.0.0.0/0", "nat-1")] }, "ranges"],
    ["a route to a transit gateway", { routes: [LOCAL, route("0.0.0.0/0", "tgw-1")] }, "ranges"],
    ["halves to the gateway", { routes: [route("0.0.0.0/1", "igw-1"), route("128.0.0.0/1", "igw-1")] }, "everybody"],
    [
      "halves to NAT before the gateway",
      {
        routes: [route("0.0.0.0/0", "igw-1"), route("0.0.0.0/1", "nat-1"), route("128.0.0.0/1", "nat-1")],
      },
      "ranges",
    ],
    [
      "a narrow route elsewhere",
      { routes: [route("0.0.0.0/0", "igw-1"), route("198.51.100.0/24", "tgw-1")] },
      "everybody",
    ],
    ["a narrow route to the gateway", { routes: [route("198.51.100.0/24", "igw-1")] }, "ranges"],
    ["a list to the gateway", { routes: [{ prefixListId: "pl-world", target: "igw-1" }] }, "everybody"],
    ["a list that was not read to the gateway", { routes: [{ prefixListId: "pl-x", target: "igw-1" }] }, "not known"],
    [
      "a gateway endpoint beside the gateway",
      {
        routes: [route("0.0.0.0/0", "igw-1"), { prefixListId: "pl-s3", target: "vpce-1" }],
      },
      "everybody",
    ],
    ["a gateway that is gone", { routes: [route("0.0.0.0/0", "igw-1", "blackhole")] }, "ranges"],
    ["a firewall before the gateway", { routes: [route("0.0.0.0/0", "vpce-1")] }, "not known"],
    ["an appliance before the gateway", { routes: [route("0.0.0.0/0", "eni-1")] }, "not known"],
    ["routes that were not read", { routes: undefined }, "not known"],
    ["routes that were not read, without an address", { routes: undefined, publicIpv4: false }, "ranges"],
    ["a group that was not read", { groupRules: undefined }, "not known"],
    ["a group that is closed", { groupRules: [] }, "nobody"],
    ["an ACL that was not read", { aclEntries: undefined }, "not known"],
    ["an ACL that lets nobody in", { aclEntries: [] }, "nobody"],
    [
      "an ACL that denies the port",
      {
        aclEntries: [
          { ruleNumber: 1, action: "deny", protocol: "6", fromPort: 5432, toPort: 5432, cidrIpv4: "0.0.0.0/0" },
          { ruleNumber: 100, action: "allow", protocol: "-1", cidrIpv4: "0.0.0.0/0" },
        ],
      },
      "nobody",
    ],
    [
      "IPv6 by an egress-only gateway",
      {
        publicIpv4: false,
        ipv6: true,
        routes: [{ cidrIpv6: "::/0", target: "eigw-1" }],
      },
      "ranges",
    ],
    [
      "IPv6 by the gateway",
      { publicIpv4: false, ipv6: true, routes: [{ cidrIpv6: "::/0", target: "igw-1" }] },
      "everybody",
    ],
    ["a closed group behind an unread table", { groupRules: [], routes: undefined }, "nobody"],
    ["members of a group", { groupRules: [{ protocol: "-1", groupId: "sg-2" }] }, "ranges"],
  ] as [string, Partial<Interface>, string][])
    it(`${what}: ${answer}`, () =>
      expect(whoReaches({ ...OPEN, ...change }, "tcp", 5432, LISTS).audience).to.equal(answer));

  it("tells why it does not know", () => {
    const { reach } = whoReaches({ ...OPEN, routes: undefined, groupRules: undefined }, "tcp", 5432);
    expect(reach.unknown).to.deep.equal(["a security group was not read", "its route table was not read"]);
  });

  it("knows protocols by number", () => {
    expect(whoReaches(OPEN, 6, 5432).audience).to.equal("everybody");
    expect(whoReaches(OPEN, 17, 5432).audience).to.equal("nobody");
  });
});
