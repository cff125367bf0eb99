import type { SealLease } from "./sealLeaseRecord.ts";
import type { RunStore } from "./store.ts";

/**
 * Takes the sealing of a run, so that of several sealers that start together one reads the commits and not each.
 * It saves work and decides nothing: that a run is sealed once is for the chain and the manifest to see to.
 * @returns undefined when it is ours; else who has it
 */
export async function acquireLease(
  store: RunStore,
  run: string,
  date: string,
  ours: SealLease,
  now: number,
): Promise<SealLease | undefined> {
  for (let number = 1; ; number++) {
    const standing = await store.claimLease(run, date, number, ours);
    if (standing.holder === ours.holder) return undefined;
    if (standing.expiresAt > now) return standing;
  }
}
