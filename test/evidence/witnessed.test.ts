import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { chainKey, checkpointKey, manifestKey } from "../../src/evidence/layout.ts";
import { sha256 } from "../../src/evidence/plan.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { type Notice, type Violation, verify } from "../../src/evidence/verify.ts";
import { checkpointText, logRoot } from "../../src/evidence/witness/checkpoint.ts";
import { cosignature, cosignedMessage, rawOf, vkeyOf, witnessKeyIn } from "../../src/evidence/witness/cosignature.ts";
import { noteText } from "../../src/evidence/witness/note.ts";
import { itaudit } from "../cli/itaudit.ts";
import { DATE } from "./bucket.ts";
import { PEM, put, runId, sealedCopy } from "./sealedCopy.ts";

const NAME = "auditors.example/w1";
const keys = generateKeyPairSync("ed25519");
const vkey = vkeyOf(NAME, rawOf(keys.publicKey));

/** A checkpoint of a copy's first runs, as the witness cosigned it. */
async function checkpointOf(folder: string, size: number, by = keys): Promise<string> {
  const hashes: string[] = [];
  for (let n = 1; n <= size; n++) hashes.push(sha256(await readFile(join(folder, manifestKey(runId(n), DATE)))));
  const text = checkpointText({ origin: "s3.amazonaws.com/evidence", size, root: logRoot(hashes) });
  const time = Date.parse("2026-11-25T00:00:00Z") / 1000;
  const signature = sign(null, cosignedMessage(time, text), by.privateKey);
  return noteText({ text, signatures: [cosignature(NAME, rawOf(by.publicKey), time, signature)] });
}

async function verdictOf(folder: string, checkpoints: readonly string[], key = vkey) {
  const found: string[] = [];
  const say = ({ kind, key: where }: Violation | Notice) => found.push(`${kind} ${where}`);
  const verdict = await verify({
    source: folderSource(folder),
    keys: keysIn(PEM),
    run: "all",
    witness: { key: witnessKeyIn(key), checkpoints },
    violation: say,
    notice: say,
  });
  return { verdict, found };
}

describe("a chain that a witness has seen", function () {
  this.timeout(60_000);
  let folder: string;
  let scratch: string;
  before(async () => {
    folder = await sealedCopy({ runs: 3 });
    scratch = await mkdtemp(join(tmpdir(), "audit-witnessed-"));
    for (const size of [1, 3]) await put(join(folder, checkpointKey(size)), await checkpointOf(folder, size));
  });
  after(() => Promise.all([folder, scratch].map((each) => rm(each, { recursive: true }))));

  it("is verified with the checkpoints in the copy, by the witness's line or its PEM", async () => {
    for (const key of [vkey, String(keys.publicKey.export({ format: "pem", type: "spki" }))]) {
      const { verdict, found } = await verdictOf(folder, [], key);
      expect(found).to.deep.equal([]);
      expect(verdict.level).to.equal("verified");
      expect(verdict.witness).to.deep.equal({ name: NAME, sequence: 3, seen_at: "2026-11-25T00:00:00.000Z" });
    }
  });

  it("is said to go on where the witness has not seen the newest runs, and who sealed them is not shown", async () => {
    const bare = await sealedCopy({ runs: 2 });
    const { verdict, found } = await verdictOf(bare, [await checkpointOf(bare, 1)]);
    expect(found).to.deep.equal([`unwitnessed ${chainKey(2)}`]);
    expect(verdict.level).to.equal("consistent");
    expect((await verdictOf(bare, [])).found).to.deep.equal([`unwitnessed ${chainKey(1)}`]);
    await rm(bare, { recursive: true });
  });

  it("is refused where somebody with the signing key and the bucket sealed another history, although its signatures fit", async () => {
    const forged = await sealedCopy({ runs: 3, configurationOf: (_account, n) => ({ n, forged: true }) });
    expect((await verdictOf(forged, [])).found).to.deep.equal([`unwitnessed ${chainKey(1)}`]);
    const { verdict, found } = await verdictOf(forged, [await checkpointOf(folder, 2)]);
    expect(found).to.include(`rollback ${chainKey(2)}`);
    expect(verdict.level).to.equal("violated");
    await put(join(forged, checkpointKey(3)), await readFile(join(folder, checkpointKey(3))));
    expect((await verdictOf(forged, [])).found).to.include(`rollback ${chainKey(3)}`);
    await rm(forged, { recursive: true });
  });

  it("is refused where the newest runs were cut off with all that names them", async () => {
    const cut = await sealedCopy({ runs: 2 });
    const { found, verdict } = await verdictOf(cut, [await checkpointOf(folder, 3)]);
    expect(found).to.include(`rollback ${chainKey(3)}`);
    expect(verdict.level).to.equal("violated");
    await rm(cut, { recursive: true });
  });

  it("names a checkpoint that was altered, and passes over another witness's", async () => {
    const copy = await sealedCopy({ runs: 1 });
    const text = await checkpointOf(copy, 1);
    await put(join(copy, checkpointKey(1)), text.replace("\n1\n", "\n2\n"));
    expect((await verdictOf(copy, [text])).found).to.deep.equal([`altered ${checkpointKey(1)}`]);
    await put(join(copy, checkpointKey(1)), "rubbish");
    expect((await verdictOf(copy, [text])).found).to.deep.equal([`altered ${checkpointKey(1)}`]);
    await put(join(copy, checkpointKey(1)), await checkpointOf(copy, 1, generateKeyPairSync("ed25519")));
    expect((await verdictOf(copy, [])).found).to.deep.equal([`unwitnessed ${chainKey(1)}`]);
    await rm(copy, { recursive: true });
  });

  it("is asked for by itaudit verify --witness and --checkpoint, and told of", async () => {
    const [witness, key, checkpoint] = ["witness.vkey", "key.pem", "kept.txt"].map((name) => join(scratch, name));
    await writeFile(witness!, `${vkey}\n`);
    await writeFile(key!, PEM);
    await writeFile(checkpoint!, await checkpointOf(folder, 2));
    const args = ["verify", "--all", "--dir", folder, "--public-key", key!, "--witness", witness!];
    const { code, stdout, stderr } = await itaudit([...args, "--checkpoint", checkpoint!]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/^witness: auditors\.example\/w1 saw sequence numbers 1 to 3, at 2026-11-25T/m);
    await writeFile(checkpoint!, await checkpointOf(folder, 2, generateKeyPairSync("ed25519")));
    const other = await itaudit([...args, "--checkpoint", checkpoint!]);
    expect([other.code, other.stderr]).to.deep.equal([
      2,
      "itaudit: could not check: a given checkpoint is not cosigned by the given witness\n",
    ]);
    expect(await readdir(join(folder, "log/checkpoints"))).to.have.length(2);
  });
});
