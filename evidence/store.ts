import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { manifestKey, outcomeKey, outcomesPrefix, planKey, runDate } from "./layout.ts";
import { Manifest } from "./manifest.ts";
import { Plan } from "./plan.ts";
import { TaskOutcome } from "./taskOutcome.ts";

/** The evidence bucket's documents of runs. Every write is create-only: what stands is never replaced. */
export interface RunStore {
  /** @returns false when the run has a plan already */
  writePlan(plan: Plan): Promise<boolean>;
  /** The plan and the bytes it was read from (they are what the manifest's hash covers). */
  readPlan(run: string, date: string): Promise<{ plan: Plan; bytes: Uint8Array }>;
  /** @returns the outcome that stands: this one, or that of the attempt that committed this task first */
  commit(date: string, outcome: TaskOutcome): Promise<TaskOutcome>;
  readOutcome(run: string, date: string, task: string): Promise<TaskOutcome | undefined>;
  /** Names of the tasks that have committed. */
  committedTasks(run: string, date: string): Promise<string[]>;
  /** @returns false when the run is sealed already */
  writeManifest(date: string, manifest: Manifest): Promise<boolean>;
  readManifest(run: string, date: string): Promise<Manifest | undefined>;
}

const isAlreadyThere = (error: unknown): boolean =>
  error instanceof Error && (error.name === "PreconditionFailed" || error.name === "ConditionalRequestConflict");
const isAbsent = (error: unknown): boolean => error instanceof Error && error.name === "NoSuchKey";

export function runStore(s3: S3Client, bucket: string): RunStore {
  const create = async (key: string, document: unknown): Promise<boolean> => {
    try {
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: JSON.stringify(document),
          ContentType: "application/json",
          ChecksumAlgorithm: "SHA256",
          IfNoneMatch: "*",
        }),
      );
      return true;
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
      // A conflict with a write still under way (409) says nothing yet of who wins: look.
      if ((error as Error).name === "PreconditionFailed" || (await get(key))) return false;
      return create(key, document);
    }
  };
  const get = async (key: string): Promise<Uint8Array | undefined> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString("utf8"));
  const readOutcome: RunStore["readOutcome"] = async (run, date, task) => {
    const bytes = await get(outcomeKey(run, date, task));
    return bytes && TaskOutcome.parse(json(bytes));
  };

  return {
    writePlan: (plan) => create(planKey(plan.run_id, runDate(plan.started_at)), plan),
    readPlan: async (run, date) => {
      const bytes = await get(planKey(run, date));
      if (!bytes) throw new Error(`run ${run} has no plan at s3://${bucket}/${planKey(run, date)}`);
      return { plan: Plan.parse(json(bytes)), bytes };
    },
    commit: async (date, outcome) => {
      const { run_id, task } = outcome;
      if (await create(outcomeKey(run_id, date, task), outcome)) return outcome;
      const standing = await readOutcome(run_id, date, task);
      if (!standing) throw new Error(`task ${task} of run ${run_id} has an outcome that cannot be read`);
      return standing;
    },
    readOutcome,
    committedTasks: async (run, date) => {
      const prefix = outcomesPrefix(run, date);
      const tasks: string[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        );
        for (const { Key } of page.Contents ?? []) if (Key) tasks.push(Key.slice(prefix.length, -".json".length));
        token = page.NextContinuationToken;
      } while (token);
      return tasks;
    },
    writeManifest: (date, manifest) => create(manifestKey(manifest.run_id, date), manifest),
    readManifest: async (run, date) => {
      const bytes = await get(manifestKey(run, date));
      return bytes && Manifest.parse(json(bytes));
    },
  };
}
