import { BoundedPool } from "../boundedPool.ts";
import * as layout from "../layout.ts";
import { checkObject, type Difference, type Expected } from "../objectCheck.ts";
import type { SortedSpool } from "../sortedSpool.ts";
import type { EvidenceSource, Listed } from "../source.ts";
import type { Findings } from "./finding.ts";

/** Objects read at the same time. */
const CHECKS_AT_ONCE = 8;
/** Altered objects of which it is kept what they hold, to tell those that have changed places. */
const MISPLACED_AT_MOST = 10_000;

/** Objects that are as sealed. */
export interface Sums {
  objects: number;
  items: number;
  bytes: number;
}

export interface ObjectChecks {
  source: EvidenceSource;
  say: Findings;
  /** Whether what a run's manifest names is to be believed. */
  isBelieved: (run: string) => boolean;
  stray: (object: Listed) => Promise<void>;
  unreadable: (key: string, error: Error) => void;
  progress?: ((checked: number, key: string) => void) | undefined;
}

/** How what was sealed goes into the spool: the key first, so that the lines sort as the keys do. */
export const spoolLine = ({ key, ...rest }: Expected): string => `${key}\t${JSON.stringify(rest)}`;

function expectedOf(line: string): Expected {
  const at = line.indexOf("\t");
  return { key: line.slice(0, at), ...JSON.parse(line.slice(at + 1)) };
}

/** Merges what was sealed with what is there, both in the order of their keys. */
export async function checkObjects(
  spool: SortedSpool,
  there: AsyncIterable<Listed>,
  checks: ObjectChecks,
): Promise<Sums> {
  const { say } = checks;
  const sums: Sums = { objects: 0, items: 0, bytes: 0 };
  const swapped = new Swapped();
  const pool = new BoundedPool(CHECKS_AT_ONCE);
  const sealed = believed(spool, checks);
  const listing = there[Symbol.asyncIterator]();
  let [want, have] = [await sealed.next(), await listing.next()];
  let checked = 0;
  while (!want.done || !have.done) {
    const expected = want.done ? undefined : want.value;
    const found = have.done ? undefined : have.value;
    if (expected && (!found || expected.key <= found.key)) {
      if (expected.key === found?.key) {
        have = await listing.next();
        await pool.run(async () => {
          await check(checks, sums, swapped, expected, found.bytes);
          checks.progress?.(++checked, expected.key);
        });
      } else say.violation("missing", expected.key, "it was sealed, and is not there");
      want = await sealed.next();
    } else if (found) {
      await checks.stray(found);
      have = await listing.next();
    }
  }
  await pool.drain();
  swapped.tell(say);
  return sums;
}

/** What runs are sealed with that are to be believed, each key once. */
async function* believed(
  spool: SortedSpool,
  { say, isBelieved }: ObjectChecks,
): AsyncGenerator<Expected, void, undefined> {
  let last: string | undefined;
  for await (const line of spool.sorted()) {
    const expected = expectedOf(line);
    const { key } = expected;
    if (!isBelieved((layout.evidenceObjectOf(key) ?? layout.runDocumentOf(key))?.run ?? "")) continue;
    if (key === last) say.violation("coverage", key, "it is named twice");
    else yield expected;
    last = key;
  }
}

async function check(
  { source, say, unreadable }: ObjectChecks,
  sums: Sums,
  swapped: Swapped,
  expected: Expected,
  size: number,
): Promise<void> {
  const difference = await checkObject(source, expected, size).catch((error: Error) => {
    unreadable(expected.key, error);
    return undefined;
  });
  if (!difference) return;
  if (difference !== "as sealed") return swapped.add(expected, difference, say);
  if (expected.items === undefined) return;
  sums.objects += 1;
  sums.items += expected.items;
  sums.bytes += expected.bytes;
}

/** Altered objects: two that have changed places are told apart from new content, once all are known. */
class Swapped {
  private readonly altered = new Map<string, Difference>();
  private readonly expectedAt = new Map<string, string>();

  add({ key, sha256 }: Expected, difference: Difference, say: Findings): void {
    if (this.altered.size >= MISPLACED_AT_MOST) say.violation(difference.kind, key, difference.problem);
    else this.altered.set(key, difference);
    if (this.expectedAt.size < MISPLACED_AT_MOST) this.expectedAt.set(sha256, key);
  }

  tell(say: Findings): void {
    for (const [key, { kind, problem, found }] of this.altered) {
      const other = found === undefined ? undefined : this.expectedAt.get(found);
      if (other) say.violation("altered", key, `it holds what ${other} was sealed with: the two have changed places`);
      else say.violation(kind, key, problem);
    }
  }
}
