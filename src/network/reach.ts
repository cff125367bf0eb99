import {
  type AddressSet,
  EVERY_ADDRESS,
  FAMILIES,
  type Family,
  intersection,
  isEmpty,
  NO_ADDRESS,
  ofFamily,
  sameAddresses,
  union,
} from "./addresses.ts";
import { holdsTheInternet } from "./internet.ts";

/**
 * Who can reach something, as far as it is known: at least the addresses of `certain`, at most those of `possible`. The
 * two are the same where everything is known.
 */
export interface Reach {
  certain: AddressSet;
  possible: AddressSet;
  /** Who is let in by name and not by address: members of security groups, AWS's services. */
  named: readonly string[];
  /** Why more may be let in than is certain. */
  unknown: readonly string[];
}

export const NOBODY: Reach = { certain: NO_ADDRESS, possible: NO_ADDRESS, named: [], unknown: [] };

export const exactly = (addresses: AddressSet): Reach => ({ ...NOBODY, certain: addresses, possible: addresses });

/** Somebody by name. */
export const onlyNamed = (name: string): Reach => ({ ...NOBODY, named: [name] });

/** Perhaps some of these addresses, all of them when left out. */
export const notKnown = (why: string, addresses: AddressSet = EVERY_ADDRESS): Reach => ({
  ...NOBODY,
  possible: addresses,
  unknown: [why],
});

/** Perhaps these, and perhaps nobody. */
export const perhaps = ({ possible, named, unknown }: Reach, why: string): Reach => ({
  certain: NO_ADDRESS,
  possible,
  named,
  unknown: distinct(unknown, [why]),
});

const distinct = (...lists: (readonly string[])[]): string[] => [...new Set(lists.flat())].sort();

/** Let in by one of some. */
export const anyOf = (reaches: readonly Reach[]): Reach =>
  reaches.length === 1
    ? reaches[0]!
    : {
        certain: union(...reaches.map(({ certain }) => certain)),
        possible: union(...reaches.map(({ possible }) => possible)),
        named: distinct(...reaches.map(({ named }) => named)),
        unknown: distinct(...reaches.map(({ unknown }) => unknown)),
      };

/** Let in by both; who is named by the first stays, as long as the second lets anybody pass. */
export function both(first: Reach, second: Reach): Reach {
  const possible = intersection(first.possible, second.possible);
  const certain = intersection(first.certain, second.certain);
  return {
    certain,
    possible,
    named: isEmpty(second.possible) ? [] : first.named,
    unknown: sameAddresses(certain, possible) ? [] : distinct(first.unknown, second.unknown),
  };
}

export const AUDIENCES = ["everybody", "ranges", "nobody", "not known"] as const;
/**
 * `everybody`: the internet as a whole. `ranges`: these addresses, or at most these. `not known`: everybody may be among
 * them, or not.
 */
export type Audience = (typeof AUDIENCES)[number];

/** Who that comes to, of one family. */
export function audienceOf({ certain, possible, named }: Reach, family: Family): Audience {
  if (holdsTheInternet(certain, family)) return "everybody";
  if (holdsTheInternet(possible, family)) return "not known";
  return possible[family].length || named.length ? "ranges" : "nobody";
}

/** The worst of both families. */
export function audience(reach: Reach): Audience {
  const found = FAMILIES.map((family) => audienceOf(reach, family));
  return (["everybody", "not known", "ranges"] as const).find((each) => found.includes(each)) ?? "nobody";
}

/** The same of one family alone. */
export const reachOf = (reach: Reach, family: Family): Reach => ({
  ...reach,
  certain: ofFamily(reach.certain, family),
  possible: ofFamily(reach.possible, family),
});

export const sameReach = (left: Reach, right: Reach): boolean =>
  sameAddresses(left.certain, right.certain) &&
  sameAddresses(left.possible, right.possible) &&
  left.named.join("\n") === right.named.join("\n") &&
  left.unknown.join("\n") === right.unknown.join("\n");
