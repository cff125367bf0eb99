/** Addresses from first to last, both included. */
interface Range {
  first: bigint;
  last: bigint;
}

export type Family = "ipv4" | "ipv6";
export const FAMILIES = ["ipv4", "ipv6"] as const satisfies readonly Family[];

/** A set of addresses; its ranges are sorted, and no two of them touch, so that equal sets are equal values. */
export type AddressSet = Readonly<Record<Family, readonly Range[]>>;

const BITS: Record<Family, number> = { ipv4: 32, ipv6: 128 };
const LAST: Record<Family, bigint> = { ipv4: 2n ** 32n - 1n, ipv6: 2n ** 128n - 1n };

export const NO_ADDRESS: AddressSet = { ipv4: [], ipv6: [] };
export const EVERY_IPV4: AddressSet = { ipv4: [{ first: 0n, last: LAST.ipv4 }], ipv6: [] };
export const EVERY_IPV6: AddressSet = { ipv4: [], ipv6: [{ first: 0n, last: LAST.ipv6 }] };
export const EVERY_ADDRESS: AddressSet = { ipv4: EVERY_IPV4.ipv4, ipv6: EVERY_IPV6.ipv6 };

function ipv4Of(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** Eight groups of hexadecimal digits, `::` for as many zeros as are left out, and an IPv4 address as the last two. */
function ipv6Of(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const tail = groups.at(-1)!;
  if (tail.at(-1)?.includes(".")) {
    const embedded = ipv4Of(tail.pop()!);
    if (embedded === undefined) return undefined;
    tail.push((embedded >> 16n).toString(16), (embedded & 0xffffn).toString(16));
  }
  const hextets = groups.flat();
  if (hextets.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  if (halves.length === 1 ? hextets.length !== 8 : hextets.length > 7) return undefined;
  const zeros = Array<string>(8 - hextets.length).fill("0");
  const all = halves.length === 1 ? hextets : [...groups[0]!, ...zeros, ...groups[1]!];
  return all.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/** `::ffff:0:0/96`: IPv6's way of writing an IPv4 address. @see https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2 */
const MAPPED = 0xffffn << 32n;

/**
 * The addresses of a CIDR block, or of one address. Bits behind the prefix are ignored, as EC2 does, and a block of
 * IPv4-mapped IPv6 addresses is the IPv4 block that it stands for.
 * @returns undefined where the text is neither
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
 */
export function addressesOf(text: string): AddressSet | undefined {
  const [address = "", length, ...more] = text.trim().split("/");
  if (more.length || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const family: Family = address.includes(":") ? "ipv6" : "ipv4";
  const bits = BITS[family];
  const prefix = length === undefined ? bits : Number(length);
  const value = family === "ipv6" ? ipv6Of(address) : ipv4Of(address);
  if (value === undefined || prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = (value / size) * size;
  if (family === "ipv6" && prefix >= 96 && first >> 32n === 0xffffn)
    return { ipv4: [{ first: first - MAPPED, last: first - MAPPED + size - 1n }], ipv6: [] };
  return { ...NO_ADDRESS, [family]: [{ first, last: first + size - 1n }] };
}

const eachFamily = (combine: (family: Family) => readonly Range[]): AddressSet => ({
  ipv4: combine("ipv4"),
  ipv6: combine("ipv6"),
});

// Math.max takes no bigint.
const greater = (a: bigint, b: bigint): bigint => [a, b][Number(b > a)]!;

function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const before = result.at(-1);
    if (before && range.first <= before.last + 1n) {
      if (range.last > before.last) before.last = range.last;
    } else result.push({ ...range });
  }
  return result;
}

export function union(...sets: readonly AddressSet[]): AddressSet {
  if (sets.length === 1) return sets[0]!;
  return eachFamily((family) => merged(sets.flatMap((set) => set[family])));
}

export const intersection = (left: AddressSet, right: AddressSet): AddressSet =>
  eachFamily((family) => {
    const result: Range[] = [];
    for (let [l, r] = [0, 0]; l < left[family].length && r < right[family].length; ) {
      const [a, b] = [left[family][l]!, right[family][r]!];
      const [first, last] = [greater(a.first, b.first), a.last + b.last - greater(a.last, b.last)];
      if (first <= last) result.push({ first, last });
      if (a.last < b.last) l += 1;
      else r += 1;
    }
    return result;
  });

/** What `left` has and `right` has not. */
export const difference = (left: AddressSet, right: AddressSet): AddressSet =>
  intersection(
    left,
    eachFamily((family) => {
      const gaps: Range[] = [];
      let next = 0n;
      for (const { first, last } of right[family]) {
        if (first > next) gaps.push({ first: next, last: first - 1n });
        next = last + 1n;
      }
      if (next <= LAST[family]) gaps.push({ first: next, last: LAST[family] });
      return gaps;
    }),
  );

/** How many addresses there are of a family. */
export const sizeOf = (set: AddressSet, family: Family): bigint =>
  set[family].reduce((sum, { first, last }) => sum + last - first + 1n, 0n);

export const isEmpty = (set: AddressSet): boolean => !set.ipv4.length && !set.ipv6.length;

export const sameAddresses = (left: AddressSet, right: AddressSet): boolean =>
  FAMILIES.every(
    (family) =>
      left[family].length === right[family].length &&
      left[family].every(
        ({ first, last }, index) => first === right[family][index]!.first && last === right[family][index]!.last,
      ),
  );

/** The part of a set that is of one family. */
export const ofFamily = (set: AddressSet, family: Family): AddressSet => ({ ...NO_ADDRESS, [family]: set[family] });

/** The fewest CIDR blocks that come to a set: IPv4 first, from the lowest address on. */
export const cidrsOf = (set: AddressSet): string[] =>
  FAMILIES.flatMap((family) => set[family].flatMap((range) => blocksOf(range, family)));

function blocksOf({ first, last }: Range, family: Family): string[] {
  const bits = BITS[family];
  const blocks: string[] = [];
  for (let at = first; at <= last; ) {
    let free = 0;
    // The largest block that begins here and ends within the range.
    while (free < bits && ((at >> BigInt(free)) & 1n) === 0n && at + (1n << BigInt(free + 1)) - 1n <= last) free += 1;
    blocks.push(`${textOf(at, family)}/${bits - free}`);
    at += 1n << BigInt(free);
  }
  return blocks;
}

function textOf(address: bigint, family: Family): string {
  if (family === "ipv4") return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const zeros = [...groups.join(":").matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].length - a[0].length,
  )[0];
  if (!zeros) return groups.join(":");
  const text = groups.join(":");
  const [before, after] = [text.slice(0, zeros.index), text.slice(zeros.index + zeros[0].length)];
  return `${before.replace(/:$/, "")}::${after.replace(/^:/, "")}`;
}
