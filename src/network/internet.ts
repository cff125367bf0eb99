import {
  type AddressSet,
  addressesOf,
  difference,
  FAMILIES,
  type Family,
  intersection,
  sizeOf,
  union,
} from "./addresses.ts";

const setOf = (...blocks: string[]): AddressSet => union(...blocks.map((block) => addressesOf(block)!));

/**
 * Addresses that nobody has on the internet: private, reserved, for documentation, loopback, link-local, multicast.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry/
 */
const NOT_PUBLIC = setOf(
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "2001:2::/48",
  "2001:10::/28",
  "2001:db8::/32",
  "3fff::/20",
);

/** Addresses that may be somebody's on the internet; of IPv6 those that are given out, `2000::/3`. */
export const PUBLIC: AddressSet = difference(setOf("0.0.0.0/0", "2000::/3"), NOT_PUBLIC);

/**
 * So many public addresses are not a list of known peers any more. IPv4: as many as a /7, one in 128 of all. IPv6: a
 * /12, which is what a regional registry has for its whole part of the world; no single network comes near.
 */
const EVERYBODY: Record<Family, { prefix: number; from: bigint }> = {
  ipv4: { prefix: 7, from: 1n << 25n },
  ipv6: { prefix: 12, from: 1n << 116n },
};

/**
 * Whether a set of addresses of a family comes to everybody, however it is written: as one very wide block, as halves
 * or as many parts.
 */
export function holdsTheInternet(set: AddressSet, family: Family): boolean {
  const { prefix, from } = EVERYBODY[family];
  if (sizeOf(intersection(set, PUBLIC), family) >= from) return true;
  // Half of 10.0.0.0/7 is private, and whoever wrote it meant no network of theirs.
  const bits = family === "ipv4" ? 32 : 128;
  const size = 1n << BigInt(bits - prefix);
  return set[family].some(({ first, last }) => {
    for (let block = ((first + size - 1n) / size) * size; block + size - 1n <= last; block += size) {
      const part = { ipv4: [], ipv6: [], [family]: [{ first: block, last: block + size - 1n }] };
      if (sizeOf(intersection(part, PUBLIC), family) * 2n >= size) return true;
    }
    return false;
  });
}

/** Whether a set comes to everybody of IPv4 or of IPv6. */
export const holdsEverybody = (set: AddressSet): boolean => FAMILIES.some((family) => holdsTheInternet(set, family));
