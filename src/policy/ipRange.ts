/**
 * Ranges of IPv4 and IPv6 addresses as conditions write them.
 *
 * Exports: {@link ipRange}, {@link IpRange}, {@link inRange}, {@link containsRange}.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
 */
import { isIPv4, isIPv6 } from "node:net";

export interface IpRange {
  version: 4 | 6;
  first: bigint;
  /** Bits of the prefix. */
  prefix: number;
}

const width = (version: 4 | 6): number => (version === 4 ? 32 : 128);

function addressOf(text: string): { version: 4 | 6; number: bigint } | undefined {
  if (isIPv4(text)) return { version: 4, number: text.split(".").reduce((sum, each) => sum * 256n + BigInt(each), 0n) };
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const mapped = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = mapped
    ? `${mapped[1]}${((Number(mapped[2]) << 8) | Number(mapped[3])).toString(16)}:${((Number(mapped[4]) << 8) | Number(mapped[5])).toString(16)}`
    : text;
  const [head = "", tail] = plain.split("::");
  const before = head ? head.split(":") : [];
  const after = tail ? tail.split(":") : [];
  const groups = [...before, ...new Array<string>(8 - before.length - after.length).fill("0"), ...after];
  return { version: 6, number: groups.reduce((sum, each) => sum * 65_536n + BigInt(`0x${each}`), 0n) };
}

/** A range in CIDR notation, or one address; undefined where it is neither. Bits beyond the prefix count as zero. */
export function ipRange(text: string): IpRange | undefined {
  const [, address = "", bits] = /^([^/]+?)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const found = addressOf(address);
  if (!found) return undefined;
  const prefix = bits === undefined ? width(found.version) : Number(bits);
  if (prefix > width(found.version)) return undefined;
  const rest = BigInt(width(found.version) - prefix);
  return { version: found.version, first: (found.number >> rest) << rest, prefix };
}

/** Whether a range holds all addresses of another. */
export const containsRange = (outer: IpRange, inner: IpRange): boolean => {
  if (outer.version !== inner.version || outer.prefix > inner.prefix) return false;
  const rest = BigInt(width(outer.version) - outer.prefix);
  return outer.first >> rest === inner.first >> rest;
};

/** Whether an address lies in a range; undefined where one of the two is none. */
export function inRange(address: string, range: string): boolean | undefined {
  const outer = ipRange(range);
  const inner = ipRange(address);
  return outer && inner ? containsRange(outer, inner) : undefined;
}
