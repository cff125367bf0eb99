import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { chainKey, evidenceKey, manifestKey, outcomeKey, signatureKey } from "../../src/evidence/layout.ts";
import { keysBeside } from "../../src/evidence/publicKeys.ts";
import { type Pull, type PullProblem, pull } from "../../src/evidence/pull.ts";
import type { EvidenceSource } from "../../src/evidence/source.ts";
import { verify } from "../../src/evidence/verify.ts";
import { DATE } from "./bucket.ts";
import { runId, sealedCopy } from "./sealedCopy.ts";

use(chaiAsPromised);

const TYPE = "AWS::RDS::DBInstance";
const [FIRST, SECOND] = [runId(1), runId(2)];
const OBJECT = evidenceKey(TYPE, FIRST, DATE, "rds-0000", "a");

describe("pull", () => {
  let bucket: string;
  let copy: string;
  before(async () => {
    bucket = await sealedCopy();
    await mkdir(join(bucket, "tables/latest/runs"), { recursive: true });
    await writeFile(join(bucket, "tables/latest/runs/1.parquet"), "of the latest");
    await mkdir(join(bucket, `tables/runs/run_date=${DATE}`), { recursive: true });
    for (const run of [FIRST, SECOND])
      await writeFile(join(bucket, `tables/runs/run_date=${DATE}/${run}.parquet`), `of ${run}`);
  });
  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), "audit-pulled-"));
  });
  afterEach(() => rm(copy, { recursive: true }));
  after(() => rm(bucket, { recursive: true }));

  /** The bucket with objects more, or other ones, and what was opened of it. */
  const bucketWith = (objects: Record<string, string> = {}, hidden: readonly string[] = []) => {
    const real = folderSource(bucket);
    const opened: string[] = [];
    const from: EvidenceSource = {
      ...real,
      open: async (key) => {
        opened.push(key);
        return key in objects ? Readable.from([Buffer.from(objects[key]!)]) : real.open(key);
      },
      list: async function* (prefix) {
        const found = new Map<string, number>();
        for await (const { key, bytes } of real.list(prefix)) if (!hidden.includes(key)) found.set(key, bytes);
        for (const [key, body] of Object.entries(objects)) if (key.startsWith(prefix)) found.set(key, body.length);
        for (const key of [...found.keys()].sort()) yield { key, bytes: found.get(key)! };
      },
    };
    return { from, opened };
  };
  const pulled = async (request: Partial<Pull> = {}) => {
    const problems: PullProblem[] = [];
    const result = await pull({
      from: folderSource(bucket),
      folder: copy,
      run: "all",
      problem: (each) => problems.push(each),
      ...request,
    });
    return { ...result, named: problems.map(({ kind, key }) => `${kind} ${key}`).sort() };
  };
  const files = async () =>
    (await readdir(copy, { recursive: true, withFileTypes: true }))
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(copy.length + 1))
      .sort();
  const verdictOf = async (run: Parameters<typeof verify>[0]["run"]) => {
    const violations: string[] = [];
    const source = folderSource(copy);
    const verdict = await verify({
      source,
      keys: keysBeside(source),
      run,
      violation: ({ kind, key }) => violations.push(`${kind} ${key}`),
      notice: () => undefined,
    });
    return { ...verdict, violations };
  };

  it("copies every run with the chain, the keys and the tables, so that the copy verifies", async () => {
    const { named, fetched, standing } = await pulled();
    expect(named).to.deep.equal([]);
    expect(standing).to.equal(0);
    const there = await files();
    expect(there).to.have.length(fetched);
    expect(there).to.include.members([OBJECT, chainKey(1), chainKey(2), signatureKey(SECOND, DATE)]);
    expect(there.filter((key) => /finished|latest|\.pull/.test(key))).to.deep.equal([]);
    for (const key of there) expect(await readFile(join(copy, key))).to.deep.equal(await readFile(join(bucket, key)));
    expect(await verdictOf("all")).to.deep.include({ runs: 2, objects: 4, violations: [] });
  });

  it("copies one run with what is needed to verify it, and nothing of others", async () => {
    expect((await pulled({ run: { run: SECOND, date: DATE } })).named).to.deep.equal([]);
    expect((await files()).filter((key) => key.includes(FIRST))).to.deep.equal([manifestKey(FIRST, DATE)]);
    expect(await files()).to.include(`tables/runs/run_date=${DATE}/${SECOND}.parquet`);
    expect(await verdictOf({ run: SECOND, date: DATE })).to.deep.include({ runs: 1, objects: 2, violations: [] });
  });

  it("fetches nothing again that stands as it was sealed, but the seals", async () => {
    await pulled();
    const { from, opened } = bucketWith();
    const { fetched, standing, named } = await pulled({ from });
    expect(named).to.deep.equal([]);
    expect(opened.filter((key) => !/^(keys|runs\/chain)\/|manifest\.(json|sig)$/.test(key))).to.deep.equal([]);
    expect(fetched).to.equal(opened.length);
    expect(standing).to.equal((await files()).length - fetched);
  });

  for (const [what, spoil] of [
    ["was cut short", (path: string) => truncate(path, 10)],
    [
      "holds other bytes of the same size",
      async (path: string) => writeFile(path, Buffer.alloc((await readFile(path)).length)),
    ],
    ["is gone", (path: string) => rm(path)],
    [
      "is a link to somewhere else",
      async (path: string) => {
        await rm(path);
        await symlink(join(bucket, OBJECT), path);
      },
    ],
  ] as const)
    it(`goes on with a copy in which an object ${what}`, async () => {
      await pulled();
      await spoil(join(copy, OBJECT));
      const { from, opened } = bucketWith();
      expect((await pulled({ from })).named).to.deep.equal([]);
      expect(opened).to.include(OBJECT);
      expect((await verdictOf("all")).violations).to.deep.equal([]);
    });

  it("leaves nothing half under a name when the bucket goes away in the midst, and goes on later", async () => {
    const { from } = bucketWith();
    const broken: EvidenceSource = {
      ...from,
      open: async (key) =>
        key === OBJECT
          ? Readable.from(
              (async function* () {
                yield Buffer.from("the first bytes");
                throw new Error("socket hang up");
              })(),
            )
          : from.open(key),
    };
    await expect(pulled({ from: broken })).to.be.rejectedWith("socket hang up");
    expect((await files()).filter((key) => key === OBJECT || key.startsWith(".pull"))).to.deep.equal([]);
    expect((await pulled()).named).to.deep.equal([]);
    expect((await verdictOf("all")).violations).to.deep.equal([]);
  });

  it("names what is missing and what is altered, and copies it as it stands, so that the copy does not verify", async () => {
    const gone = evidenceKey(TYPE, SECOND, DATE, "rds-0001", "a");
    const { from } = bucketWith({ [OBJECT]: "something else" }, [gone]);
    expect((await pulled({ from })).named).to.deep.equal([`altered ${OBJECT}`, `missing ${gone}`]);
    expect((await verdictOf("all")).violations.sort()).to.deep.equal([`missing ${gone}`, `truncated ${OBJECT}`]);
  });

  it("copies a manifest that cannot be read: verifying names it", async () => {
    const { from } = bucketWith({ [manifestKey(SECOND, DATE)]: "{" });
    await pulled({ from });
    expect(await readFile(join(copy, manifestKey(SECOND, DATE)), "utf8")).to.equal("{");
  });

  for (const key of [
    "evidence/../../escaped",
    "evidence//escaped",
    "evidence/./escaped",
    "evidence/a\\..\\..\\escaped",
    "evidence/C:escaped",
    "evidence/.hidden",
    "evidence/line\nbreak",
    `evidence/${"long".repeat(100)}`,
    "runs/run_date=../../../escaped",
  ])
    it(`refuses the key ${JSON.stringify(key.slice(0, 40))}, names it, and writes nothing outside the copy`, async () => {
      const { from, opened } = bucketWith({ [key]: "hostile" });
      // Whatever else the machine does in its folder of temporary files.
      const besides = async () => (await readdir(dirname(copy))).filter((name) => name.includes("escaped"));
      const beside = await besides();
      expect((await pulled({ from })).named).to.deep.equal([`refused ${key}`]);
      expect(opened).not.to.include(key);
      expect(await besides()).to.deep.equal(beside);
      expect((await verdictOf("all")).violations).to.deep.equal([]);
    });

  it("refuses a key that needs a folder where a file is", async () => {
    const below = `${outcomeKey(FIRST, DATE, "rds-0000")}/below`;
    await pulled();
    const { from } = bucketWith({ [below]: "hostile" });
    expect((await pulled({ from })).named).to.deep.equal([`refused ${below}`]);
    expect((await verdictOf("all")).violations).to.deep.equal([]);
  });
});
