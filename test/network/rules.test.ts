import { expect } from "chai";
import fc from "fast-check";
import { addressesOf, cidrsOf, difference, isEmpty } from "../../src/network/addresses.ts";
import { type AclEntry, aclOpenings } from "../../src/network/networkAcls.ts";
import type { Opening } from "../../src/network/openings.ts";
import { protocolOf } from "../../src/network/ports.ts";
import { audienceOf } from "../../src/network/reach.ts";
import { type GroupRule, groupOpenings } from "../../src/network/securityGroups.ts";

const LISTS = new Map([
  ["pl-all", { entries: ["0.0.0.0/0"] }],
  ["pl-halves", { entries: ["0.0.0.0/1", "128.0.0.0/1"] }],
  ["pl-office", { entries: ["198.51.100.0/24"] }],
  ["pl-odd", { entries: ["198.51.100.0/24", "nonsense"] }],
  ["pl-unread", {}],
  ["pl-s3", { name: "com.amazonaws.eu-central-1.s3" }],
  ["pl-cloudfront", { name: "com.amazonaws.global.cloudfront.origin-facing" }],
  ["pl-empty", { entries: [] }],
  ["pl-likeAws", { name: "com.amazonaws.eu-central-1.s3.mine" }],
]);

const at = (openings: readonly Opening[], protocol: string, port: number, family: "ipv4" | "ipv6" = "ipv4") => {
  const found = openings.find(
    (each) => each.protocol === protocol && (!each.ports || (each.ports.from <= port && port <= each.ports.to)),
  );
  return found ? audienceOf(found.reach, family) : "nobody";
};

const ssh = (source: Partial<GroupRule>): GroupRule => ({ protocol: "tcp", fromPort: 22, toPort: 22, ...source });
const world = { cidrIpv4: "0.0.0.0/0" };

describe("rules of security groups", () => {
  for (const [what, rules, port, protocol, answer] of [
    ["all of IPv4", [ssh(world)], 22, "tcp", "everybody"],
    ["another port", [ssh(world)], 23, "tcp", "nobody"],
    ["another protocol", [ssh(world)], 22, "udp", "nobody"],
    [
      "two rules with half of it each",
      [ssh({ cidrIpv4: "0.0.0.0/1" }), ssh({ cidrIpv4: "128.0.0.0/1" })],
      22,
      "tcp",
      "everybody",
    ],
    [
      "halves that meet in one port alone",
      [
        { protocol: "tcp", fromPort: 20, toPort: 22, cidrIpv4: "0.0.0.0/7" },
        { protocol: "tcp", fromPort: 22, toPort: 25, cidrIpv4: "1.0.0.0/8" },
        { protocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "3.0.0.0/8" },
      ],
      22,
      "tcp",
      "everybody",
    ],
    ["an office", [ssh({ cidrIpv4: "198.51.100.0/24" })], 22, "tcp", "ranges"],
    ["a list of everything", [ssh({ prefixListId: "pl-all" })], 22, "tcp", "everybody"],
    ["a list of halves", [ssh({ prefixListId: "pl-halves" })], 22, "tcp", "everybody"],
    ["a list of an office", [ssh({ prefixListId: "pl-office" })], 22, "tcp", "ranges"],
    ["a list that nobody read", [ssh({ prefixListId: "pl-unread" })], 22, "tcp", "not known"],
    ["a list that is not there", [ssh({ prefixListId: "pl-gone" })], 22, "tcp", "not known"],
    ["a list with an odd entry", [ssh({ prefixListId: "pl-odd" })], 22, "tcp", "not known"],
    ["an empty list", [ssh({ prefixListId: "pl-empty" })], 22, "tcp", "nobody"],
    ["AWS's own list of S3", [ssh({ prefixListId: "pl-s3" })], 22, "tcp", "ranges"],
    ["AWS's own list of CloudFront", [ssh({ prefixListId: "pl-cloudfront" })], 22, "tcp", "ranges"],
    ["a list that is only named like AWS's", [ssh({ prefixListId: "pl-likeAws" })], 22, "tcp", "not known"],
    ["what is not known beside what is", [ssh({ prefixListId: "pl-gone" }), ssh(world)], 22, "tcp", "everybody"],
    ["another group", [ssh({ groupId: "sg-9" })], 22, "tcp", "ranges"],
    ["every protocol", [{ protocol: "-1", fromPort: -1, toPort: -1, ...world }], 3389, "udp", "everybody"],
    ["every protocol by a number", [{ protocol: -1, ...world }], 3389, "tcp", "everybody"],
    [
      "UDP by its number as text",
      [{ protocol: "17", fromPort: 3389, toPort: 3389, ...world }],
      3389,
      "udp",
      "everybody",
    ],
    ["TCP by its number", [{ protocol: 6, fromPort: 0, toPort: 65535, ...world }], 3389, "tcp", "everybody"],
    ["TCP in capitals", [{ protocol: "TCP", fromPort: 22, toPort: 22, ...world }], 22, "tcp", "everybody"],
    ["TCP without ports", [{ protocol: "tcp", ...world }], 22, "tcp", "everybody"],
    ["ports as texts", [{ protocol: "tcp", fromPort: "20", toPort: "30", ...world }], 22, "tcp", "everybody"],
    ["ports of -1", [{ protocol: "udp", fromPort: -1, toPort: -1, ...world }], 53, "udp", "everybody"],
    ["ICMP, which opens no port", [{ protocol: "icmp", fromPort: -1, toPort: -1, ...world }], 22, "tcp", "nobody"],
    ["ICMP itself", [{ protocol: "icmp", fromPort: 8, toPort: 0, ...world }], 0, "icmp", "everybody"],
    ["GRE by its number", [{ protocol: "47", ...world }], 0, "47", "everybody"],
    ["a protocol that nobody knows", [{ protocol: "quic", ...world }], 22, "tcp", "not known"],
    ["a source that is no address", [ssh({ cidrIpv4: "anywhere" })], 22, "tcp", "not known"],
    ["no source", [ssh({})], 22, "tcp", "not known"],
    ["no rules", [], 22, "tcp", "nobody"],
  ] as [string, GroupRule[], number, string, string][])
    it(`${what}: ${protocol} ${port} is reached by ${answer}`, () =>
      expect(at(groupOpenings(rules, LISTS), protocol, port)).to.equal(answer));

  it("tell IPv4 and IPv6 apart", () => {
    const openings = groupOpenings([ssh({ cidrIpv6: "::/0" })], LISTS);
    expect([at(openings, "tcp", 22, "ipv4"), at(openings, "tcp", 22, "ipv6")]).to.deep.equal(["nobody", "everybody"]);
  });

  it("are told in the fewest pieces", () => {
    const openings = groupOpenings(
      [
        { protocol: "tcp", fromPort: 1, toPort: 10, ...world },
        { protocol: "tcp", fromPort: 11, toPort: 20, ...world },
        { protocol: "tcp", fromPort: 5, toPort: 15, ...world },
      ],
      LISTS,
    );
    expect(openings.map(({ protocol, ports }) => ({ protocol, ports }))).to.deep.equal([
      { protocol: "tcp", ports: { from: 1, to: 20 } },
    ]);
  });

  it("let nobody out who was in, whatever rule is added and wherever it stands", () => {
    const port = fc.integer({ min: 0, max: 65535 });
    const rule = fc.record({
      protocol: fc.constantFrom("tcp", "udp", "-1", "icmp", 6, "17"),
      fromPort: port,
      toPort: port,
      cidrIpv4: fc.constantFrom("0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "0.0.0.0/0", "52.0.0.0/8"),
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), rule, port, (rules, more, asked) => {
        const [before, after] = [groupOpenings(rules, LISTS), groupOpenings([more, ...rules], LISTS)];
        if (at(before, "tcp", asked) === "everybody") expect(at(after, "tcp", asked)).to.equal("everybody");
        const reversed = groupOpenings([...rules].reverse(), LISTS);
        expect(reversed).to.deep.equal(before);
      }),
    );
  });
});

const entry = (ruleNumber: unknown, action: string, rest: Partial<AclEntry> = {}): AclEntry => ({
  ruleNumber,
  action,
  protocol: "6",
  fromPort: 22,
  toPort: 22,
  cidrIpv4: "0.0.0.0/0",
  ...rest,
});
const all = { protocol: "-1", fromPort: undefined, toPort: undefined };

describe("entries of network ACLs", () => {
  for (const [what, entries, answer] of [
    ["an allow", [entry(100, "allow")], "everybody"],
    ["nothing", [], "nobody"],
    ["a deny in front", [entry(10, "deny"), entry(20, "allow", all)], "nobody"],
    ["a deny in front that stands behind in the list", [entry(20, "allow", all), entry(10, "deny")], "nobody"],
    ["a deny behind", [entry(20, "deny"), entry(10, "allow", all)], "everybody"],
    ["a deny of half", [entry(10, "deny", { cidrIpv4: "0.0.0.0/1" }), entry(20, "allow", all)], "everybody"],
    [
      "denies of both halves",
      [
        entry(10, "deny", { cidrIpv4: "0.0.0.0/1" }),
        entry(11, "deny", { cidrIpv4: "128.0.0.0/1" }),
        entry(20, "allow", all),
      ],
      "nobody",
    ],
    ["a deny of another port", [entry(10, "deny", { fromPort: 23, toPort: 25 }), entry(20, "allow", all)], "everybody"],
    ["a deny of UDP", [entry(10, "deny", { protocol: "17" }), entry(20, "allow", all)], "everybody"],
    [
      "an allow of an office, and a deny",
      [entry(10, "allow", { cidrIpv4: "198.51.100.0/24" }), entry(20, "deny", all)],
      "ranges",
    ],
    ["numbers as texts", [entry("9", "deny"), entry("10", "allow", all)], "nobody"],
    ["an entry without a number that denies", [entry(undefined, "deny"), entry(20, "allow", all)], "not known"],
    ["a deny from nowhere", [entry(10, "deny", { cidrIpv4: null }), entry(20, "allow", all)], "not known"],
    ["an allow from nowhere", [entry(10, "allow", { cidrIpv4: null })], "not known"],
    ["an action that nobody knows", [entry(10, "reject")], "not known"],
    ["what is not clear behind what is", [entry(10, "allow"), entry(20, "deny", { cidrIpv4: "x" })], "everybody"],
    ["what is not clear behind a deny", [entry(10, "deny", all), entry(20, "allow", { cidrIpv4: "x" })], "nobody"],
  ] as [string, AclEntry[], string][])
    it(`${what}: ${answer}`, () => expect(at(aclOpenings(entries), "tcp", 22)).to.equal(answer));

  it("of IPv6 decide nothing of IPv4", () => {
    const openings = aclOpenings([entry(10, "deny", { cidrIpv4: null, cidrIpv6: "::/0" }), entry(20, "allow", all)]);
    expect(at(openings, "tcp", 22)).to.equal("everybody");
    expect(at(openings, "tcp", 22, "ipv6")).to.equal("nobody");
  });

  const anyEntry = fc.record({
    ruleNumber: fc.integer({ min: 1, max: 100 }),
    action: fc.constantFrom("allow", "deny"),
    protocol: fc.constantFrom("-1", "6", "17"),
    fromPort: fc.integer({ min: 0, max: 100 }),
    toPort: fc.integer({ min: 0, max: 100 }),
    cidrIpv4: fc.constantFrom("0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "52.0.0.0/8", "odd"),
  });
  const certain = (entries: readonly AclEntry[], port: number) =>
    aclOpenings(entries).find(({ protocol, ports }) => protocol === "tcp" && ports!.from <= port && port <= ports!.to)
      ?.reach ?? { certain: { ipv4: [], ipv6: [] }, possible: { ipv4: [], ipv6: [] } };

  it("open nothing by a deny that is added in front, and are never certain of more than is possible", () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { maxLength: 6 }),
        anyEntry,
        fc.integer({ min: 0, max: 100 }),
        (entries, more, port) => {
          const before = certain(entries, port);
          const after = certain([...entries, { ...more, ruleNumber: 0, action: "deny" }], port);
          expect(isEmpty(difference(after.possible, before.possible))).to.equal(true);
          expect(isEmpty(difference(after.certain, before.certain))).to.equal(true);
          expect(isEmpty(difference(before.certain, before.possible))).to.equal(true);
        },
      ),
    );
  });

  it("let in exactly what the first match of each address says", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyEntry, { maxLength: 6, selector: ({ ruleNumber }) => ruleNumber }),
        fc.constantFrom("1.2.3.4", "10.1.1.1", "52.1.1.1", "200.1.1.1"),
        fc.integer({ min: 0, max: 100 }),
        (entries, address, port) => {
          const clear = entries.filter(({ cidrIpv4 }) => cidrIpv4 !== "odd");
          const first = [...clear]
            .sort((a, b) => a.ruleNumber - b.ruleNumber)
            .find(
              ({ protocol, fromPort, toPort, cidrIpv4 }) =>
                isEmpty(difference(addressesOf(address)!, addressesOf(cidrIpv4)!)) &&
                (protocol === "-1" ||
                  (protocol === "6" && Math.min(fromPort, toPort) <= port && port <= Math.max(fromPort, toPort))),
            );
          const inside = isEmpty(difference(addressesOf(address)!, certain(clear, port).certain));
          expect(inside, cidrsOf(certain(clear, port).certain).join()).to.equal(first?.action === "allow");
        },
      ),
    );
  });
});

describe("protocols", () => {
  for (const [written, name] of [
    ["tcp", "tcp"],
    ["6", "tcp"],
    [17, "udp"],
    ["-1", "all"],
    [-1, "all"],
    ["ALL", "all"],
    ["1", "icmp"],
    [58, "icmpv6"],
    ["icmpv6", "icmpv6"],
    [47, "47"],
    ["050", "50"],
    [6.0, "tcp"],
    [null, undefined],
    ["", undefined],
    ["256", undefined],
    ["http", undefined],
  ] as const)
    it(`${JSON.stringify(written)} is ${name ?? "none"}`, () => expect(protocolOf(written)).to.equal(name));
});
