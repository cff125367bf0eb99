import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { createSandbox } from "../sandbox/core.ts";
import { inProcess } from "../sandbox/inProcess.ts";
import { s3 } from "../sandbox/services/s3.ts";
import type { SandboxState, StoredObject } from "../sandbox/state.ts";
import { Unsigned } from "../sandbox/unsigned.ts";
import { bucketSource as s3Source } from "../src/evidence/bucketSource.ts";
import { DURATIONS_KEY, isMark, runDocumentOf } from "../src/evidence/layout.ts";
import { pull } from "../src/evidence/pull.ts";
import { bucketSource } from "./simulatedBucket.ts";
import { BUCKET, HOME } from "./world.ts";

type Objects = ReadonlyMap<string, readonly StoredObject[]>;

/** What `itaudit pull` leaves where it is: what the system's functions tell each other. */
const isLeft = (key: string): boolean => key === DURATIONS_KEY || isMark(runDocumentOf(key)?.name ?? "");

/** Gives a folder of its own to what needs a copy of the bucket, and removes it. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "simulated-copy-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Copies the simulated bucket as `itaudit pull` does, first as it was in the middle of everything, and then over S3 as
 * it is. @returns what differs between the copy and the bucket, as sentences
 */
export async function differencesOfCopy(state: SandboxState, folder: string): Promise<string[]> {
  const { objects } = state.buckets.get(BUCKET)!;
  const found: string[] = [];
  const problem = ({ kind, key, problem: why }: { kind: string; key: string; problem: string }) =>
    void found.push(`pull: ${kind}: ${key}: ${why}`);
  const half = halfOf(objects);
  await pull({ from: bucketSource(half), folder, run: "all", problem });
  await pull({ from: s3Source(clientOf(state), BUCKET), folder, run: "all", problem });
  const copied = new Map<string, Buffer>();
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (file.isFile()) {
      const path = join(file.parentPath, file.name);
      copied.set(path.slice(folder.length + 1).replaceAll("\\", "/"), await readFile(path));
    }
  for (const [key, versions] of objects) {
    if (isLeft(key)) continue;
    const copy = copied.get(key);
    copied.delete(key);
    if (!copy) found.push(`pull: ${key} is not in the copy`);
    else if (!copy.equals(versions.at(-1)!.body)) found.push(`pull: ${key} is not as it is in the bucket`);
  }
  for (const key of copied.keys()) found.push(`pull: ${key} is in the copy, and not in the bucket`);
  return found;
}

/** The bucket after half of its writes. */
function halfOf(objects: Objects): Objects {
  const moments = [...objects.values()].flatMap((versions) => versions.map(({ modified }) => +modified));
  const middle = moments.sort((a, b) => a - b)[Math.floor(moments.length / 2)] ?? 0;
  return new Map(
    [...objects].flatMap(([key, versions]) => {
      const then = versions.filter(({ modified }) => +modified <= middle);
      return then.length ? [[key, then] as const] : [];
    }),
  );
}

/** The auditors' own S3 client, as root of the audit account. */
function clientOf(state: SandboxState): S3Client {
  const invoke = { now: async () => ({ payload: null }), later: () => undefined };
  const services = new Map([[s3.signingName, s3]]);
  const sandbox = createSandbox(state, { now: Date.now, random: Math.random, invoke, services });
  return new S3Client({
    requestHandler: inProcess(sandbox) as never,
    region: HOME,
    credentials: { accessKeyId: state.auditAccount, secretAccessKey: "simulated" },
    forcePathStyle: true,
    sha256: Unsigned,
  });
}
