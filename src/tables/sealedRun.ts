import { manifestKey, planKey, RUNS_PREFIX, runOfManifestKey } from "../evidence/layout.ts";
import { Manifest } from "../evidence/manifest.ts";
import type { EvidenceObject, Outcome } from "../evidence/outcome.ts";
import { type Narrowed, Plan, sha256 } from "../evidence/plan.ts";
import { AlteredError, readObjects, readOutcomes } from "../evidence/readCommits.ts";
import type { Objects } from "./objects.ts";

/** A sealed run: nothing else can be queried. */
export interface SealedRun {
  run: string;
  date: string;
  plan: Plan;
  manifest: Manifest;
  /** Every object that counts; no other is evidence. */
  objects: readonly EvidenceObject[];
  /** What became of each planned item. */
  outcomes: () => AsyncIterable<Outcome>;
  manifestKey: string;
  /** Of the manifest's bytes, hex: what derived tables carry. */
  manifestSha256: string;
}

/** @returns undefined while the run is not sealed */
export async function readSealedRun(objects: Objects, run: string, date: string): Promise<SealedRun | undefined> {
  const key = manifestKey(run, date);
  const [bytes, planBytes] = await Promise.all([objects.read(key), objects.read(planKey(run, date))]);
  if (!bytes) return undefined;
  if (!planBytes) throw new Error(`${objects.name}: run ${run} has a manifest and no plan at ${planKey(run, date)}`);
  const json = (from: Uint8Array): unknown => JSON.parse(Buffer.from(from).toString("utf8"));
  const manifest = Manifest.parse(json(bytes));
  if (sha256(planBytes) !== manifest.plan.sha256)
    throw new AlteredError(manifest.plan.key, "is not the plan that was sealed");
  const counting: EvidenceObject[] = [];
  for await (const object of readObjects(objects, manifest)) counting.push(object);
  return {
    run,
    date,
    plan: Plan.parse(json(planBytes)),
    manifest,
    objects: counting,
    outcomes: () => readOutcomes(objects, manifest),
    manifestKey: key,
    manifestSha256: sha256(bytes),
  };
}

/** The sealed runs of a bucket or of a copy of it, oldest first. */
export async function listSealedRuns(objects: Objects): Promise<{ run: string; date: string }[]> {
  const runs: { run: string; date: string }[] = [];
  for await (const { key } of objects.list(RUNS_PREFIX)) {
    const found = runOfManifestKey(key);
    if (found) runs.push(found);
  }
  return runs.sort((a, b) => (a.run < b.run ? -1 : 1));
}

/**
 * The last of sealed runs that was of everything: a run that was narrowed says nothing of what it left out, and is the
 * latest only where there is no other. Reads the plans of the last ones.
 * @returns its place in the list; -1 of an empty one
 */
export async function latestOf(objects: Objects, runs: readonly { run: string; date: string }[]): Promise<number> {
  for (const [fromEnd, { run, date }] of [...runs].reverse().entries())
    if (!(await narrowedIn(objects, run, date)).length) return runs.length - 1 - fromEnd;
  return runs.length - 1;
}

/** What a run was narrowed to some of. */
async function narrowedIn(objects: Objects, run: string, date: string): Promise<readonly Narrowed[]> {
  const bytes = await objects.read(planKey(run, date));
  return bytes ? (Plan.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))).narrowed ?? []) : [];
}

/** Hash of the bytes of a sealed run's manifest, hex. */
export async function readManifestSha256(objects: Objects, run: string, date: string): Promise<string> {
  const bytes = await objects.read(manifestKey(run, date));
  if (!bytes) throw new Error(`${objects.name}: run ${run} is not sealed`);
  return sha256(bytes);
}
