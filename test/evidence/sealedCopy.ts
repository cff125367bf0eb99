import { generateKeyPairSync, type KeyPairKeyObjectResult, sign } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encodeTime } from "ulid";
import { rds } from "../../src/auditors/services/rds.ts";
import { EvidenceWriter } from "../../src/collect/evidenceWriter.ts";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import type { Item } from "../../src/evidence/item.ts";
import { evidenceKey } from "../../src/evidence/layout.ts";
import { sha256, type Task } from "../../src/evidence/plan.ts";
import { seal } from "../../src/evidence/seal.ts";
import type { Signer } from "../../src/evidence/signer.ts";
import { runStore } from "../../src/evidence/store.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { BUCKET, commitOf, DATE, emptyBucket, planOf } from "./bucket.ts";

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const nextPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pemOf = (keys: KeyPairKeyObjectResult) => String(keys.publicKey.export({ format: "pem", type: "spki" }));
export const PEM = pemOf(pair);
/** Of the key that takes the other's place. */
export const NEXT_PEM = pemOf(nextPair);
export const OTHER_PEM = String(
  generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "pem", type: "spki" }),
);

const signerWith = (keys: KeyPairKeyObjectResult, id: number): Signer => ({
  key: async () => ({
    arn: `arn:aws:kms:eu-central-1:999999999999:key/${id}`,
    sha256: sha256(keys.publicKey.export({ format: "der", type: "spki" })),
    pem: pemOf(keys),
    holder: "deployment",
  }),
  sign: async (message) => sign("sha256", message, keys.privateKey),
});

/** Signers of this process: of a deployment's key, and of the one that takes its place. */
export const signer = signerWith(pair, 1);
export const nextSigner = signerWith(nextPair, 2);

export const runId = (n: number) => `${encodeTime(Date.parse(`${DATE}T10:00:00Z`))}${String(n).padStart(16, "0")}`;
const TYPE = "AWS::RDS::DBInstance";

const itemOf = (run_id: string, task: Task, n: number, configuration: Item["configuration"]): Item => ({
  run_id,
  collected_at: "2026-11-24T10:00:00.000Z",
  account_id: task.accounts[0]!,
  region: "eu-central-1",
  resource_type: TYPE,
  resource_id: `db-${n}`,
  arn: null,
  name: null,
  tags: {},
  configuration,
  auditor: task.auditor,
  operation: "DescribeDBInstances",
});

interface Copied {
  runs?: number;
  /** Runs that are not sealed. */
  open?: number;
  out?: number;
  /** Databases of each account. */
  items?: number;
  /** The first run that the next key signs. */
  nextKeyFrom?: number;
  /** Sees every request to the bucket before it is made. */
  onRequest?: (command: unknown) => void;
  configurationOf?: (account: string, n: number) => Item["configuration"];
}

/** Writes a file, and the folders that it lies in. */
export async function put(path: string, body: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, body);
}

/** Runs of two accounts each, sealed and signed, with databases in each. */
export async function sealedCopy({ runs = 2, open = 0, out = 0, items = 3, ...given }: Copied = {}) {
  const configurationOf = given.configurationOf ?? ((_account, n) => ({ n }));
  const { s3, objects } = await emptyBucket();
  const send = s3.send.bind(s3) as (...args: unknown[]) => unknown;
  s3.send = ((command: unknown, ...rest: unknown[]) => {
    given.onRequest?.(command);
    return send(command, ...rest);
  }) as typeof s3.send;
  const store = runStore(s3, BUCKET);
  for (let n = 1; n <= runs + open; n++) {
    const plan = planOf(2, runId(n), ["rds"]);
    await store.writePlan(plan);
    for (const task of plan.tasks.slice(n === runs ? out : 0)) {
      const writer = new EvidenceWriter(bucketStore(s3, BUCKET), evidenceKey(TYPE, runId(n), DATE, task.id, "a"), TYPE);
      for (let item = 0; item < items; item++)
        await writer.write(itemOf(runId(n), task, item, configurationOf(task.accounts[0]!, item)));
      const commit = commitOf(plan, task, [await writer.finish()]);
      commit.outcomes[0]!.counts = { [TYPE]: items };
      await store.commit(DATE, commit);
    }
    if (n > runs) continue;
    const incomplete = out ? { requested_by: "alice" } : undefined;
    await seal(
      {
        store,
        ...(given.nextKeyFrom && n >= given.nextKeyFrom ? { signer: nextSigner, signerBefore: signer } : { signer }),
        now: () => Date.parse(`${DATE}T10:0${n % 10}:30Z`),
        lease: { holder: "request", expiresAt: 0 },
        incomplete,
      },
      runId(n),
      DATE,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "audit-copy-"));
  for (const [key, versions] of objects()) {
    await put(join(folder, key), versions.at(-1)!.body);
  }
  return folder;
}

/** Derives the tables of a copy's runs, without loading the auditors of what is not in it. */
export async function tablesOf(folder: string, runs: number): Promise<void> {
  const objects = folderObjects(folder);
  const catalog = catalogOf([{ name: "rds", services: [rds] }]);
  for (let n = 1; n <= runs; n++) await tabulate(objects, (await readSealedRun(objects, runId(n), DATE))!, catalog);
}
