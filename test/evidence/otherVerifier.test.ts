import { execFile } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { chainKey, checkpointKey, manifestKey } from "../../src/evidence/layout.ts";
import { sha256 } from "../../src/evidence/plan.ts";
import { type Proof, prove } from "../../src/evidence/proof.ts";
import { checkpointText, logRoot } from "../../src/evidence/witness/checkpoint.ts";
import { cosignature, cosignedMessage, rawOf, vkeyOf } from "../../src/evidence/witness/cosignature.ts";
import { noteText, signatureLine } from "../../src/evidence/witness/note.ts";
import { DATE } from "./bucket.ts";
import { byItaudit, byPython, type Judgement } from "./byPython.ts";
import { copyOf } from "./judgedCopy.ts";
import { OTHER_PEM, PEM, put, runId, sealedCopy } from "./sealedCopy.ts";

const NAME = "auditors.example/w1";
const ed25519 = () => generateKeyPairSync("ed25519");
const keys = ed25519();
const otherKeys = ed25519();
const pemOf = ({ publicKey }: { publicKey: typeof keys.publicKey }) =>
  String(publicKey.export({ format: "pem", type: "spki" }));
const vkey = vkeyOf(NAME, rawOf(keys.publicKey));
const ORIGIN = "s3.amazonaws.com/evidence";

/** A checkpoint of a copy's first runs, as a witness cosigned it. */
async function checkpointOf(
  folder: string,
  size: number,
  { by = keys, origin = ORIGIN, name = NAME, time = 1_795_000_000 } = {},
) {
  const hashes: string[] = [];
  for (let n = 1; n <= size; n++) hashes.push(sha256(await readFile(join(folder, manifestKey(runId(n), DATE)))));
  const text = checkpointText({ origin, size, root: logRoot(hashes) });
  const signature = sign(null, cosignedMessage(time, text), by.privateKey);
  return noteText({ text, signatures: [cosignature(name, rawOf(by.publicKey), time, signature)] });
}

describe("both verifiers, with a witness", function () {
  this.timeout(120_000);
  let scratch: string;
  let folder: string;
  /** Other histories by the same key: of other evidence, and one that parts after the first run. */
  let rewritten: string;
  let forked: string;
  let file: (name: string, text: string) => Promise<string>;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "audit-both-"));
    [folder, rewritten, forked] = await Promise.all([
      sealedCopy({ runs: 2, items: 1 }),
      sealedCopy({ runs: 2, items: 1, configurationOf: () => ({ rewritten: true }) }),
      sealedCopy({ runs: 2, items: 1 }),
    ]);
    let files = 0;
    file = async (name, text) => {
      const path = join(scratch, `${++files}-${name}`);
      await put(path, text);
      return path;
    };
  });
  after(() => Promise.all([scratch, folder, rewritten, forked].map((each) => rm(each, { recursive: true }))));

  /** What both say, which must be the same. */
  async function judged(
    copy: string,
    { witness = vkey, kept = [] as string[], inCopy = {} as Record<number, string | Uint8Array> } = {},
  ): Promise<Judgement> {
    let place = copy;
    if (Object.keys(inCopy).length) {
      place = await mkdtemp(join(scratch, "copy-"));
      copyOf(copy, join(place, "copy"));
      place = join(place, "copy");
      for (const [size, text] of Object.entries(inCopy)) await put(join(place, checkpointKey(Number(size))), text);
    }
    const given = await Promise.all(kept.map((text) => file("kept.txt", text)));
    const options = [
      ...["--public-key", await file("key.pem", PEM)],
      ...["--witness", await file("witness.vkey", witness)],
      ...(given.length ? ["--checkpoint", ...given] : []),
    ];
    const [node, python] = [
      await byItaudit(["--all", "--dir", place, ...options]),
      await byPython([place, ...options]),
    ];
    expect(python).to.deep.equal(node);
    return node;
  }

  const VERIFIED = { code: 0, blamed: [] };
  const CONSISTENT = { code: 3, blamed: [] };
  const REFUSED = { code: 2, blamed: [] };
  const rollback = (size: number) => ({ code: 1, blamed: [chainKey(size)] });
  const altered = (size: number) => ({ code: 1, blamed: [checkpointKey(size)] });

  it("verify a history that it has seen, by its line or its PEM, in the copy or kept", async () => {
    const [first, second] = [await checkpointOf(folder, 1), await checkpointOf(folder, 2)];
    for (const witness of [vkey, `${vkey}\n`, pemOf(keys)]) {
      expect(await judged(folder, { witness, kept: [second] })).to.deep.equal(VERIFIED);
      expect(await judged(folder, { witness, inCopy: { 2: second } })).to.deep.equal(VERIFIED);
    }
    expect(await judged(folder, { kept: [first, second] })).to.deep.equal(VERIFIED);
    expect(await judged(folder, { kept: [second, second], inCopy: { 1: first, 2: second } })).to.deep.equal(VERIFIED);
  });

  it("say that it has not seen the newest run, where it has not", async () => {
    const first = await checkpointOf(folder, 1);
    for (const given of [{}, { kept: [first] }, { inCopy: { 1: first } }, { kept: [await checkpointOf(folder, 0)] }])
      expect(await judged(folder, given)).to.deep.equal(CONSISTENT);
    expect(await judged(forked, { kept: [first] }), "the first run is the same").to.deep.equal(CONSISTENT);
  });

  it("refuse a history that was rewritten, forked or cut", async () => {
    const second = await checkpointOf(folder, 2);
    expect(await judged(rewritten, { kept: [second] })).to.deep.equal(rollback(2));
    expect(await judged(rewritten, { kept: [await checkpointOf(folder, 1)] })).to.deep.equal(rollback(1));
    expect(await judged(forked, { inCopy: { 2: second } })).to.deep.equal(rollback(2));
    expect(await judged(forked, { kept: [second], inCopy: { 2: await checkpointOf(forked, 2) } })).to.deep.equal(
      rollback(2),
    );
    const cut = join(scratch, "cut");
    copyOf(folder, cut);
    const lost = [chainKey(2), `runs/run_date=${DATE}/run_id=${runId(2)}`];
    for (const key of lost) await rm(join(cut, key), { recursive: true });
    await rm(join(cut, "evidence"), { recursive: true });
    const { code, blamed } = await judged(cut, { kept: [second] });
    expect(code).to.equal(1);
    expect(blamed).to.include(chainKey(2));
    await mkdir(join(scratch, "nothing"));
    expect(await judged(join(scratch, "nothing"), { kept: [second] })).to.deep.equal(rollback(2));
    expect(await judged(join(scratch, "nothing"))).to.deep.equal(REFUSED);
  });

  it("refuse a checkpoint of another log, unless it says the same", async () => {
    const origin = "s3.amazonaws.com/another";
    expect(await judged(folder, { kept: [await checkpointOf(rewritten, 1, { origin })] })).to.deep.equal(rollback(1));
    expect(await judged(folder, { inCopy: { 2: await checkpointOf(rewritten, 2, { origin }) } })).to.deep.equal(
      rollback(2),
    );
    expect(await judged(folder, { kept: [await checkpointOf(folder, 2, { origin })] })).to.deep.equal(VERIFIED);
  });

  it("pass over what another witness, or one of another name, has cosigned, and refuse it where it is given", async () => {
    const other = vkeyOf(NAME, rawOf(otherKeys.publicKey));
    const renamed = vkeyOf("auditors.example/w2", rawOf(keys.publicKey));
    const second = await checkpointOf(folder, 2);
    for (const witness of [other, renamed, pemOf(otherKeys)]) {
      expect(await judged(folder, { witness, inCopy: { 2: second } })).to.deep.equal(CONSISTENT);
      expect(await judged(folder, { witness, kept: [second] })).to.deep.equal(REFUSED);
    }
    expect(await judged(folder, { kept: [second, await checkpointOf(folder, 2, { by: otherKeys })] })).to.deep.equal(
      REFUSED,
    );
    const both = second + signatureLine({ name: "x.example/w", keyId: Buffer.alloc(4), signature: Buffer.alloc(72) });
    expect(await judged(folder, { kept: [both] })).to.deep.equal(VERIFIED);
  });

  it("refuse what is no key of a witness", async () => {
    const second = await checkpointOf(folder, 2);
    const [name, id, base64] = vkey.split("+") as [string, string, string];
    const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const noteKey = Buffer.from(base64, "base64").fill(1, 0, 1).toString("base64");
    for (const witness of [
      "",
      "rubbish",
      name,
      `${name}+00000000+${base64}`,
      `auditors.example/w2+${id}+${base64}`,
      `${name}+${id}+${base64.slice(0, -4)}`,
      `${name}+${id}+${noteKey}`,
      `${name} ${id} ${base64}`,
      pemOf(p256),
      pemOf(keys).replace(/M/, "!"),
    ])
      expect(await judged(folder, { witness, kept: [second] }), witness).to.deep.equal(REFUSED);
  });

  it("name a cosigned checkpoint that was altered, in whatever way", async () => {
    const second = await checkpointOf(folder, 2);
    const line = second.trimEnd().split(" ").at(-1)!;
    const bytes = Buffer.from(line, "base64");
    const with_ = (change: (bytes: Buffer) => Buffer) =>
      second.replace(line, change(Buffer.from(bytes)).toString("base64"));
    const flipped = (at: number) => with_((copy) => copy.fill(copy[at]! ^ 1, at, at + 1));
    const forms: [string, string | Uint8Array, Judgement?][] = [
      ["its time", flipped(11)],
      ["a time beyond all clocks", with_((copy) => copy.fill(255, 4, 12))],
      ["its signature", flipped(40)],
      ["the end of its signature", flipped(75)],
      ["another key's id", flipped(0), CONSISTENT],
      ["a signature cut short", with_((copy) => copy.subarray(0, 70))],
      ["a signature that goes on", with_((copy) => Buffer.concat([copy, Buffer.alloc(3)]))],
      ["base64 cut short", second.replace(line, line.slice(0, -1))],
      [
        "base64 in another form",
        second.replace(
          line,
          line.replace(/.(?===$)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
        ),
      ],
      ["no base64", second.replace(line, "(((((((((")],
      ["another name", second.replace(`— ${NAME}`, "— auditors.example/w2"), CONSISTENT],
      ["another size", second.replace("\n2\n", "\n1\n")],
      [
        "another root",
        second.replace(/\n(.)(.{42}=)\n/, (_all, first, rest) => `\n${first === "A" ? "B" : "A"}${rest}\n`),
      ],
      ["another log's name", second.replace(ORIGIN, "s3.amazonaws.com/evidencf")],
      ["another line in the text", second.replace("\n\n", "\nextension\n\n")],
      ["line breaks of Windows", second.replaceAll("\n", "\r\n")],
      ["no line break at its end", second.trimEnd()],
      ["an empty line more", `${second}\n`],
      ["no signature", second.slice(0, second.indexOf("—"))],
      ["a line that is no signature", `${second}hello\n`],
      ["sixty-five signatures", second + `— x.example/w ${line}\n`.repeat(64)],
      ["a signature of nothing", `${second}— x.example/w AAAA\n`],
      ["a control character", second.replace("evidence", "evi\tdence")],
      ["nothing at all", ""],
      ["more than 64 KB", second.replace("\n\n", `\n\n${`— x.example/w ${"A".repeat(1000)}\n`.repeat(64)}`)],
      ["what is not UTF-8", Buffer.from(second.replace("evidence", "evidenc\u00ff"), "latin1")],
    ];
    for (const [what, text, expected = altered(2)] of forms)
      expect(await judged(folder, { inCopy: { 2: text } }), what).to.deep.equal(expected);
    for (const [what, text] of forms)
      if (typeof text === "string") expect(await judged(folder, { kept: [text] }), what).to.deep.equal(REFUSED);
  });

  it("are one file each, as far as it is the one in Python: zipapp makes it", async () => {
    const one = join(scratch, "one");
    await mkdir(one);
    for (const part of ["verify.py", "verifier"])
      await cp(join("examples", part), join(one, part), { recursive: true });
    const file = join(scratch, "verify.pyz");
    await promisify(execFile)("python3", ["-m", "zipapp", one, "-m", "verify:main", "-o", file]);
    const key = join(scratch, "one.pem");
    await writeFile(key, PEM);
    expect(await byPython([folder, "--public-key", key], file)).to.deep.equal(VERIFIED);
    expect(await byPython([folder], file)).to.deep.equal(CONSISTENT);
  });

  it("refuse options that nothing can be checked with", async () => {
    const [key, witness, none] = [await file("key.pem", PEM), await file("w.vkey", vkey), join(scratch, "none")];
    const kept = await file("kept.txt", await checkpointOf(folder, 2));
    for (const options of [
      ["--public-key", key, "--checkpoint", kept],
      ["--public-key", key, "--witness", none],
      ["--public-key", key, "--witness", witness, "--checkpoint", none],
      ["--public-key", key, "--witness", witness, "--checkpoint", scratch],
      ["--public-key", none],
      ["--public-key", kept],
      ["--public-key", await file("rubbish.pem", PEM.replace(/M/, "A"))],
    ]) {
      expect((await byItaudit(["--all", "--dir", folder, ...options])).code, options.join(" ")).to.equal(2);
      expect((await byPython([folder, ...options])).code, options.join(" ")).to.equal(2);
    }
  });
});

describe("both verifiers, with a proof", function () {
  this.timeout(120_000);
  let scratch: string;
  let proof: Proof;
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "audit-both-proof-"));
    const folder = await sealedCopy({ runs: 1, items: 7 });
    [proof] = (await prove(folderSource(folder), { run: runId(1), date: DATE }, { arn: "db-5" })) as [Proof];
    await rm(folder, { recursive: true });
  });
  after(() => rm(scratch, { recursive: true }));

  async function codeOf(text: string, pem = PEM): Promise<number> {
    const [file, key] = [join(scratch, "proof.json"), join(scratch, "key.pem")];
    await writeFile(file, text);
    await writeFile(key, pem);
    const args = ["--proof", file, "--public-key", key];
    const [node, python] = [(await byItaudit(args)).code, (await byPython(args)).code];
    expect(python, text.slice(0, 200)).to.equal(node);
    return node;
  }

  const changed = (text: string) => `${text.slice(0, 20)}${text[20] === "a" ? "b" : "a"}${text.slice(21)}`;
  const TEXTS = ["item", "object", "task", "commit", "manifest", "signature"] as const;

  it("accept it as it is, and with what does not count", async () => {
    for (const text of [
      JSON.stringify(proof),
      JSON.stringify([proof]),
      JSON.stringify([proof, proof], undefined, 2),
      JSON.stringify({ ...proof, note: "more" }),
      `{"index":9,${JSON.stringify(proof).slice(1)}`,
    ])
      expect(await codeOf(text)).to.equal(0);
    expect(await codeOf(JSON.stringify(proof), `sequence: 1-1\n${PEM}`)).to.equal(0);
    expect(await codeOf(JSON.stringify(proof), OTHER_PEM + PEM)).to.equal(0);
  });

  for (const field of TEXTS)
    it(`refuse another ${field}`, async () => {
      for (const value of [
        changed(proof[field].padEnd(21)),
        "",
        proof[field].slice(0, -1),
        ` ${proof[field]}`,
        `${proof[field]}\n`,
      ])
        expect(await codeOf(JSON.stringify({ ...proof, [field]: value }))).to.equal(1);
      for (const value of [undefined, null, 1, [proof[field]]])
        expect(await codeOf(JSON.stringify({ ...proof, [field]: value }))).to.equal(2);
    });

  for (const [field, misfits, none] of [
    ["format", [], ["audit-ecosystem/proof/2", "", null, undefined, 1]],
    ["index", [0, 4, 6, 7, 1_000_000], [-1, 0.5, "5", null, undefined, true, [5]]],
    [
      "path",
      [
        (path: string[]) => path.toReversed(),
        (path: string[]) => path.slice(1),
        (path: string[]) => [...path, path[0]],
        [],
      ],
      [
        (path: string[]) => path.map((each) => each.toUpperCase()),
        ["ab"],
        [1],
        "path",
        null,
        undefined,
        (path: string[]) => path.map((each) => `${each}\n`),
      ],
    ],
  ] as const)
    it(`refuse another ${field}`, async () => {
      const withValue = (value: unknown) =>
        JSON.stringify({ ...proof, [field]: typeof value === "function" ? value(proof.path) : value });
      for (const value of misfits) expect(await codeOf(withValue(value)), String(value)).to.equal(1);
      for (const value of none) expect(await codeOf(withValue(value)), String(value)).to.equal(2);
    });

  it("refuse one of several, another key, and a key outside of its numbers", async () => {
    expect(await codeOf(JSON.stringify([proof, { ...proof, index: 0 }]))).to.equal(1);
    expect(await codeOf(JSON.stringify(proof), OTHER_PEM)).to.equal(1);
    expect(await codeOf(JSON.stringify(proof), `sequence: 2-\n${PEM}`)).to.equal(1);
  });

  it("say that nothing could be checked of what is no proof", async () => {
    for (const text of [
      "",
      "[]",
      "{}",
      "null",
      "NaN",
      "[[]]",
      JSON.stringify([[proof]]),
      "[".repeat(100_000),
      `\ufeff${JSON.stringify(proof)}`,
      JSON.stringify(proof).replace('"index":5', '"index":NaN'),
    ])
      expect(await codeOf(text), text.slice(0, 40)).to.equal(2);
    expect(await codeOf(JSON.stringify(proof), "no key")).to.equal(2);
  });
});
