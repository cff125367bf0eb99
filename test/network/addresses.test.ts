import { expect } from "chai";
import fc from "fast-check";
import {
  type AddressSet,
  addressesOf,
  cidrsOf,
  difference,
  EVERY_ADDRESS,
  intersection,
  isEmpty,
  NO_ADDRESS,
  sameAddresses,
  sizeOf,
  union,
} from "../../src/network/addresses.ts";
import { holdsEverybody } from "../../src/network/internet.ts";

const set = (...blocks: string[]): AddressSet => union(NO_ADDRESS, ...blocks.map((block) => addressesOf(block)!));
const blocks4 = (prefix: number): string[] =>
  Array.from({ length: 2 ** prefix }, (_, index) => `${(index << (8 - prefix)) & 255}.0.0.0/${prefix}`);

const anyBlock = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
    .map(([value, prefix]) => `${[24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".")}/${prefix}`),
  fc
    .tuple(
      fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: 128 }),
    )
    .map(([groups, prefix]) => `${groups.map((each) => each.toString(16)).join(":")}/${prefix}`),
);
const anySet = fc.array(anyBlock, { maxLength: 6 }).map((blocks) => set(...blocks));

describe("sets of addresses", () => {
  for (const [text, cidrs] of [
    ["10.0.0.0/8", ["10.0.0.0/8"]],
    ["10.1.2.3/8", ["10.0.0.0/8"]],
    ["192.0.2.7", ["192.0.2.7/32"]],
    ["0.0.0.0/0", ["0.0.0.0/0"]],
    ["::/0", ["::/0"]],
    ["2001:DB8::1", ["2001:db8::1/128"]],
    ["2001:db8:0:0:1:0:0:1/64", ["2001:db8::/64"]],
    ["fe80::/10", ["fe80::/10"]],
    ["::ffff:192.0.2.0/120", ["192.0.2.0/24"]],
    ["::ffff:c000:200/120", ["192.0.2.0/24"]],
    ["::ffff:0:0/96", ["0.0.0.0/0"]],
    ["::ffff:0:0/95", ["::fffe:0:0/95"]],
    [" 10.0.0.0/8 ", ["10.0.0.0/8"]],
  ] as const)
    it(`read ${text}`, () => expect(cidrsOf(addressesOf(text)!)).to.deep.equal(cidrs));

  for (const text of [
    "",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.1",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "::/129",
    ":::",
    "1:2:3:4:5:6:7",
    "1::2::3",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "g::",
    "pl-1",
    "*",
  ])
    it(`take ${JSON.stringify(text)} for no address`, () => expect(addressesOf(text)).to.equal(undefined));

  it("come to the same however they are cut and whatever their order", () => {
    expect(cidrsOf(set("128.0.0.0/1", "0.0.0.0/1"))).to.deep.equal(["0.0.0.0/0"]);
    expect(cidrsOf(difference(set("10.0.0.0/8"), set("10.0.0.0/9")))).to.deep.equal(["10.128.0.0/9"]);
    expect(cidrsOf(difference(set("10.0.0.0/30"), set("10.0.0.1")))).to.deep.equal(["10.0.0.0/32", "10.0.0.2/31"]);
    expect(sizeOf(set("10.0.0.0/8", "10.1.0.0/16"), "ipv4")).to.equal(2n ** 24n);
  });

  it("follow the laws of sets", () => {
    fc.assert(
      fc.property(anySet, anySet, anySet, (a, b, c) => {
        expect(sameAddresses(union(a, b), union(b, a))).to.equal(true);
        expect(sameAddresses(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c)))).to.equal(
          true,
        );
        expect(isEmpty(intersection(difference(a, b), b))).to.equal(true);
        expect(sameAddresses(union(difference(a, b), intersection(a, b)), a)).to.equal(true);
        expect(sameAddresses(difference(a, b), intersection(a, difference(EVERY_ADDRESS, b)))).to.equal(true);
        for (const family of ["ipv4", "ipv6"] as const)
          expect(sizeOf(union(a, b), family) + sizeOf(intersection(a, b), family)).to.equal(
            sizeOf(a, family) + sizeOf(b, family),
          );
      }),
    );
  });

  it("are written as blocks that come to the same", () => {
    fc.assert(
      fc.property(anySet, (a) => {
        expect(sameAddresses(set(...cidrsOf(a)), a)).to.equal(true);
      }),
    );
  });
});

describe("the internet", () => {
  for (const [what, blocks, everybody] of [
    ["all of IPv4", ["0.0.0.0/0"], true],
    ["all of IPv6", ["::/0"], true],
    ["IPv4 in IPv6's clothes", ["::ffff:0.0.0.0/96"], true],
    ["two halves", ["0.0.0.0/1", "128.0.0.0/1"], true],
    ["one half", ["128.0.0.0/1"], true],
    ["four quarters", blocks4(2), true],
    ["256 parts", blocks4(8), true],
    ["all but one network", ["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "224.0.0.0/4"], true],
    ["a /7", ["52.0.0.0/7"], true],
    ["a /7 of which half is private", ["10.0.0.0/7"], true],
    ["two /8 apart", ["3.0.0.0/8", "52.0.0.0/8"], true],
    ["a /8", ["52.0.0.0/8"], false],
    ["a /16", ["52.1.0.0/16"], false],
    ["all private space", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"], false],
    ["multicast and what is reserved", ["224.0.0.0/3"], false],
    ["loopback and this network", ["127.0.0.0/8", "0.0.0.0/8"], false],
    ["what IPv6 gives out", ["2000::/3"], true],
    ["IPv6 in halves", ["::/1", "8000::/1"], true],
    ["a registry's part of IPv6", ["2a00::/12"], true],
    ["a network of IPv6", ["2600:1f00::/24"], false],
    ["private space of IPv6", ["fc00::/7", "fe80::/10"], false],
    ["multicast of IPv6", ["ff00::/8"], false],
    ["nobody", [], false],
  ] as const)
    it(`is ${everybody ? "" : "not "}${what}`, () => expect(holdsEverybody(set(...blocks))).to.equal(everybody));

  it("is not left by adding addresses, and not entered by taking some away", () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        if (holdsEverybody(a)) expect(holdsEverybody(union(a, b))).to.equal(true);
        else expect(holdsEverybody(difference(a, b))).to.equal(false);
      }),
    );
  });
});
