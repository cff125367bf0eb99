import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { consistencyProof, isConsistent, leafHash, merkleRoot } from "../../src/evidence/merkle.ts";
import { fingerprintOf } from "../../src/evidence/publicKeys.ts";
import { addCheckpoint, requestBody, type Witness } from "../../src/evidence/witness/addCheckpoint.ts";
import {
  checkpointText,
  contradictionOf,
  leafOf,
  logKeyId,
  logRoot,
  parseCheckpoint,
} from "../../src/evidence/witness/checkpoint.ts";
import {
  cosignature,
  cosignedBy,
  cosignedMessage,
  rawOf,
  vkeyOf,
  witnessKeyIn,
} from "../../src/evidence/witness/cosignature.ts";
import { noteText, parseNote } from "../../src/evidence/witness/note.ts";

const ORIGIN = "s3.amazonaws.com/evidence";
const NAME = "auditors.example/w1";
const log = generateKeyPairSync("ec", { namedCurve: "P-256" });
const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const witnessKeys = generateKeyPairSync("ed25519");
const raw = rawOf(witnessKeys.publicKey);

/** The hashes of a chain's manifests, each over what its run is and the manifest before it. */
function chainOf(runs: readonly string[]): string[] {
  const hashes: string[] = [];
  for (const run of runs)
    hashes.push(
      createHash("sha256")
        .update(`${run} after ${hashes.at(-1)}`)
        .digest("hex"),
    );
  return hashes;
}

const checkpointOf = (manifests: readonly string[]) => ({
  origin: ORIGIN,
  size: manifests.length,
  root: logRoot(manifests),
});

/** A checkpoint as the holder of a key signs it. */
function signed(manifests: readonly string[], { keys = log, origin = ORIGIN } = {}): string {
  const text = checkpointText({ ...checkpointOf(manifests), origin });
  const signature = sign("sha256", Buffer.from(text), keys.privateKey);
  return noteText({ text, signatures: [{ name: origin, keyId: logKeyId(fingerprintOf(keys.publicKey)), signature }] });
}

function witnessOf(time = 1_795_000_000) {
  const notes = new Map<number, string>();
  const witness: Witness = {
    origin: ORIGIN,
    logKeys: [log.publicKey],
    state: {
      latest: async () => {
        const number = notes.size;
        return number ? { number, checkpoint: parseCheckpoint(parseNote(notes.get(number)!)!.text)! } : undefined;
      },
      advance: async (number, note) => {
        if (notes.has(number)) return false;
        notes.set(number, note);
        return true;
      },
    },
    cosign: async (text) =>
      cosignature(NAME, raw, time, sign(null, cosignedMessage(time, text), witnessKeys.privateKey)),
  };
  const ask = (old: number, manifests: readonly string[], note = signed(manifests)) =>
    addCheckpoint(witness, requestBody(old, consistencyProof(manifests.map(leafOf), old), note));
  return { witness, ask, notes };
}

const runs = (count: number, tag = "run") => Array.from({ length: count }, (_none, n) => `${tag} ${n}`);

describe("a proof that a tree goes on from another", () => {
  it("is there for each size, and for no other tree or proof", () => {
    const leaves = runs(33).map((each) => leafHash(each));
    for (let second = 1; second <= leaves.length; second++)
      for (let first = 0; first <= second; first++) {
        const heads = [first, second].map((size) => ({ size, root: merkleRoot(leaves.slice(0, size)) }));
        const proof = consistencyProof(leaves.slice(0, second), first);
        expect(isConsistent(heads[0]!, heads[1]!, proof), `${first} to ${second}`).to.equal(true);
        expect(isConsistent(heads[0]!, heads[1]!, [...proof, leaves[0]!])).to.equal(false);
        if (!first) continue;
        const wrong = { ...heads[0]!, root: leafHash("another") };
        if (first < second || first > 0) expect(isConsistent(wrong, heads[1]!, proof)).to.equal(false);
        if (proof.length) expect(isConsistent(heads[0]!, heads[1]!, proof.slice(1))).to.equal(false);
      }
  });
});

describe("a witness", () => {
  it("cosigns a log that grows, by the format of C2SP, and its key reads what it signed", async () => {
    const { ask, notes } = witnessOf();
    const manifests = chainOf(runs(9));
    let old = 0;
    for (const size of [1, 2, 5, 5, 9]) {
      const { statusCode, body } = await ask(old, manifests.slice(0, size));
      expect(statusCode).to.equal(200);
      const note = parseNote(signed(manifests.slice(0, size)) + body)!;
      for (const text of [vkeyOf(NAME, raw), String(witnessKeys.publicKey.export({ format: "pem", type: "spki" }))])
        expect(cosignedBy(witnessKeyIn(text), note.signatures.at(-1)!, note.text)).to.deep.equal(
          new Date(1_795_000_000_000),
        );
      old = size;
    }
    expect(notes.size).to.equal(4);
  });

  it("reads and checks the example of the format's page", () => {
    const key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    expect(() => witnessKeyIn(key), "a key that signs notes, not checkpoints").to.throw(/Ed25519 key is expected/);
    const wrong = vkeyOf(NAME, raw).replace(/\+[0-9a-f]{8}\+/, "+00000000+");
    expect(() => witnessKeyIn(wrong)).to.throw(/is not that of the key/);
    const parsed = parseNote(
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n",
    )!;
    expect(parseCheckpoint(parsed.text)).to.deep.include({ origin: "example.com/behind-the-sofa", size: 20852163 });
    expect(parsed.signatures.map(({ name }) => name)).to.deep.equal([
      "example.com/behind-the-sofa",
      "witness.example.com/w1",
    ]);
  });

  for (const [what, expected, attempt] of [
    ["another log", 404, (ask: Ask, all: string[]) => ask(3, all, signed(all, { origin: "s3.amazonaws.com/x" }))],
    ["a log that another key signs", 403, (ask: Ask, all: string[]) => ask(3, all, signed(all, { keys: other }))],
    ["an old size that it does not know", 409, (ask: Ask, all: string[]) => ask(2, all)],
    ["a log that was cut", 409, (ask: Ask, all: string[]) => ask(2, all.slice(0, 2))],
    ["an old size beyond the new one", 400, (ask: Ask, all: string[]) => ask(9, all)],
    ["another history of the same size", 422, (ask: Ask) => ask(3, chainOf(runs(3, "other")))],
    ["another history that is longer", 422, (ask: Ask) => ask(3, chainOf(runs(5, "other")))],
    ["something else", 400, (ask: Ask, all: string[]) => ask(3, all, "hello\n")],
  ] as const)
    it(`does not cosign ${what}`, async () => {
      const { ask, notes } = witnessOf();
      const all = chainOf(runs(4));
      await ask(0, all.slice(0, 3));
      const { statusCode, body } = await attempt(ask, all);
      expect(statusCode).to.equal(expected);
      expect(body).not.to.include("—");
      expect(notes.size).to.equal(1);
    });

  it("lets one of two requests at the same time go on, and has the other ask again", async () => {
    const { ask, notes } = witnessOf();
    const all = chainOf(runs(5));
    await ask(0, all.slice(0, 2));
    const answers = await Promise.all([
      ask(2, all.slice(0, 3)),
      ask(2, [...all.slice(0, 2), ...chainOf(runs(2, "x"))]),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).to.deep.equal([200, 409]);
    expect(notes.size).to.equal(2);
  });
});

type Ask = ReturnType<typeof witnessOf>["ask"];

/** What somebody who has the signing key and the bucket makes of a history, all of it signed and chained again. */
const REWRITINGS: ((history: readonly string[], at: number, tag: string) => string[])[] = [
  (history, at, tag) => history.map((run, n) => (n === at ? `${run} ${tag}` : run)),
  (history, at) => history.slice(0, at),
  (history, at) => history.filter((_run, n) => n !== at),
  (history, at, tag) => [...history.slice(0, at), tag, ...history.slice(at)],
  (history, at, tag) => [...history.slice(0, at), ...runs(history.length - at, tag)],
  (history, at, tag) => [...history.slice(0, at), ...runs(7, tag)],
  (history, at) => [...history.slice(0, at), ...history.slice(at).toReversed(), "one more"],
  (history, at) => [...history.slice(0, at), history[at]!, ...history.slice(at)],
];

describe("an old checkpoint", () => {
  it("refuses ten thousand histories that the holder of the key and the bucket wrote anew", () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 10 }),
        fc.nat(),
        fc.constantFrom(...REWRITINGS),
        fc.string({ minLength: 1, maxLength: 5 }),
        (size, later, where, rewrite, tag) => {
          const history = runs(size + later);
          const checkpoint = checkpointOf(chainOf(history.slice(0, size)));
          expect(contradictionOf(checkpoint, chainOf(history)), "the history as it was").to.equal(undefined);
          const rewritten = rewrite(history, where % size, tag);
          fc.pre(rewritten.slice(0, size).join("|") !== history.slice(0, size).join("|"));
          expect(contradictionOf(checkpoint, chainOf(rewritten))).to.be.a("string");
          refused += 1;
        },
      ),
      { numRuns: 10_000 },
    );
    expect(refused).to.be.least(10_000);
  });

  it("is not outdone by a new one: the witness cosigns none of a thousand that were written anew", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.nat(),
        fc.constantFrom(...REWRITINGS),
        async (size, where, rewrite) => {
          const history = runs(size);
          const rewritten = rewrite(history, where % size, "x");
          fc.pre(rewritten.length > 0 && rewritten.slice(0, size).join("|") !== history.join("|"));
          const { ask, notes } = witnessOf();
          await ask(0, chainOf(history));
          for (const old of [size, rewritten.length - 1, 0])
            expect((await ask(Math.max(old, 0), chainOf(rewritten))).statusCode).to.be.oneOf([400, 409, 422]);
          expect(notes.size).to.equal(1);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
