import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { checkProof, NoProof, type Proof, prove } from "../../src/evidence/proof.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { itaudit } from "../cli/itaudit.ts";
import { DATE } from "./bucket.ts";
import { recordedCopy } from "./recordedCopy.ts";
import { OTHER_PEM, PEM, runId, sealedCopy } from "./sealedCopy.ts";

use(chaiAsPromised);

describe("a proof of one resource", () => {
  let folder: string;
  let scratch: string;
  let proof: Proof;
  const run = { run: runId(1), date: DATE };

  before(async () => {
    folder = await sealedCopy({ runs: 1, items: 7 });
    scratch = await mkdtemp(join(tmpdir(), "audit-proof-"));
    await writeFile(join(scratch, "key.pem"), PEM);
    [proof] = (await prove(folderSource(folder), run, { arn: "db-5" })) as [Proof];
  });
  after(() => Promise.all([rm(folder, { recursive: true }), rm(scratch, { recursive: true })]));

  const byPython = async (file: string) =>
    promisify(execFile)("python3", [
      "examples/verify.py",
      "--proof",
      file,
      "--public-key",
      join(scratch, "key.pem"),
    ]).then(
      () => 0,
      ({ code }: { code: number }) => code,
    );

  it("shows the item, when it was sealed and by whose key", async () => {
    const shown = await checkProof(proof, keysIn(PEM));
    expect(shown).to.deep.include({ run_id: runId(1), sequence: 1, holder: "deployment" });
    expect("item" in shown && shown.item).to.deep.include({ resource_id: "db-5", configuration: { n: 5 } });
  });

  it("is one for each item where several have the same id", async () => {
    expect(await prove(folderSource(folder), run, { arn: "db-5", type: "AWS::RDS::DBInstance" })).to.have.length(2);
  });

  it("holds for the command line and for a verifier in Python, and both refuse another item", async () => {
    const file = join(scratch, "proof.json");
    const args = ["--run", runId(1), "--dir", folder, "--output", file];
    expect((await itaudit(["prove", "db-5", ...args])).code).to.equal(0);
    const check = ["verify", "--proof", file, "--public-key", join(scratch, "key.pem")];
    expect(await itaudit(check))
      .to.include({ code: 0 })
      .and.property("stdout")
      .match(/^verified: db-5, AWS::RDS::DB/);
    await writeFile(file, JSON.stringify(proof));
    expect(await byPython(file)).to.equal(0);
    await writeFile(file, JSON.stringify({ ...proof, item: proof.item.replace("db-5", "db-6") }));
    expect((await itaudit(check)).code).to.equal(1);
    expect(await byPython(file)).to.equal(1);
  });

  for (const [what, change] of [
    ["another item", ({ item }) => ({ item: item.replace('"n":5', '"n":6') })],
    ["another line number", ({ index }) => ({ index: index + 1 })],
    ["a path that is too short", ({ path }) => ({ path: path.slice(1) })],
    ["a path that is too long", ({ path }) => ({ path: [...path, path[0]!] })],
    ["another path", ({ path }) => ({ path: path.toReversed() })],
    ["another object", ({ object }) => ({ object: object.replace("rds-0000", "rds-0001") })],
    ["another task", () => ({ task: "rds-0001" })],
    ["another commit", ({ commit }) => ({ commit: commit.replace('"calls":1', '"calls":2') })],
    ["another manifest", ({ manifest }) => ({ manifest: manifest.replace('"complete":true', '"complete":false') })],
    ["a manifest that is none", () => ({ manifest: "[".repeat(100_000) })],
    ["another signature", () => ({ signature: Buffer.from("rubbish").toString("base64") })],
  ] as [string, (proof: Proof) => Partial<Proof>][])
    it(`shows nothing with ${what}`, async () => {
      const altered = { ...proof, ...change(proof) };
      expect(await checkProof(altered, keysIn(PEM))).to.have.property("problem");
      const file = join(scratch, "altered.json");
      await writeFile(file, JSON.stringify(altered));
      expect(await byPython(file)).to.equal(1);
    });

  it("shows nothing by a key that was not given", async () => {
    expect(await checkProof(proof, keysIn(OTHER_PEM))).to.have.property("problem");
  });

  it("cannot be made of a resource that is not there, or of evidence that was sealed without trees", async () => {
    await expect(prove(folderSource(folder), run, { arn: "db-99" })).to.be.rejectedWith(NoProof, /holds no resource/);
    const old = await recordedCopy("manifest-2");
    await expect(prove(folderSource(old.folder), run, { arn: "db-1" })).to.be.rejectedWith(NoProof, /whole object/);
    await rm(old.folder, { recursive: true });
  });
});
