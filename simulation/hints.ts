import { idOf, pick, randomOf } from "../sandbox/random.ts";
import { DURATIONS_BYTES_AT_MOST, DURATIONS_FORMAT } from "../src/evidence/durations.ts";

/** What a run may find where the one before should have left its durations. */
export const HINTS = ["none", "stale", "of others", "hostile", "cut off", "too large"] as const;
export type Hint = (typeof HINTS)[number];

/** The document, as an older run, a fault or somebody unkind has left it; undefined: there is none. */
export function hintOf(hint: Hint, seed: number, accounts: readonly string[], auditors: readonly string[]) {
  const random = randomOf(`${seed} hint`);
  const ms = () => Math.floor(random() * 1e6);
  const text = (of: readonly string[], times: (auditor: string) => unknown) =>
    JSON.stringify({
      format: DURATIONS_FORMAT,
      run_id: idOf(random, 26),
      accounts: of,
      ms: Object.fromEntries(auditors.map((auditor) => [auditor, times(auditor)])),
    });
  const stale = () => {
    // An account that is new since then, and one that is gone.
    const known = [...accounts.slice(1), "999999999999"].sort(() => random() - 0.5);
    return text(known, () => known.map(() => (random() < 0.2 ? null : ms())));
  };
  if (hint === "none") return undefined;
  if (hint === "stale") return stale();
  if (hint === "of others") return text(["000000000000"], () => [ms()]);
  if (hint === "cut off") return stale().slice(0, 60);
  if (hint === "too large") return text([], () => "x".repeat(DURATIONS_BYTES_AT_MOST));
  return pick(random, [
    text(accounts, () => accounts.map(() => pick(random, [-1, 1e308, 0.5, "1", {}, [1]]))),
    text([...accounts, ...accounts, "", "../../runs"], () => [1, 2, 3]),
    `{"format":"${DURATIONS_FORMAT}","run_id":"","accounts":${JSON.stringify(accounts)},"ms":{"__proto__":[1],"constructor":[2],"rds":[3]}}`,
    "null",
    '{"accounts":"all","auditors":[]}',
  ]);
}
