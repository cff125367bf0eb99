/** Numbers of the protocols that rules name by a word. @see https://www.iana.org/assignments/protocol-numbers/ */
const NUMBERS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };
const NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(NUMBERS).map(([name, number]) => [number, name]),
);
const PROTOCOLS_WITH_PORTS: ReadonlySet<string> = new Set(["tcp", "udp"]);

export const LAST_PORT = 65_535;

/**
 * A protocol as all rules here name it: `tcp`, `udp`, `icmp`, `icmpv6`, a number as text, or `all`.
 * @param value a name in any case, or a number as number or text; `-1` is every protocol
 * @returns undefined where it is none of these
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 */
export function protocolOf(value: unknown): string | undefined {
  const text = String(value ?? "")
    .trim()
    .toLowerCase();
  if (text === "-1" || text === "all" || text === "any") return "all";
  if (Object.hasOwn(NUMBERS, text)) return text;
  if (!/^\d{1,3}(\.0)?$/.test(text) || Number(text) > 255) return undefined;
  return NAMES[Number(text)] ?? String(Number(text));
}

/** Protocols, and ports of those that have any, both ends included. */
export interface Traffic {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a number as text; `all`: every protocol that is not named in another row. */
  protocol: string;
  /** Null where the protocol has no ports. */
  ports: { from: number; to: number } | null;
}

/** One rule's traffic: `all` comes to every port of TCP and UDP, and to all other protocols. */
export interface Matched {
  protocol: string;
  from: number;
  to: number;
  /** Why it may be about any other port of the protocol too: one end is missing, or is no port. */
  unclear?: string;
}

/**
 * What a rule is about. Ports that are both missing or -1 are all ports; of other protocols than TCP and UDP a rule is
 * about the whole protocol, as the types of ICMP open no port.
 * @returns undefined where the protocol cannot be understood
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
 */
export function matched(protocol: unknown, from: unknown, to: unknown): Matched | undefined {
  const name = protocolOf(protocol);
  if (name === undefined) return undefined;
  const whole = { protocol: name, from: 0, to: LAST_PORT };
  if (!PROTOCOLS_WITH_PORTS.has(name)) return whole;
  const [first, last] = [portOf(from), portOf(to)];
  if (first === "every" && last === "every") return whole;
  const ends = [first, last].filter((end) => typeof end === "number");
  if (ends.length === 2) return { protocol: name, from: Math.min(...ends), to: Math.max(...ends) };
  const unclear = `the ports ${JSON.stringify(from ?? null)} to ${JSON.stringify(to ?? null)}`;
  return { protocol: name, from: ends[0] ?? 0, to: ends[0] ?? LAST_PORT, unclear };
}

/** A port, `every` where it is left out or -1; undefined where it is none. */
function portOf(given: unknown): number | "every" | undefined {
  if (given === null || given === undefined || given === "") return "every";
  const port = typeof given === "string" || typeof given === "number" ? Number(given) : Number.NaN;
  if (port === -1) return "every";
  return Number.isInteger(port) && port >= 0 && port <= LAST_PORT ? port : undefined;
}

/** Whether a rule is about a port of a protocol. */
export const covers = (rule: Matched, protocol: string, port: number): boolean =>
  (rule.protocol === "all" || rule.protocol === protocol) &&
  (!PROTOCOLS_WITH_PORTS.has(protocol) || (rule.from <= port && port <= rule.to));

/**
 * All traffic in the fewest pieces within which no rule begins or ends: for one port of a piece, rules say what they
 * say for each of its ports. TCP and UDP first, in the order of ports, then the protocols that rules name, then `all`
 * others.
 */
export function piecesOf(rules: readonly Matched[]): Traffic[] {
  const named = new Set(rules.map(({ protocol }) => protocol).filter((name) => name !== "all"));
  const pieces = [...PROTOCOLS_WITH_PORTS].flatMap((protocol) => {
    const starts = new Set([0]);
    for (const rule of rules)
      if (rule.protocol === protocol || rule.protocol === "all") {
        starts.add(rule.from);
        if (rule.to < LAST_PORT) starts.add(rule.to + 1);
      }
    const sorted = [...starts].sort((a, b) => a - b);
    return sorted.map((from, index) => ({ protocol, ports: { from, to: (sorted[index + 1] ?? LAST_PORT + 1) - 1 } }));
  });
  const others = [...named].filter((name) => !PROTOCOLS_WITH_PORTS.has(name)).sort();
  return [...pieces, ...[...others, "all"].map((protocol) => ({ protocol, ports: null }))];
}

/** Pieces that follow each other and come to the same are one. */
export function joined<Said>(
  pieces: readonly (Traffic & { said: Said })[],
  same: (left: Said, right: Said) => boolean,
): (Traffic & { said: Said })[] {
  const result: (Traffic & { said: Said })[] = [];
  for (const piece of pieces) {
    const before = result.at(-1);
    const follows = before?.ports && piece.ports && before.protocol === piece.protocol;
    if (follows && before.ports!.to + 1 === piece.ports!.from && same(before.said, piece.said))
      result[result.length - 1] = { ...before, ports: { from: before.ports!.from, to: piece.ports!.to } };
    else result.push(piece);
  }
  return result;
}
