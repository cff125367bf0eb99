/** How closely a run is looked at, beside what every run is looked at for: what takes long is for a share of the seeds. */
export interface Looks {
  /** Verified after every write. */
  everyWrite: boolean;
  /** Copied as `itaudit pull` does. */
  copy: boolean;
  /** Tables and controls, compared with those of a run in which nothing went wrong. */
  verdicts: boolean;
}

export const EVERY_LOOK: Looks = { everyWrite: true, copy: true, verdicts: true };

/** The looks of a seed. */
export const looksOf = (seed: number): Looks => ({
  everyWrite: seed % 8 === 0,
  copy: seed % 10 === 3,
  verdicts: seed % 100 === 13,
});
