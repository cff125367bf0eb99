import { manifestKey } from "./layout.ts";
import { type CommittedTask, Manifest } from "./manifest.ts";
import type { EvidenceObject, Outcome } from "./outcome.ts";
import { sha256 } from "./plan.ts";
import type { EvidenceSource } from "./source.ts";
import { TaskOutcome } from "./taskOutcome.ts";

/** What reading needs: the bucket, or a copy of it. */
type Reads = Pick<EvidenceSource, "read">;

/** A document of a sealed run is not what the seal says: nothing may be derived from it. */
export class AlteredError extends Error {
  constructor(
    readonly key: string,
    problem: string,
  ) {
    super(`${key} ${problem}. Run itaudit verify: it names everything that is not as sealed.`);
    this.name = "AlteredError";
  }
}

/** @returns undefined while the run is not sealed */
export async function readManifest(source: Reads, run: string, date: string): Promise<Manifest | undefined> {
  const bytes = await source.read(manifestKey(run, date));
  return bytes && Manifest.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
}

/**
 * One commit of a sealed run, checked against the manifest.
 * @throws AlteredError when it is missing or its SHA-256 is another
 */
export async function readCommit(source: Reads, { key, sha256: expected }: CommittedTask): Promise<TaskOutcome> {
  const bytes = await source.read(key);
  if (!bytes) throw new AlteredError(key, "is missing");
  const actual = sha256(bytes);
  if (actual !== expected) throw new AlteredError(key, `has the SHA-256 ${actual}, and was sealed with ${expected}`);
  return TaskOutcome.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
}

/** Commits read at the same time. */
const READS_AT_ONCE = 16;

/** The commits of a sealed run in the manifest's order; memory holds {@link READS_AT_ONCE} of them. @throws AlteredError */
export async function* readCommits(source: Reads, manifest: Manifest): AsyncIterable<TaskOutcome> {
  for (let start = 0; start < manifest.tasks.length; start += READS_AT_ONCE)
    yield* await Promise.all(
      manifest.tasks.slice(start, start + READS_AT_ONCE).map((task) => readCommit(source, task)),
    );
}

/** Every outcome of a sealed run. @throws AlteredError */
export async function* readOutcomes(source: Reads, manifest: Manifest): AsyncIterable<Outcome> {
  for await (const { outcomes } of readCommits(source, manifest)) yield* outcomes;
}

/** Every object that counts in a sealed run; no other is evidence. @throws AlteredError */
export async function* readObjects(source: Reads, manifest: Manifest): AsyncIterable<EvidenceObject> {
  for await (const { objects } of readCommits(source, manifest)) yield* objects;
}
