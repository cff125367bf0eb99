import { pick, randomOf } from "../sandbox/random.ts";
import type { StoredObject } from "../sandbox/state.ts";
import { DURATIONS_KEY } from "../src/evidence/layout.ts";
import type { TrustedKeys } from "../src/evidence/publicKeys.ts";
import { NothingToVerify, type Notice, verify } from "../src/evidence/verify.ts";
import { bucketSource } from "./simulatedBucket.ts";

/** Steps of sealing that are looked at where not every write is: which ones is drawn, so that many seeds have all. */
const STEPS = 2;

/** Writes after which a bucket must verify: each is a step of sealing, at which a sealer may have died. */
const isStep = (key: string): boolean => key.startsWith("runs/chain/") || /\/manifest\.(json|sig)$/.test(key);

/** What a run is looked at with on its way. */
export interface Watched {
  seed: number;
  keys: TrustedKeys;
  /** Every write is looked after, and not the steps of sealing alone. */
  everyWrite: boolean;
  /** Notices that are not to be there on the way. */
  unexpected: ReadonlySet<Notice["kind"]>;
}

/**
 * What verifying would have said while the run went on. A healthy bucket is never violated: what is not sealed yet is
 * unsealed or unsigned.
 * @returns what was said, as sentences; none: all holds
 */
export async function violationsOnTheWay(
  objects: ReadonlyMap<string, readonly StoredObject[]>,
  watched: Watched,
): Promise<string[]> {
  const found: string[] = [];
  for (const { moment, isBefore } of momentsOf(objects, watched)) {
    const standing = new Map<string, readonly StoredObject[]>();
    for (const [key, versions] of objects) {
      const then = versions.filter(({ modified }) => (isBefore ? +modified < moment : +modified <= moment));
      if (then.length) standing.set(key, then);
    }
    found.push(...(await violationsOf(standing, watched, moment)));
  }
  return [...new Set(found)];
}

/** Before a write is after the one before it, where each one is looked after. */
function momentsOf(objects: ReadonlyMap<string, readonly StoredObject[]>, { seed, everyWrite }: Watched) {
  const writes = new Set<number>();
  for (const [key, versions] of objects)
    if (everyWrite || isStep(key)) for (const { modified } of versions) writes.add(+modified);
  const moments = [...writes].sort((a, b) => a - b);
  if (everyWrite) return moments.map((moment) => ({ moment, isBefore: false }));
  const random = randomOf(`${seed} moments`);
  const drawn = Array.from({ length: Math.min(STEPS, moments.length) }, () => pick(random, moments));
  return [...new Set(drawn)].flatMap((moment) => [true, false].map((isBefore) => ({ moment, isBefore })));
}

async function violationsOf(
  objects: ReadonlyMap<string, readonly StoredObject[]>,
  { keys, unexpected }: Watched,
  moment: number,
): Promise<string[]> {
  const found: string[] = [];
  const at = new Date(moment).toISOString();
  try {
    await verify({
      source: bucketSource(objects),
      keys,
      run: "all",
      violation: ({ kind, key, problem }) => {
        // Some scripts put a hint there that is none, and verifying is right to name it.
        if (key !== DURATIONS_KEY) found.push(`verify, around ${at}: ${kind}: ${key}: ${problem}`);
      },
      notice: ({ kind, key, problem }) => {
        if (unexpected.has(kind)) found.push(`verify, around ${at}: ${kind}: ${key}: ${problem}`);
      },
    });
  } catch (error) {
    if (!(error instanceof NothingToVerify)) throw error;
  }
  return found;
}
