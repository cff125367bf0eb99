import * as z from "zod";
import { canonicalJson } from "./canonicalJson.ts";
import type { ChainLink } from "./chain.ts";
import { addDuration } from "./durations.ts";
import { planKey } from "./layout.ts";
import { type EvidenceObject, OutcomeStatus } from "./outcome.ts";
import { Desk, type Plan, type PlannedItem, plannedItems, sha256, Task } from "./plan.ts";
import type { TaskOutcome } from "./taskOutcome.ts";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits are expected");
const Count = z.number().int().nonnegative();

export const MANIFEST_FORMAT = "audit-ecosystem/manifest/3";
/** The format before: no algorithm and holder of the key, no hash of the signature before, and any form of signature. */
export const MANIFEST_FORMAT_2 = "audit-ecosystem/manifest/2";

/** What kind of statement a run's attestation makes. @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const STATEMENT = "https://in-toto.io/Statement/v1";

/** What a manifest says of one task's commit; the commit itself names the outcomes and the objects. */
export const CommittedTask = z.object({
  task: z.string(),
  key: z.string(),
  bytes: Count,
  sha256: Sha256,
  attempt: z.string(),
  outcomes: Count,
  objects: Count,
  items: Count,
});
export type CommittedTask = z.infer<typeof CommittedTask>;

/**
 * The seal of a run, as canonical JSON (RFC 8785): SHA-256 of the plan and of every commit, sums over what they say,
 * and the run's sequence number in the chain. The bytes in the bucket are the canonical ones, so their SHA-256 is what is signed.
 */
export const Manifest = z.object({
  format: z.enum([MANIFEST_FORMAT_2, MANIFEST_FORMAT]),
  run_id: z.string(),
  run_date: z.string(),
  sealed_at: z.string(),
  /** Sequence number in the chain of sealed runs, from 1, without gaps. */
  sequence: z.number().int().positive(),
  /** The run before it; null for the first. */
  previous: z
    .object({
      run_id: z.string(),
      run_date: z.string(),
      manifest_sha256: Sha256,
      /** Of its signature; null while it had none. Not in format 2. */
      signature_sha256: Sha256.nullable().optional(),
    })
    .nullable(),
  /** True when each planned item has its outcome. */
  complete: z.boolean(),
  /** Tasks without a commit, and so without outcomes, in a run that was sealed as incomplete. */
  missing: z.array(Task),
  /** Who asked to seal a run that is not complete. */
  incomplete_requested_by: z.string().optional(),
  /** True where the place was claimed for a complete run, and a commit was gone when the manifest was built. */
  claimed_as_complete: z.literal(true).optional(),
  /** Of a run that was collected from a desk: who called AWS. As in the plan. */
  desk: Desk.optional(),
  plan: z.object({ key: z.string(), bytes: Count, sha256: Sha256 }),
  tool: z.object({
    version: z.string(),
    /** SHA-256 of the code that took part, by who it is: `boss`, `sealer`, or the auditor. */
    bundles: z.record(z.string(), z.array(z.string())),
  }),
  /** The key that signs it; null in a run that is not signed. */
  signing_key: z
    .object({
      arn: z.string().optional(),
      sha256: Sha256,
      /** As KMS calls it. Not in format 2, where it is this one too. */
      algorithm: z.literal("ECDSA_SHA_256").optional(),
      /** Not in format 2, where it is the deployment's. */
      holder: z.enum(["deployment", "desk"]).optional(),
      /** SHA-256 of the key in whose place it signs from this run on: both have signed a record of it. */
      replaces: Sha256.optional(),
    })
    .nullable(),
  /** Of a run that is signed: what kind of statement its attestation beside it makes. Earlier runs have none. */
  attestation: z.literal(STATEMENT).optional(),
  totals: z.object({
    planned: Count,
    outcomes: z.partialRecord(OutcomeStatus, Count),
    items: Count,
    objects: Count,
    bytes: Count,
    calls: Count,
    retries: Count,
  }),
  resource_types: z.record(z.string(), z.object({ items: Count, objects: Count, bytes: Count })),
  /** In the order of the plan; what a task handed over follows it. */
  tasks: z.array(CommittedTask),
});
export type Manifest = z.infer<typeof Manifest>;

/**
 * Whether a manifest that was built once more is the one that stands. In format 2, members of its tasks had other
 * names, under which the text stands and nothing builds them any more.
 */
export const isSameManifest = (built: { text: string }, standing: { manifest: Manifest; text: string }): boolean =>
  built.text === standing.text ||
  (standing.manifest.format === MANIFEST_FORMAT_2 &&
    built.text === canonicalJson(standing.manifest) &&
    standing.text === canonicalJson(JSON.parse(standing.text)) &&
    // What is read of this one member is lost on the way into an object.
    !standing.text.includes('"__proto__":'));

/** Coverage does not hold: planned items without an outcome, or with more than one. */
export class CoverageError extends Error {
  constructor(
    readonly missing: readonly string[],
    readonly repeated: readonly string[],
    readonly unplanned: readonly string[],
  ) {
    const say = (what: string, keys: readonly string[]) =>
      keys.length ? [`${what}: ${keys.slice(0, 5).join(", ")}${keys.length > 5 ? `, … (${keys.length})` : ""}`] : [];
    super(
      [
        ...say("no outcome for", missing),
        ...say("more than one outcome for", repeated),
        ...say("outcome of an item that was not planned", unplanned),
      ].join("; "),
    );
    this.name = "CoverageError";
  }
}

const itemKey = ({ auditor, account_id, region }: PlannedItem): string => `${auditor} ${account_id} ${region}`;

/** What a manifest says beside what the plan and the commits do. */
export interface Seal {
  link: ChainLink;
  previous: Manifest["previous"];
  signingKey: Manifest["signing_key"];
  /** Hex SHA-256 of the sealer's own bundle. */
  bundleSha256: string | undefined;
  /** The link itself does not say that the run is incomplete. */
  claimedAsComplete?: boolean | undefined;
  /** What a signed run says of its attestation. */
  attestation?: Manifest["attestation"];
  /** To build a manifest of before once more; the newest format by default. */
  format?: Manifest["format"];
}

/** What a manifest says beside what its plan and commits do, to build it once more. */
export function sealOf(manifest: Manifest): Seal {
  const { sequence, run_id, run_date, sealed_at, incomplete_requested_by: requested_by } = manifest;
  const [sealer] = manifest.tool.bundles.sealer ?? [];
  return {
    link: {
      sequence,
      run_id,
      run_date,
      claimed_at: sealed_at,
      ...(requested_by === undefined ? {} : { incomplete: { requested_by } }),
    },
    previous: manifest.previous,
    signingKey: manifest.signing_key,
    attestation: manifest.attestation,
    bundleSha256: sealer,
    claimedAsComplete: manifest.claimed_as_complete,
    format: manifest.format,
  };
}

type Sums = Pick<Manifest["totals"], "items" | "objects" | "bytes" | "calls" | "retries">;

/**
 * What the commits of one planned task, and of all that it handed over, say together. Only sums are kept.
 * @see ManifestBuilder
 */
export class TaskSummary {
  readonly committed: CommittedTask[] = [];
  /** Tasks that have not committed. */
  readonly missing: Task[] = [];
  readonly statuses: Partial<Record<OutcomeStatus, number>> = {};
  readonly types: Manifest["resource_types"] = {};
  readonly bundles = new Map<string, Set<string>>();
  readonly sums: Sums = { items: 0, objects: 0, bytes: 0, calls: 0, retries: 0 };
  /** What each account took, milliseconds, by auditor. */
  readonly took = new Map<string, Map<string, number>>();
  private readonly counted: Record<string, number> = {};
  private readonly open: Set<string>;
  private readonly seen = new Set<string>();
  private readonly repeated: string[] = [];
  private readonly unplanned: string[] = [];

  constructor(readonly planned: Task) {
    this.open = new Set(plannedItems(planned).map(itemKey));
  }

  /** @param bytes as the commit stands in the bucket */
  add(commit: TaskOutcome, key: string, bytes: Uint8Array): void {
    for (const outcome of commit.outcomes) {
      const item = itemKey(outcome);
      if (this.seen.has(item)) this.repeated.push(item);
      else if (!this.open.delete(item)) this.unplanned.push(item);
      this.seen.add(item);
      this.statuses[outcome.status] = (this.statuses[outcome.status] ?? 0) + 1;
      this.sums.calls += outcome.calls;
      this.sums.retries += outcome.retries;
      addDuration(this.took, outcome);
      for (const [type, count] of Object.entries(outcome.counts))
        this.counted[type] = (this.counted[type] ?? 0) + count;
    }
    for (const object of commit.objects) this.addObject(object);
    if (commit.bundle_sha256) {
      const who = by(commit, this.planned);
      this.bundles.set(who, (this.bundles.get(who) ?? new Set()).add(commit.bundle_sha256));
    }
    this.committed.push({
      task: commit.task,
      key,
      bytes: bytes.length,
      sha256: sha256(bytes),
      attempt: commit.attempt,
      outcomes: commit.outcomes.length,
      objects: commit.objects.length,
      items: commit.objects.reduce((sum, { items }) => sum + items, 0),
    });
  }

  /** A task of this tree that has not committed: its planned items have no outcome. */
  lacks(task: Task): void {
    this.missing.push(task);
    for (const item of plannedItems(task)) this.open.delete(itemKey(item));
  }

  /** @throws CoverageError naming what is missing, repeated or was never planned */
  checkCoverage(): void {
    if (this.open.size || this.repeated.length || this.unplanned.length)
      throw new CoverageError([...this.open], this.repeated, this.unplanned);
  }

  /** Types of which the outcomes count other items than the objects hold. Nothing can be said while a task is missing. */
  wrongCounts(): { type: string; counted: number; held: number }[] {
    if (this.missing.length) return [];
    return [...new Set([...Object.keys(this.counted), ...Object.keys(this.types)])]
      .map((type) => ({ type, counted: this.counted[type] ?? 0, held: this.types[type]?.items ?? 0 }))
      .filter(({ counted, held }) => counted !== held);
  }

  private addObject({ resource_type, items, bytes }: EvidenceObject): void {
    this.types[resource_type] ??= { items: 0, objects: 0, bytes: 0 };
    const type = this.types[resource_type]!;
    type.items += items;
    type.objects += 1;
    type.bytes += bytes;
    this.sums.items += items;
    this.sums.objects += 1;
    this.sums.bytes += bytes;
  }
}

/**
 * Sums up a run, one planned task after the other, so that memory does not grow with its outcomes.
 * Coverage is proven for each planned task by itself: its items must have exactly one outcome among its commits.
 */
export class ManifestBuilder {
  private readonly tasks: CommittedTask[] = [];
  private readonly missing: Task[] = [];
  private readonly statuses: Partial<Record<OutcomeStatus, number>> = {};
  private readonly types: Manifest["resource_types"] = {};
  private readonly bundles = new Map<string, Set<string>>();
  private readonly sums: Sums = { items: 0, objects: 0, bytes: 0, calls: 0, retries: 0 };
  private readonly planned: number;
  /** What each account took, milliseconds, by auditor. */
  readonly took = new Map<string, Map<string, number>>();

  /** @throws CoverageError naming items that two tasks of the plan have in common */
  constructor(
    private readonly plan: Plan,
    private readonly planBytes: Uint8Array,
  ) {
    this.planned = distinctItems(plan);
    if (plan.bundle_sha256) this.ranBy("boss", [plan.bundle_sha256]);
  }

  /** Tasks that have not committed, of those added so far. */
  get open(): readonly Task[] {
    return this.missing;
  }

  /** Takes the planned tasks in the order of the plan. @throws CoverageError */
  add(summary: TaskSummary): void {
    summary.checkCoverage();
    this.tasks.push(...summary.committed);
    this.missing.push(...summary.missing);
    for (const [status, count] of Object.entries(summary.statuses) as [OutcomeStatus, number][])
      this.statuses[status] = (this.statuses[status] ?? 0) + count;
    for (const [name, sums] of Object.entries(summary.types)) {
      this.types[name] ??= { items: 0, objects: 0, bytes: 0 };
      addTo(this.types[name]!, sums);
    }
    addTo(this.sums, summary.sums);
    for (const [who, hashes] of summary.bundles) this.ranBy(who, hashes);
    for (const [auditor, accounts] of summary.took)
      for (const [account_id, ms] of accounts) addDuration(this.took, { auditor, account_id, ms });
  }

  /** Whether it covers everything there was, so that it tells of every account. */
  get isWhole(): boolean {
    return !this.plan.narrowed?.length && !this.missing.length;
  }

  /** The manifest for a sequence number of the chain. @returns canonical JSON */
  seal({ link, previous, signingKey, bundleSha256, ...given }: Seal): { manifest: Manifest; text: string } {
    if (bundleSha256) this.ranBy("sealer", [bundleSha256]);
    const date = dateOf(this.plan);
    const manifest: Manifest = {
      format: given.format ?? MANIFEST_FORMAT,
      run_id: this.plan.run_id,
      run_date: date,
      sealed_at: link.claimed_at,
      sequence: link.sequence,
      previous,
      complete: this.missing.length === 0,
      missing: this.missing,
      ...(this.missing.length && link.incomplete ? { incomplete_requested_by: link.incomplete.requested_by } : {}),
      ...(this.missing.length && given.claimedAsComplete ? { claimed_as_complete: true } : {}),
      ...(this.plan.desk ? { desk: this.plan.desk } : {}),
      plan: { key: planKey(this.plan.run_id, date), bytes: this.planBytes.length, sha256: sha256(this.planBytes) },
      tool: {
        version: this.plan.tool_version,
        bundles: Object.fromEntries([...this.bundles].map(([who, hashes]) => [who, [...hashes].sort()])),
      },
      signing_key: signingKey,
      ...(given.attestation ? { attestation: given.attestation } : {}),
      totals: {
        planned: this.planned,
        outcomes: this.statuses,
        ...this.sums,
      },
      resource_types: this.types,
      tasks: this.tasks,
    };
    return { manifest, text: canonicalJson(manifest) };
  }

  private ranBy(who: string, hashes: Iterable<string>): void {
    this.bundles.set(who, new Set([...(this.bundles.get(who) ?? []), ...hashes]));
  }
}

function addTo<Sum extends Record<string, number>>(sum: Sum, more: Sum): void {
  for (const name of Object.keys(sum) as (keyof Sum)[]) (sum[name] as number) += more[name]!;
}

/** The boss and the recorder commit too, for tasks that were not invoked or that died. */
const by = ({ attempt }: TaskOutcome, { auditor }: Task): string =>
  attempt === "boss" || attempt === "recorder" ? attempt : auditor;

const dateOf = (plan: Plan): string => plan.started_at.slice(0, 10);

/** How many items a plan has, auditor by auditor. @throws CoverageError when two tasks have one in common */
function distinctItems(plan: Plan): number {
  let count = 0;
  const repeated: string[] = [];
  for (const auditor of new Set(plan.tasks.map((task) => task.auditor))) {
    const seen = new Set<string>();
    for (const task of plan.tasks) {
      if (task.auditor !== auditor) continue;
      for (const item of plannedItems(task)) {
        const key = `${item.account_id} ${item.region}`;
        if (seen.has(key)) repeated.push(itemKey(item));
        seen.add(key);
      }
    }
    count += seen.size;
  }
  if (repeated.length) throw new CoverageError([], repeated, []);
  return count;
}
