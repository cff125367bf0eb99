import type { StoredObject } from "../sandbox/state.ts";
import { DURATIONS_KEY } from "../src/evidence/layout.ts";
import { keysIn } from "../src/evidence/publicKeys.ts";
import { NothingToVerify, verify } from "../src/evidence/verify.ts";
import { bucketSource } from "./simulatedBucket.ts";

/** Moments of a run that are looked at: the first are those at which least stands. */
const MOMENTS_AT_MOST = 12;

/** Writes after which a bucket must verify: each is a step of sealing, at which a sealer may have died. */
const isStep = (key: string): boolean => key.startsWith("runs/chain/") || /\/manifest\.(json|sig)$/.test(key);

/**
 * What verifying would have said at the moments of sealing. A healthy bucket is never violated: what is not sealed yet
 * is unsealed or unsigned.
 * @returns what was said, as sentences; none: all holds
 */
export async function violationsOnTheWay(
  objects: ReadonlyMap<string, readonly StoredObject[]>,
  publicKey: string,
): Promise<string[]> {
  const steps = [...objects].flatMap(([key, versions]) =>
    isStep(key) ? versions.map(({ modified }) => +modified) : [],
  );
  const found: string[] = [];
  for (const moment of [...new Set(steps)].sort((a, b) => a - b).slice(0, MOMENTS_AT_MOST))
    for (const isBefore of [true, false]) {
      const standing = new Map<string, readonly StoredObject[]>();
      for (const [key, versions] of objects) {
        const then = versions.filter(({ modified }) => (isBefore ? +modified < moment : +modified <= moment));
        if (then.length) standing.set(key, then);
      }
      found.push(...(await violationsOf(standing, publicKey, moment)));
    }
  return [...new Set(found)];
}

async function violationsOf(
  objects: ReadonlyMap<string, readonly StoredObject[]>,
  publicKey: string,
  moment: number,
): Promise<string[]> {
  const found: string[] = [];
  const at = new Date(moment).toISOString();
  try {
    await verify({
      source: bucketSource(objects),
      keys: keysIn(publicKey),
      run: "all",
      violation: ({ kind, key, problem }) => {
        // Some scripts put a hint there that is none, and verifying is right to name it.
        if (key !== DURATIONS_KEY) found.push(`verify, around ${at}: ${kind}: ${key}: ${problem}`);
      },
      notice: ({ kind, key, problem }) => {
        if (kind === "time" || kind === "unjudged" || kind === "unreadable")
          found.push(`verify, around ${at}: ${kind}: ${key}: ${problem}`);
      },
    });
  } catch (error) {
    if (!(error instanceof NothingToVerify)) throw error;
  }
  return found;
}
