import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import fc from "fast-check";
import { canonicalJson } from "../../src/evidence/canonicalJson.ts";
import { completeTask } from "../../src/evidence/completeTask.ts";
import { tookFrom } from "../../src/evidence/durations.ts";
import { chainKey, manifestKey, outcomeKey, signatureKey } from "../../src/evidence/layout.ts";
import { Manifest } from "../../src/evidence/manifest.ts";
import { type Plan, sha256, TASKS_PER_GROUP, type Task } from "../../src/evidence/plan.ts";
import { AlteredError, readManifest, readOutcomes } from "../../src/evidence/readCommits.ts";
import { type Sealing, seal } from "../../src/evidence/seal.ts";
import { type RunStore, runStore } from "../../src/evidence/store.ts";
import { BUCKET, commitOf, DATE, emptyBucket, planOf, RUN } from "./bucket.ts";

use(chaiAsPromised);

const runId = (n: number) => `01JDT3SAPG${String(n).padStart(16, "0")}`;
const sealing = (store: RunStore, holder = "request"): Sealing => ({
  store,
  signer: undefined,
  now: () => 0,
  lease: { holder, expiresAt: 900_000 },
});

/** Writes a plan, the commits of all its tasks but those that are out, and the mark of the last one out. */
async function ready(store: RunStore, plan: Plan, out = 0): Promise<Plan> {
  await store.writePlan(plan);
  for (const task of plan.tasks.slice(out)) await store.commit(DATE, commitOf(plan, task));
  if (!out) await store.finishGroup(plan.run_id, DATE, 0);
  return plan;
}

/** A store each of whose calls waits for its turn, so that a schedule decides how two sealers interleave. */
function scheduled(store: RunStore, turn: () => Promise<unknown>): RunStore {
  return new Proxy(store, {
    get: (target, name: keyof RunStore) => {
      const member = target[name];
      return typeof member === "function"
        ? async (...args: never[]) => {
            await turn();
            return (member as (...args: never[]) => unknown)(...args);
          }
        : member;
    },
  });
}

describe("settling a task", () => {
  it("tells exactly the last of a run's tasks that it is the last, over several groups", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = planOf(1, RUN, ["rds"]);
    const tasks = [0, 0, 1].map((index, n) => ({
      ...plan.tasks[0]!,
      id: `rds-000${n}`,
      group: { index, tasks: index ? 1 : 2, of: 2 },
    }));
    const answers = [];
    for (const task of tasks) answers.push(await completeTask(store, DATE, task, commitOf(plan, task)));
    expect(answers).to.deep.equal([false, false, true]);
    expect(await completeTask(store, DATE, tasks[0]!, commitOf(plan, tasks[0]!)), "delivered again").to.equal(true);
  });

  it("takes a task that handed over for finished once everything below it is, in whatever order", async () => {
    const plan = planOf(1, RUN, ["rds"]);
    const [task] = plan.tasks;
    const below = (id: string, ...parts: number[]) => ({ ...task!, id: `${task!.id}.${id}`, parts });
    const [one, two, twoOne, twoTwo] = [below("1", 2), below("2", 2), below("2.1", 2, 2), below("2.2", 2, 2)];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([one!, twoOne!, twoTwo!], { minLength: 3 }), async (leaves) => {
        const { s3 } = await emptyBucket();
        const store = runStore(s3, BUCKET);
        const handsOver = (each: Task, follow_ups: Task[]) => ({ ...commitOf(plan, each), follow_ups });
        expect(await completeTask(store, DATE, task!, handsOver(task!, [one!, two!]))).to.equal(false);
        expect(await completeTask(store, DATE, two!, handsOver(two!, [twoOne!, twoTwo!]))).to.equal(false);
        const answers = [];
        for (const leaf of leaves) answers.push(await completeTask(store, DATE, leaf, commitOf(plan, leaf)));
        expect(answers).to.deep.equal([false, false, true]);
      }),
      { numRuns: 6 },
    );
  });

  it("costs the same few requests a task, however many tasks the run has", async () => {
    /** Tasks of a group that are looked at: its first and its last. The others have finished, each by its mark alone. */
    const LOOKED_AT = 20;
    const perTask = async (count: number) => {
      const { s3, requests } = await emptyBucket();
      const store = runStore(s3, BUCKET);
      const plan = planOf(1, RUN, ["rds"]);
      const of = Math.ceil(count / TASKS_PER_GROUP);
      const costs: number[] = [];
      for (let n = 0; n < count; n++) {
        const index = Math.floor(n / TASKS_PER_GROUP);
        const group = { index, tasks: Math.min(TASKS_PER_GROUP, count - index * TASKS_PER_GROUP), of };
        const task = { ...plan.tasks[0]!, id: `rds-${n}`, group };
        const before = Object.values(requests).reduce((sum, each) => sum + each, 0);
        const place = n - index * TASKS_PER_GROUP;
        if (place >= LOOKED_AT && place < group.tasks - LOOKED_AT) {
          await store.finishTask(RUN, DATE, index, task.id);
          continue;
        }
        expect(await completeTask(store, DATE, task, commitOf(plan, task))).to.equal(n === count - 1);
        costs.push(Object.values(requests).reduce((sum, each) => sum + each, 0) - before);
      }
      return costs.reduce((sum, each) => sum + each, 0) / costs.length;
    };
    expect(await perTask(20)).to.be.at.most(2.1);
    expect(await perTask(1100)).to.be.at.most(2.1);
  });
});

describe("sealing a run", () => {
  it("writes nothing while a task is out, and says which", async () => {
    const { s3, keys } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = await ready(store, planOf(2), 1);
    expect(await seal(sealing(store), RUN, DATE)).to.deep.equal({ open: [plan.tasks[0]] });
    expect(keys()).not.to.include.members([manifestKey(RUN, DATE)]);
    expect(keys()).not.to.include.members([chainKey(1)]);
  });

  it("writes the manifest as canonical JSON, once, and answers with it afterwards", async () => {
    const { s3, objects } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await ready(store, planOf(2));
    const manifest = await seal(sealing(store), RUN, DATE);
    expect(await seal({ ...sealing(store), now: () => 1 }, RUN, DATE)).to.deep.equal(manifest);
    const versions = objects().get(manifestKey(RUN, DATE))!;
    expect(versions).to.have.length(1);
    expect(Buffer.from(versions[0]!.body).toString()).to.equal(canonicalJson(manifest));
  });

  it("leaves what the accounts of a whole run took, once it is signed; of a part of a run nothing", async () => {
    const left = async (plan: Plan, incomplete?: { requested_by: string }) => {
      const { s3 } = await emptyBucket();
      const store = runStore(s3, BUCKET);
      await ready(store, plan, incomplete ? 1 : 0);
      const texts: string[] = [];
      const leaveDurations = async (text: string) => void texts.push(text);
      for (const _again of [1, 2]) await seal({ ...sealing(store), incomplete, leaveDurations }, RUN, DATE);
      return texts;
    };
    const [text, ...again] = await left(planOf(2));
    expect(again).to.deep.equal([]);
    const took = tookFrom(Buffer.from(text!));
    expect(took("rds", "100000000002")).to.equal(1);
    expect(took("rds", "100000000003")).to.equal(undefined);
    expect(await left({ ...planOf(2), narrowed: ["accounts"] })).to.deep.equal([]);
    expect(await left(planOf(2), { requested_by: "alice" })).to.deep.equal([]);
  });

  it("chains runs: each manifest has its place and the hash of the one before it", async () => {
    const { s3, objects } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    for (const n of [1, 2, 3]) {
      await ready(store, planOf(1, runId(n)));
      await seal(sealing(store), runId(n), DATE);
    }
    const bytes = (n: number) =>
      Buffer.from(
        objects()
          .get(manifestKey(runId(n), DATE))!
          .at(-1)!.body,
      );
    expect(Manifest.parse(JSON.parse(bytes(1).toString())).previous).to.equal(null);
    for (const n of [2, 3]) {
      const { sequence, previous } = Manifest.parse(JSON.parse(bytes(n).toString()));
      expect(sequence).to.equal(n);
      expect(previous).to.deep.equal({
        run_id: runId(n - 1),
        run_date: DATE,
        manifest_sha256: sha256(bytes(n - 1)),
        signature_sha256: null,
      });
    }
  });

  it("finds the end of the chain in the same few requests, however long it is", async () => {
    const { s3, requests } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const costs: number[] = [];
    for (let n = 1; n <= 30; n++) {
      await ready(store, planOf(1, runId(n)));
      const before = Object.values(requests).reduce((sum, each) => sum + each, 0);
      await seal(sealing(store), runId(n), DATE);
      costs.push(Object.values(requests).reduce((sum, each) => sum + each, 0) - before);
    }
    expect(costs.at(-1)).to.equal(costs[1]);
  });

  it("leaves one chain without fork or gap, and one manifest a run, however sealers interleave and die", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.record({ run: fc.integer({ min: 1, max: 3 }), dies: fc.option(fc.integer({ max: 14, min: 0 })) }), {
          minLength: 2,
          maxLength: 6,
        }),
        async (scheduler, sealers) => {
          const { s3, keys, objects } = await emptyBucket();
          const store = runStore(s3, BUCKET);
          for (const n of [1, 2, 3]) await ready(store, planOf(1, runId(n)));
          for (const [index, { run, dies }] of sealers.entries()) {
            let left = dies ?? Number.POSITIVE_INFINITY;
            const turn = async () => {
              await scheduler.schedule(Promise.resolve());
              if (left-- <= 0) throw new Error("killed");
            };
            void seal(sealing(scheduled(store, turn), `sealer ${index}`), runId(run), DATE).catch((error: Error) => {
              expect(error.message).to.equal("killed");
            });
          }
          await scheduler.waitIdle();
          // A later delivery comes for each run, once the dead ones are over, and makes good what they left.
          const later = { ...sealing(store, "later"), now: () => 900_000 };
          for (const n of [3, 1, 2]) expect(await seal(later, runId(n), DATE)).to.have.property("complete", true);
          const manifests = [1, 2, 3].map((n) => {
            const versions = objects().get(manifestKey(runId(n), DATE))!;
            expect(versions).to.have.length(1);
            const bytes = Buffer.from(versions[0]!.body);
            return { hash: sha256(bytes), manifest: Manifest.parse(JSON.parse(bytes.toString())) };
          });
          manifests.sort((a, b) => a.manifest.sequence - b.manifest.sequence);
          expect(manifests.map(({ manifest }) => manifest.sequence)).to.deep.equal([1, 2, 3]);
          for (const [index, { manifest }] of manifests.entries())
            expect(manifest.previous?.manifest_sha256).to.equal(manifests[index - 1]?.hash);
          expect(keys().filter((key) => key.startsWith("runs/chain/"))).to.have.length(3);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is the work of one of the sealers that start together: the others read no commit", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = await ready(store, planOf(5));
    let read = 0;
    const counting: RunStore = {
      ...store,
      readCommit: (...of) => {
        read += 1;
        return store.readCommit(...of);
      },
    };
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => seal(sealing(counting, `sealer ${n}`), RUN, DATE)));
    expect(answers.filter((answer) => "complete" in answer)).to.have.length(1);
    expect(answers.filter((answer) => "leaseExpiresAt" in answer)).to.have.length(4);
    expect(read).to.equal(plan.tasks.length);
  });

  it("goes on by Lambda's next try of the same request, and by another one only when the first is over", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await ready(store, planOf(1));
    const killed: RunStore = { ...store, claim: () => Promise.reject(new Error("killed")) };
    const others = { ...sealing(store, "other"), lease: { holder: "other", expiresAt: 1_800_000 } };
    await expect(seal(sealing(killed, "first"), RUN, DATE)).to.be.rejectedWith("killed");
    expect(await seal({ ...others, now: () => 899_999 }, RUN, DATE)).to.deep.equal({ leaseExpiresAt: 900_000 });
    await expect(seal(sealing(killed, "first"), RUN, DATE)).to.be.rejectedWith("killed");
    expect(await seal({ ...others, now: () => 900_000 }, RUN, DATE)).to.have.property("complete", true);
  });

  it("is not held by a sealer that comes before the last task is out", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = await ready(store, planOf(2), 1);
    expect(await seal(sealing(store, "early"), RUN, DATE)).to.have.property("open");
    await store.commit(DATE, commitOf(plan, plan.tasks[0]!));
    await store.finishGroup(RUN, DATE, 0);
    expect(await seal(sealing(store, "the last one out"), RUN, DATE)).to.have.property("complete", true);
  });

  it("seals a run that is not complete only for whom asks by name, and names what is missing", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = await ready(store, planOf(2), 1);
    const incomplete = { requested_by: "alice" };
    const manifest = (await seal({ ...sealing(store), incomplete }, RUN, DATE)) as Manifest;
    expect(manifest).to.deep.include({ complete: false, missing: [plan.tasks[0]], incomplete_requested_by: "alice" });
    expect(manifest.totals.planned).to.equal(6);
    expect(manifest.totals.outcomes).to.deep.equal({ collected: 4 });
  });

  it("does not note anybody as having asked for an incomplete seal when nothing was missing", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await ready(store, planOf(1));
    const manifest = await seal({ ...sealing(store), incomplete: { requested_by: "alice" } }, RUN, DATE);
    expect(manifest).to.include({ complete: true }).and.not.to.have.property("incomplete_requested_by");
  });

  it("does not follow a task that hands over to itself for ever", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = planOf(1, RUN, ["rds"]);
    await store.writePlan(plan);
    await store.commit(DATE, { ...commitOf(plan, plan.tasks[0]!), follow_ups: [plan.tasks[0]!] });
    await expect(seal(sealing(store), RUN, DATE)).to.be.rejectedWith(
      /rds-0000 hands over to rds-0000, which is not below/,
    );
  });
});

describe("signing a manifest", () => {
  const signer = {
    key: async () => ({
      arn: "arn:aws:kms:x:999999999999:key/1",
      sha256: "a".repeat(64),
      pem: "PEM",
      holder: "deployment" as const,
    }),
    sign: async (message: Uint8Array) => Buffer.from(sha256(message), "hex"),
  };

  it("signs the SHA-256 of the manifest's bytes, and puts the public key beside it", async () => {
    const { s3, objects } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await ready(store, planOf(1));
    await seal({ ...sealing(store), signer }, RUN, DATE);
    const body = (key: string) => Buffer.from(objects().get(key)!.at(-1)!.body);
    expect(body(signatureKey(RUN, DATE)).toString("hex")).to.equal(sha256(body(manifestKey(RUN, DATE))));
    expect(body(`keys/${"a".repeat(64)}.pem`).toString()).to.equal("PEM");
  });

  it("makes a missing signature good when the run is sealed again", async () => {
    const { s3, keys } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await ready(store, planOf(1));
    const broken = { ...signer, sign: () => Promise.reject(new Error("KMS is away")) };
    await expect(seal({ ...sealing(store), signer: broken }, RUN, DATE)).to.be.rejectedWith("KMS is away");
    expect(keys()).to.include(manifestKey(RUN, DATE)).and.not.to.include(signatureKey(RUN, DATE));
    await seal({ ...sealing(store), signer, now: () => 99 }, RUN, DATE);
    expect(keys()).to.include(signatureKey(RUN, DATE));
  });

  it("makes a missing signature of an incomplete run good, also when a late task has committed since", async () => {
    const { s3, keys } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = await ready(store, planOf(2), 1);
    const broken = { ...signer, sign: () => Promise.reject(new Error("KMS is away")) };
    const incomplete = { requested_by: "alice" };
    await expect(seal({ ...sealing(store), signer: broken, incomplete }, RUN, DATE)).to.be.rejected;
    await store.commit(DATE, commitOf(plan, plan.tasks[0]!));
    await seal({ ...sealing(store), signer }, RUN, DATE);
    expect(keys()).to.include(signatureKey(RUN, DATE));
  });

  it("does not sign a manifest that somebody has put there", async () => {
    const { s3, keys } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await ready(store, planOf(1));
    const broken = { ...signer, sign: () => Promise.reject(new Error("KMS is away")) };
    await seal({ ...sealing(store), signer: broken }, RUN, DATE).catch(() => undefined);
    const { manifest } = (await store.readManifest(RUN, DATE))!;
    await forge(s3, manifestKey(RUN, DATE), canonicalJson({ ...manifest, totals: { ...manifest.totals, items: 7 } }));
    await expect(seal({ ...sealing(store), signer }, RUN, DATE)).to.be.rejectedWith(
      /not what the run's plan and commits/,
    );
    expect(keys()).not.to.include(signatureKey(RUN, DATE));
  });
});

describe("reading a sealed run", () => {
  it("gives every outcome, and refuses a commit that is not as sealed", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const plan = await ready(store, planOf(2));
    await seal(sealing(store), RUN, DATE);
    const manifest = (await readManifest(store.source, RUN, DATE))!;
    const seen = [];
    for await (const outcome of readOutcomes(store.source, manifest)) seen.push(outcome);
    expect(seen).to.have.length(6);
    const key = outcomeKey(RUN, DATE, plan.tasks[1]!.id);
    await forge(s3, key, JSON.stringify({ ...commitOf(plan, plan.tasks[1]!), outcomes: [] }));
    const read = async () => {
      for await (const outcome of readOutcomes(store.source, manifest)) void outcome;
    };
    await expect(read()).to.be.rejectedWith(AlteredError, key);
  });
});

/** Puts an object in another's place, as only somebody outside the system's roles can. */
async function forge(s3: Parameters<typeof runStore>[0], Key: string, Body: string): Promise<void> {
  const { PutObjectCommand } = await import("@aws-sdk/client-s3");
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
}
