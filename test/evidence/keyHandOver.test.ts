import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { type HandOver, signsBy } from "../../src/evidence/keyHandOver.ts";
import { keyHandOverKey, manifestKey, signatureKey } from "../../src/evidence/layout.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import { keysBeside, keysIn, type TrustedKeys } from "../../src/evidence/publicKeys.ts";
import { type Sealing, seal } from "../../src/evidence/seal.ts";
import { type RunStore, runStore } from "../../src/evidence/store.ts";
import { type Notice, type Verdict, type Violation, verify } from "../../src/evidence/verify.ts";
import { BUCKET, commitOf, DATE, emptyBucket, planOf } from "./bucket.ts";
import { NEXT_PEM, nextSigner, OTHER_PEM, PEM, runId, sealedCopy, signer } from "./sealedCopy.ts";

async function verdictOf(folder: string, keys: TrustedKeys) {
  const found: (Violation | Notice)[] = [];
  const source = folderSource(folder);
  const say = (each: Violation | Notice) => found.push(each);
  const verdict: Verdict = await verify({ source, keys, run: "all", violation: say, notice: say });
  return { verdict, found: found.map(({ kind, key }) => `${kind} ${key}`) };
}

describe("a signing key that is replaced", function () {
  this.timeout(30_000);
  let folder: string;
  before(async () => {
    folder = await sealedCopy({ runs: 4, nextKeyFrom: 3 });
  });
  after(() => rm(folder, { recursive: true }));

  for (const [what, pem] of [
    ["the old key", PEM],
    ["the new key", NEXT_PEM],
    ["both keys", PEM + NEXT_PEM],
    ["both keys with their ranges", `sequence: 1-2\n${PEM}sequence: 3-\n${NEXT_PEM}`],
  ] as const)
    it(`is followed from ${what}, and each key signs its own runs`, async () => {
      const { verdict, found } = await verdictOf(folder, keysIn(pem));
      expect(found).to.deep.equal([]);
      expect(verdict.level).to.equal("verified");
      expect(verdict.keys.map(({ from, to }) => [from, to])).to.deep.equal([
        [1, 2],
        [3, 4],
      ]);
    });

  it("is not followed from a key that did not sign up to there, nor from another", async () => {
    const early = await verdictOf(folder, keysIn(`sequence: 1-1\n${PEM}`));
    expect(early.found.filter((each) => each.startsWith("signature"))).to.deep.equal(
      [2, 3, 4].map((n) => `signature ${manifestKey(runId(n), DATE)}`),
    );
    const other = await verdictOf(folder, keysIn(OTHER_PEM));
    expect(other.verdict.level).to.equal("violated");
  });

  it("is consistent where the keys lie beside the evidence", async () => {
    const { verdict, found } = await verdictOf(folder, keysBeside(folderSource(folder)));
    expect([verdict.level, found]).to.deep.equal(["consistent", []]);
  });

  it("signs nothing more: a run that the old key signs later is refused, although both keys were given", async () => {
    const copy = await mkdtemp(join(tmpdir(), "audit-old-key-"));
    await cp(folder, copy, { recursive: true });
    const key = manifestKey(runId(4), DATE);
    const manifest = JSON.parse(await readFile(join(copy, key), "utf8"));
    const old = JSON.parse(await readFile(join(copy, manifestKey(runId(1), DATE)), "utf8")).signing_key;
    const text = JSON.stringify({ ...manifest, signing_key: old });
    await writeFile(join(copy, key), text);
    const { withLowS } = await import("../../src/evidence/ecdsa.ts");
    await writeFile(join(copy, signatureKey(runId(4), DATE)), withLowS(await signer.sign(Buffer.from(text))));
    const { found } = await verdictOf(copy, keysIn(PEM + NEXT_PEM));
    expect(found).to.include(`signature ${key}`);
    await rm(copy, { recursive: true });
  });

  it("is told of where no record says that both keys agree", async () => {
    const { s3, keys } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    for (const [n, by] of [signer, nextSigner].entries()) await sealed(store, n + 1, { signer: by });
    expect(keys().filter((key) => key.startsWith("keys/hand-overs/"))).to.deep.equal([]);
    const notices: Notice[] = [];
    const verdict = await verify({
      source: store.source,
      keys: keysIn(PEM + NEXT_PEM),
      run: "all",
      violation: (each) => expect.fail(JSON.stringify(each)),
      notice: (each) => notices.push(each),
    });
    expect(notices.map(({ kind, key }) => [kind, key])).to.deep.equal([["key", manifestKey(runId(2), DATE)]]);
    expect(verdict.level).to.equal("verified");
  });
});

/** Plans a run of a task, commits it, and seals it. */
async function sealed(store: RunStore, n: number, by: Pick<Sealing, "signer" | "signerBefore">) {
  const plan = planOf(1, runId(n), ["rds"]);
  if (await store.writePlan(plan)) {
    await store.commit(DATE, commitOf(plan, plan.tasks[0]!));
    await store.finishGroup(plan.run_id, DATE, 0);
  }
  return seal(
    {
      store,
      ...by,
      now: () => Date.parse(`${DATE}T10:0${n}:30Z`),
      lease: { holder: "request", expiresAt: Number.MAX_SAFE_INTEGER },
    },
    plan.run_id,
    DATE,
  ) as Promise<Manifest>;
}

describe("handing over a signing key", () => {
  it("is made good after a sealer died at any of its writes, and is written once", async () => {
    for (const dies of ["writeManifest", "writeKeyHandOver", "writePublicKey", "writeSignature"] as const) {
      const { s3, keys, objects } = await emptyBucket();
      const store = runStore(s3, BUCKET);
      await sealed(store, 1, { signer });
      const killed: RunStore = { ...store, [dies]: () => Promise.reject(new Error("killed")) };
      const by = { signer: nextSigner, signerBefore: signer };
      await sealed(killed, 2, by).catch((error: Error) => expect(error.message).to.equal("killed"));
      const manifest = await sealed(store, 2, by);
      await sealed(store, 2, by);
      expect(manifest.signing_key?.replaces).to.equal((await signer.key()).sha256);
      expect(keys()).to.include.members([keyHandOverKey(2), signatureKey(runId(2), DATE)]);
      expect(objects().get(keyHandOverKey(2))).to.have.length(1);
    }
  });

  it("signs the last run of the old key first, where that was left unsigned", async () => {
    const { s3, keys } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    const away = { ...signer, sign: () => Promise.reject(new Error("KMS is away")) };
    await sealed(store, 1, { signer: away }).catch(() => undefined);
    expect(keys()).not.to.include(signatureKey(runId(1), DATE));
    const manifest = await sealed(store, 2, { signer: nextSigner, signerBefore: signer });
    expect(keys()).to.include(signatureKey(runId(1), DATE));
    expect(manifest.previous?.signature_sha256).to.match(/^[0-9a-f]{64}$/);
  });

  it("asks nothing of the old key once it has handed over", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await sealed(store, 1, { signer });
    await sealed(store, 2, { signer: nextSigner, signerBefore: signer });
    const gone = { ...signer, key: () => Promise.reject(new Error("the key is disabled")) };
    const manifest = await sealed(store, 3, { signer: nextSigner, signerBefore: gone });
    expect(manifest.signing_key).not.to.have.property("replaces");
  });

  it("does not sign a manifest that somebody put there, which replaces a key that did not sign the run before", async () => {
    const { s3, keys } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await sealed(store, 1, { signer });
    await sealed(store, 2, { signer: nextSigner, signerBefore: signer });
    const away = { ...nextSigner, sign: () => Promise.reject(new Error("KMS is away")) };
    await sealed(store, 3, { signer: away }).catch(() => undefined);
    const { manifest } = (await store.readManifest(runId(3), DATE))!;
    const { canonicalJson } = await import("../../src/evidence/canonicalJson.ts");
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const { sha256 } = await signer.key();
    const forged = { ...manifest, signing_key: { ...manifest.signing_key!, replaces: sha256 } };
    await s3.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: manifestKey(runId(3), DATE), Body: canonicalJson(forged) }),
    );
    let problem = "";
    await sealed(store, 3, { signer: nextSigner, signerBefore: signer }).catch((error: Error) => {
      problem = error.message;
    });
    expect(problem).to.match(/which did not sign the run before it: it is not signed/);
    expect(keys())
      .not.to.include(signatureKey(runId(3), DATE))
      .and.not.to.include(keyHandOverKey(3));
  });

  it("reads the signature of the run before once", async () => {
    const { s3 } = await emptyBucket();
    const store = runStore(s3, BUCKET);
    await sealed(store, 1, { signer });
    const read: string[] = [];
    const counting: RunStore = {
      ...store,
      readSignature: (run, date) => {
        read.push(run);
        return store.readSignature(run, date);
      },
    };
    await sealed(counting, 2, { signer });
    expect(read.filter((run) => run === runId(1))).to.have.length(1);
  });
});

describe("the numbers that a key signs", () => {
  const record = (sequence: number, from: string, to: string) =>
    ({ record: { sequence, from: { sha256: from }, to: { sha256: to } } }) as unknown as HandOver;
  for (const [what, handOvers, key, signs] of [
    ["are all without a change", [], "a", [1, 40, 41, 99]],
    ["end where it hands over", [record(41, "a", "b")], "a", [1, 40]],
    ["begin where it is handed to", [record(41, "a", "b")], "b", [41, 99]],
    ["go on where it is handed back to", [record(41, "a", "b"), record(50, "b", "a")], "a", [1, 40, 99]],
    ["lie between two changes", [record(50, "b", "c"), record(41, "a", "b")], "b", [41]],
  ] as const)
    it(what, () => {
      const found = [1, 40, 41, 99].filter((sequence) => signsBy(handOvers, key, sequence));
      expect(found).to.deep.equal([...signs]);
    });
});
