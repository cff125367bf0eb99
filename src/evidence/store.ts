import type { S3Client } from "@aws-sdk/client-s3";
import { bucketStore } from "./bucketStore.ts";
import { ChainLink } from "./chain.ts";
import type { EvidenceStore } from "./evidenceStore.ts";
import {
  attestationKey,
  CHAIN_PREFIX,
  chainKey,
  finishedGroupKey,
  finishedGroupsPrefix,
  finishedTaskKey,
  finishedTasksPrefix,
  keyHandOverKey,
  manifestKey,
  outcomeKey,
  outcomesPrefix,
  planKey,
  publicKeyKey,
  runDate,
  sealingKey,
  sequenceOf,
  signatureKey,
} from "./layout.ts";
import { Manifest } from "./manifest.ts";
import { Plan } from "./plan.ts";
import { SealLease } from "./sealLeaseRecord.ts";
import type { EvidenceSource } from "./source.ts";
import { TaskOutcome } from "./taskOutcome.ts";

/** The documents of runs. Every write is create-only: what stands is never replaced. */
export interface RunStore {
  source: EvidenceSource;
  /** @returns false when the run has a plan already */
  writePlan(plan: Plan): Promise<boolean>;
  /** The plan and the bytes it was read from (they are what the manifest's hash covers). */
  readPlan(run: string, date: string): Promise<{ plan: Plan; bytes: Uint8Array }>;
  /** @returns the outcome that stands: this one, or that of the attempt that committed this task first */
  commit(date: string, outcome: TaskOutcome): Promise<TaskOutcome>;
  readOutcome(run: string, date: string, task: string): Promise<TaskOutcome | undefined>;
  /** The commit of a task with the bytes that the manifest's hash covers. */
  readCommit(run: string, date: string, task: string): Promise<{ outcome: TaskOutcome; bytes: Uint8Array } | undefined>;
  /** Names of the tasks that have committed. */
  committedTasks(run: string, date: string): Promise<string[]>;
  /** Marks a task as finished, with all it handed over. @param within its group, or the task that handed over to it */
  finishTask(run: string, date: string, within: number | string, task: string): Promise<void>;
  /** How many tasks of a group, or handed over by a task, are finished: one request. */
  finishedTasks(run: string, date: string, within: number | string): Promise<number>;
  finishGroup(run: string, date: string, group: number): Promise<void>;
  finishedGroups(run: string, date: string): Promise<number>;
  /** @returns the lease that stands under this number: this one, or that of the sealer that wrote it first */
  claimLease(run: string, date: string, number: number, lease: SealLease): Promise<SealLease>;
  /** The newest sequence number that a run has claimed: one request and a read. */
  chainHead(): Promise<ChainLink | undefined>;
  chainLink(sequence: number): Promise<ChainLink | undefined>;
  /** @returns false when the number is taken */
  claim(link: ChainLink): Promise<boolean>;
  /** @returns false when the run is sealed already */
  writeManifest(run: string, date: string, text: string): Promise<boolean>;
  readManifest(run: string, date: string): Promise<{ manifest: Manifest; bytes: Uint8Array } | undefined>;
  /** @returns false when it is signed already */
  writeSignature(run: string, date: string, signature: Uint8Array): Promise<boolean>;
  /** @returns undefined while it is not signed */
  readSignature(run: string, date: string): Promise<Uint8Array | undefined>;
  /** @returns false when there is one already */
  writeAttestation(run: string, date: string, text: string): Promise<boolean>;
  writePublicKey(fingerprint: string, pem: string): Promise<void>;
  /** @returns false when the key before has handed over already */
  writeKeyHandOver(sequence: number, text: string): Promise<boolean>;
}

/** The documents of runs in the evidence bucket. */
export const runStore = (s3: S3Client, bucket: string): RunStore => runStoreIn(bucketStore(s3, bucket));

/** Whether bytes are one DER sequence, as signatures are: it says its own length. */
const isDer = (bytes: Uint8Array): boolean => bytes[0] === 0x30 && bytes.length === 2 + (bytes[1] ?? 0);

/** A document that another one was asked for says so by its own names: something on the way has mixed up answers. */
function expectNamed(key: string, ...names: readonly (readonly [asked: unknown, is: unknown])[]): void {
  for (const [requested, is] of names)
    if (requested !== is)
      throw new Error(`${key} holds a document of ${String(is)}, where ${String(requested)} was to stand`);
}

/** The documents of runs, wherever evidence is written. */
export function runStoreIn(evidence: EvidenceStore): RunStore {
  const { source } = evidence;
  const create = (key: string, body: string | Uint8Array, type = "application/json"): Promise<boolean> =>
    evidence.create(key, body, { type });
  const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString("utf8"));
  const readCommit: RunStore["readCommit"] = async (run, date, task) => {
    const key = outcomeKey(run, date, task);
    const bytes = await source.read(key);
    const outcome = bytes && TaskOutcome.parse(json(bytes));
    if (outcome) expectNamed(key, [run, outcome.run_id], [task, outcome.task]);
    return outcome && { outcome, bytes };
  };
  const linkAt = async (key: string): Promise<ChainLink | undefined> => {
    const bytes = await source.read(key);
    const link = bytes && ChainLink.parse(json(bytes));
    if (link) expectNamed(key, [sequenceOf(key), link.sequence]);
    return link;
  };

  return {
    source,
    writePlan: (plan) => create(planKey(plan.run_id, runDate(plan.started_at)), JSON.stringify(plan)),
    readPlan: async (run, date) => {
      const bytes = await source.read(planKey(run, date));
      if (!bytes) throw new Error(`run ${run} has no plan at ${source.name}${planKey(run, date)}`);
      const plan = Plan.parse(json(bytes));
      expectNamed(planKey(run, date), [run, plan.run_id]);
      return { plan, bytes };
    },
    commit: async (date, outcome) => {
      const { run_id, task } = outcome;
      if (await create(outcomeKey(run_id, date, task), JSON.stringify(outcome))) return outcome;
      const standing = await readCommit(run_id, date, task);
      if (!standing) throw new Error(`task ${task} of run ${run_id} has an outcome that cannot be read`);
      return standing.outcome;
    },
    readOutcome: async (run, date, task) => (await readCommit(run, date, task))?.outcome,
    readCommit,
    committedTasks: async (run, date) => {
      const prefix = outcomesPrefix(run, date);
      const tasks: string[] = [];
      for await (const { key } of source.list(prefix)) tasks.push(key.slice(prefix.length, -".json".length));
      return tasks;
    },
    finishTask: async (run, date, within, task) => {
      await create(finishedTaskKey(run, date, within, task), "{}");
    },
    finishedTasks: (run, date, within) => evidence.count(finishedTasksPrefix(run, date, within)),
    finishGroup: async (run, date, group) => {
      await create(finishedGroupKey(run, date, group), "{}");
    },
    finishedGroups: (run, date) => evidence.count(finishedGroupsPrefix(run, date)),
    claimLease: async (run, date, number, lease) => {
      const key = sealingKey(run, date, number);
      if (await create(key, JSON.stringify(lease))) return lease;
      const standing = await source.read(key);
      if (!standing) throw new Error(`${source.name}${key} is there and cannot be read`);
      return SealLease.parse(json(standing));
    },
    chainHead: async () => {
      for await (const { key } of source.list(CHAIN_PREFIX, 1)) return linkAt(key);
      return undefined;
    },
    chainLink: (sequence) => linkAt(chainKey(sequence)),
    claim: (link) => create(chainKey(link.sequence), JSON.stringify(link)),
    writeManifest: (run, date, text) => create(manifestKey(run, date), text),
    readManifest: async (run, date) => {
      const bytes = await source.read(manifestKey(run, date));
      const manifest = bytes && Manifest.parse(json(bytes));
      if (manifest) expectNamed(manifestKey(run, date), [run, manifest.run_id]);
      return manifest && { manifest, bytes };
    },
    writeSignature: (run, date, signature) => create(signatureKey(run, date), signature, "application/octet-stream"),
    readSignature: async (run, date) => {
      const key = signatureKey(run, date);
      const bytes = await source.read(key);
      if (!bytes || isDer(bytes)) return bytes;
      // The next manifest names its hash for ever: what is no signature is believed only where it stands so.
      const again = await source.read(key);
      if (again && Buffer.compare(bytes, again) === 0) return again;
      throw new Error(`${source.name}${key} is not the same twice: it is read again by who seals next`);
    },
    writeAttestation: (run, date, text) => create(attestationKey(run, date), text),
    writePublicKey: async (fingerprint, pem) => {
      await create(publicKeyKey(fingerprint), pem, "application/x-pem-file");
    },
    writeKeyHandOver: (sequence, text) => create(keyHandOverKey(sequence), text),
  };
}
