import { covers, type Matched, type Traffic } from "./ports.ts";
import { NOBODY, type Reach, sameReach } from "./reach.ts";

/** Traffic, and who may send it. */
export interface Opening extends Traffic {
  reach: Reach;
}

/** Whether a rule is about a piece of traffic that no rule begins or ends in. */
export const isAbout = (rule: Matched, { protocol, ports }: Traffic): boolean =>
  protocol === "all" ? rule.protocol === "all" : covers(rule, protocol, ports?.from ?? 0);

/** Pieces of traffic into which somebody is let, or may be. */
export const openings = (pieces: readonly (Traffic & { said: Reach })[]): Opening[] =>
  pieces
    .filter(({ said }) => !sameReach(said, NOBODY))
    .map(({ protocol, ports, said }) => ({ protocol, ports, reach: said }));
