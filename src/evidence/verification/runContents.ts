import { canonicalJson } from "../canonicalJson.ts";
import { evidenceObjectOf, manifestKey, outcomeKey, planKey } from "../layout.ts";
import {
  type CommittedTask,
  CoverageError,
  isSameManifest,
  type Manifest,
  ManifestBuilder,
  sealOf,
} from "../manifest.ts";
import type { Expected } from "../objectCheck.ts";
import type { EvidenceObject } from "../outcome.ts";
import { Plan, sha256 } from "../plan.ts";
import type { EvidenceSource } from "../source.ts";
import { summarizeTask } from "../summarizeTask.ts";
import { TaskOutcome } from "../taskOutcome.ts";
import { parseDocument, readBounded } from "./document.ts";
import type { Violation } from "./finding.ts";
import { manifestAgain, type SealRecord } from "./sealRecord.ts";

/** The type of an organization's accounts. */
const ACCOUNT = "AWS::Organizations::Account";

/** What a run's manifest leads to. */
export interface RunContents {
  /** Whether plan and commits add up to the manifest; undefined where one of them is not as it says. */
  addsUp: boolean | undefined;
  /** What is wrong, if the manifest itself can be believed. */
  violations: Violation[];
  /** Tasks whose commit is not as sealed: what they wrote cannot be told. */
  broken: Set<string>;
  /** The newest time at which a task committed. */
  committedAt: string;
  plan: Plan | undefined;
  /** Objects that hold accounts of the organization, as a collector listed them. */
  organization: EvidenceObject[];
}

/**
 * Reads the plan and the commits of a run, and builds its manifest once more from them: it must come out the same.
 * @param expect takes what the manifest and the commits that are as it says name
 */
export async function readContents(
  source: EvidenceSource,
  record: SealRecord,
  expect: (expected: Expected) => Promise<void>,
): Promise<RunContents> {
  const { value: manifest, text } = await manifestAgain(source, record);
  const contents: RunContents = {
    addsUp: undefined,
    violations: [],
    broken: new Set(),
    committedAt: "",
    plan: undefined,
    organization: [],
  };
  const { run, date } = record;
  const key = manifestKey(run, date);
  const say = (kind: Violation["kind"], where: string, problem: string) =>
    contents.violations.push({ kind, key: where, problem });
  const own = manifest.tasks.filter((entry) => entry.key === outcomeKey(run, date, entry.task));
  for (const entry of manifest.tasks)
    if (!own.includes(entry)) say("malformed", key, `the commit of ${entry.task} is said to be at ${entry.key}`);
    else await expect({ key: entry.key, bytes: entry.bytes, sha256: entry.sha256 });
  if (manifest.plan.key !== planKey(run, date)) say("malformed", key, `the plan is said to be at ${manifest.plan.key}`);
  else await expect(manifest.plan);
  const entries = new Map(own.map((entry) => [entry.task, entry]));
  const commit = async (task: string) => {
    const entry = entries.get(task);
    entries.delete(task);
    return entry && readCommit(source, record, entry, contents, expect);
  };
  const planned = await planOf(source, record, manifest);
  contents.plan = planned?.value;
  if (planned) await addUp(contents, { manifest, text, key, planned }, commit);
  // Without the plan, or below a commit that is not as sealed, the others are named by the manifest all the same.
  for (const task of [...entries.keys()]) await commit(task);
  return contents;
}

async function planOf(source: EvidenceSource, { run, date }: SealRecord, { plan }: Manifest) {
  if (plan.key !== planKey(run, date)) return undefined;
  const content = await readBounded(source, plan.key, plan.bytes);
  if (!("bytes" in content) || sha256(content.bytes) !== plan.sha256) return undefined;
  const parsed = parseDocument(content.bytes, Plan);
  return "problem" in parsed ? undefined : { value: parsed.value, bytes: content.bytes };
}

async function addUp(
  contents: RunContents,
  {
    manifest,
    text,
    key,
    planned,
  }: { manifest: Manifest; text: string; key: string; planned: { value: Plan; bytes: Buffer } },
  commit: (task: string) => Promise<{ outcome: TaskOutcome; bytes: Uint8Array } | undefined>,
): Promise<void> {
  const { run_id, run_date } = manifest;
  const say = (where: string, problem: string) => contents.violations.push({ kind: "coverage", key: where, problem });
  try {
    const builder = new ManifestBuilder(planned.value, planned.bytes);
    for (const task of planned.value.tasks) {
      const summary = await summarizeTask(run_id, run_date, task, commit);
      for (const { type, counted, held } of summary.wrongCounts())
        say(
          outcomeKey(run_id, run_date, task.id),
          `its outcomes count ${counted} of ${type}, and its objects hold ${held}`,
        );
      builder.add(summary);
    }
    const again = builder.seal(sealOf(manifest));
    if (contents.broken.size) return;
    contents.addsUp = isSameManifest(again, { manifest, text });
    if (!contents.addsUp) say(key, `plan and commits do not add up to it: ${differing(again.manifest, manifest)}`);
  } catch (error) {
    if (contents.broken.size) return;
    contents.addsUp = false;
    say(key, error instanceof CoverageError ? error.message : (error as Error).message);
  }
}

/** One commit, whose objects are expected. One that is not as sealed is named when its hash is compared. */
async function readCommit(
  source: EvidenceSource,
  { run, date }: SealRecord,
  { key, bytes: size, sha256: hash, task }: CommittedTask,
  contents: RunContents,
  expect: (expected: Expected) => Promise<void>,
): Promise<{ outcome: TaskOutcome; bytes: Uint8Array } | undefined> {
  const content = await readBounded(source, key, size);
  const bytes = "bytes" in content && sha256(content.bytes) === hash ? content.bytes : undefined;
  const parsed = bytes && parseDocument(bytes, TaskOutcome);
  if (!bytes || !parsed || "problem" in parsed) {
    contents.broken.add(task);
    if (parsed && "problem" in parsed) contents.violations.push({ kind: "malformed", key, problem: parsed.problem });
    return undefined;
  }
  const outcome = parsed.value;
  if (outcome.committed_at > contents.committedAt) contents.committedAt = outcome.committed_at;
  for (const object of outcome.objects) {
    const named = evidenceObjectOf(object.key);
    if (named?.run !== run || named.date !== date || named.task !== task) {
      contents.violations.push({
        kind: "malformed",
        key,
        problem: `it names an object of no run of its own: ${object.key}`,
      });
      continue;
    }
    if (object.resource_type === ACCOUNT) contents.organization.push(object);
    const { merkle_root: merkleRoot, sorted_sha256: sortedSha256 } = object;
    await expect({
      key: object.key,
      bytes: object.bytes,
      sha256: object.sha256,
      items: object.items,
      merkleRoot,
      sortedSha256,
    });
  }
  return { outcome, bytes };
}

/** Names of the members in which two manifests differ. */
const differing = (one: Manifest, other: Manifest): string =>
  (Object.keys({ ...one, ...other }) as (keyof Manifest)[])
    .filter((name) => canonicalJson(one[name] ?? null) !== canonicalJson(other[name] ?? null))
    .join(", ");
