import { cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { canonicalJson } from "../../src/evidence/canonicalJson.ts";
import { withLowS } from "../../src/evidence/ecdsa.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { chainKey, evidenceKey, manifestKey, outcomeKey, planKey, signatureKey } from "../../src/evidence/layout.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import { sha256 } from "../../src/evidence/plan.ts";
import { keysBeside, keysIn } from "../../src/evidence/publicKeys.ts";
import { NothingToVerify, type Notice, type Verification, type Violation, verify } from "../../src/evidence/verify.ts";
import { DATE } from "./bucket.ts";
import { OTHER_PEM, PEM, runId, sealedCopy, signer } from "./sealedCopy.ts";

use(chaiAsPromised);

const [FIRST, SECOND] = [runId(1), runId(2)];
const TYPE = "AWS::RDS::DBInstance";
const objectKey = (task = 0, run = FIRST) => evidenceKey(TYPE, run, DATE, `rds-000${task}`, "a");
const commitKey = (task = 0, run = FIRST) => outcomeKey(run, DATE, `rds-000${task}`);

async function verified(folder: string, options: Partial<Verification> = {}) {
  const violations: Violation[] = [];
  const notices: Notice[] = [];
  const verdict = await verify({
    source: folderSource(folder),
    keys: keysIn(PEM),
    run: "all",
    violation: (each) => violations.push(each),
    notice: (each) => notices.push(each),
    ...options,
  });
  return { verdict, violations, notices, named: violations.map(({ kind, key }) => `${kind} ${key}`).sort() };
}

describe("verify", () => {
  let pristine: string;
  let folder: string;
  const at = (key: string) => join(folder, key);
  const edit = async (key: string, change: (text: string) => string) =>
    writeFile(at(key), change(await readFile(at(key), "utf8")));
  const put = async (key: string, body: string | Uint8Array) => {
    await mkdir(dirname(at(key)), { recursive: true });
    await writeFile(at(key), body);
  };
  const swap = async (one: string, other: string) => {
    await rename(at(one), at(`${one}.aside`));
    await rename(at(other), at(one));
    await rename(at(`${one}.aside`), at(other));
  };

  before(async () => {
    pristine = await sealedCopy();
  });
  beforeEach(async () => {
    folder = `${pristine}-tampered`;
    await cp(pristine, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));
  after(() => rm(pristine, { recursive: true }));

  it("says of an untouched copy that it holds, what it holds, and where the chain ends", async () => {
    const { verdict, violations, notices } = await verified(folder);
    expect([...violations, ...notices]).to.deep.equal([]);
    expect(verdict).to.deep.include({ runs: 2, objects: 4, items: 12, violations: 0 });
    expect(verdict.head).to.include({ sequence: 2, run_id: SECOND });
  });

  it("finds the run that was the newest before, and names it when the chain was cut off behind it", async () => {
    const { verdict } = await verified(folder);
    const { head } = verdict;
    for (const kept of [head, { manifest_sha256: head!.manifest_sha256 }])
      expect((await verified(folder, { head: kept })).violations).to.deep.equal([]);
    await rm(at(chainKey(2)));
    await rm(dirname(at(manifestKey(SECOND, DATE))), { recursive: true });
    for (const task of [0, 1]) await rm(at(objectKey(task, SECOND)));
    expect((await verified(folder)).violations, "what is left holds by itself").to.deep.equal([]);
    const cut = await verified(folder, { head });
    expect(cut.named).to.deep.equal([`rollback ${chainKey(2)}`]);
    expect(cut.violations[0]!.problem).to.match(
      new RegExp(
        `^run ${SECOND} with the manifest ${head!.manifest_sha256} .*its newest is sequence number 1, run ${FIRST}$`,
      ),
    );
    await rm(join(folder, "runs"), { recursive: true });
    await rm(join(folder, "evidence"), { recursive: true });
    expect((await verified(folder, { head: { manifest_sha256: head!.manifest_sha256 } })).violations).to.deep.equal([
      {
        kind: "rollback",
        key: "runs/chain/",
        problem: `the run with the manifest ${head!.manifest_sha256} was there when it was verified before, and is not in the chain any more; it holds no run`,
      },
    ]);
  });

  it("names evidence that cannot be read, and says neither that it is violated nor that it is verified", async () => {
    const unreachable = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const source = {
      ...folderSource(folder),
      open: async (key: string) => {
        if (key.endsWith(".gz")) throw unreachable;
        return folderSource(folder).open(key);
      },
    };
    const { verdict, violations, notices } = await verified(folder, { source });
    expect(violations).to.deep.equal([]);
    expect(notices.filter(({ kind }) => kind === "unreadable")).to.have.length(4);
    expect(verdict.level).to.equal("consistent");
  });

  it("says the same of one run", async () => {
    const { verdict, violations } = await verified(folder, { run: { run: SECOND, date: DATE } });
    expect(violations).to.deep.equal([]);
    expect(verdict).to.deep.include({ runs: 1, objects: 2, items: 6 });
  });

  for (const [what, tamper, names] of [
    ["an object is removed", () => rm(at(objectKey())), [`missing ${objectKey()}`]],
    [
      "an item is altered",
      async () => {
        const items = gunzipSync(await readFile(at(objectKey())))
          .toString()
          .replace("db-1", "db-9");
        await put(objectKey(), gzipSync(items));
      },
      [/^(altered|truncated) evidence.*rds-0000-a/],
    ],
    [
      "an item is added to an object",
      async () => {
        const items = gunzipSync(await readFile(at(objectKey()))).toString();
        await put(objectKey(), gzipSync(`${items}${items.replaceAll("db-", "planted-database-")}`));
      },
      [`altered ${objectKey()}`],
    ],
    ["an object is cut short", () => truncate(at(objectKey()), 40), [`truncated ${objectKey()}`]],
    ["an object is emptied", () => truncate(at(objectKey()), 0), [`truncated ${objectKey()}`]],
    [
      "an object's items are put in another order",
      async () => {
        const lines = gunzipSync(await readFile(at(objectKey())))
          .toString()
          .trimEnd()
          .split("\n");
        // Stored without compression, so that it is not shorter.
        await put(objectKey(), gzipSync(`${lines.reverse().join("\n")}\n`, { level: 0 }));
      },
      [`re-ordered ${objectKey()}`],
    ],
    [
      "two objects change places",
      () => swap(objectKey(0), objectKey(1)),
      [/^altered .*rds-0000/, /^altered .*rds-0001/],
    ],
    ["two runs' objects change places", () => swap(objectKey(0, FIRST), objectKey(0, SECOND)), undefined],
    [
      "an object is planted under a committed attempt's name",
      () => put(evidenceKey("AWS::RDS::DBCluster", FIRST, DATE, "rds-0000", "a"), gzipSync("{}\n")),
      [`added ${evidenceKey("AWS::RDS::DBCluster", FIRST, DATE, "rds-0000", "a")}`],
    ],
    [
      "an object of a task that was never planned is planted",
      () => put(evidenceKey(TYPE, FIRST, DATE, "rds-0007", "b"), gzipSync("{}\n")),
      [`added ${evidenceKey(TYPE, FIRST, DATE, "rds-0007", "b")}`],
    ],
    [
      "a file lies in the evidence under a strange name",
      () => put("evidence/resource_type=x/notes.txt", "hello"),
      ["added evidence/resource_type=x/notes.txt"],
    ],
    [
      "a link to elsewhere lies in the evidence",
      () => symlink("/etc/hostname", at("evidence/link")),
      ["added evidence/link"],
    ],
    [
      "an outcome is planted",
      () => put(outcomeKey(FIRST, DATE, "rds-0009"), "{}"),
      [`added ${outcomeKey(FIRST, DATE, "rds-0009")}`],
    ],
    [
      "an outcome is altered",
      () => edit(commitKey(), (text) => text.replace('"collected"', '"collecteD"')),
      [`altered ${commitKey()}`],
    ],
    [
      "a denied outcome is made to look collected",
      () => edit(commitKey(), (text) => text.replace('"calls":1', '"calls":2')),
      [`altered ${commitKey()}`],
    ],
    ["an outcome is removed", () => rm(at(commitKey())), [`missing ${commitKey()}`]],
    ["an outcome is no JSON any more", () => put(commitKey(), "{".repeat(5000)), [`altered ${commitKey()}`]],
    [
      "the plan is altered",
      () => edit(planKey(FIRST, DATE), (text) => text.replace('"test"', '"tesT"')),
      [`altered ${planKey(FIRST, DATE)}`],
    ],
    ["the plan is removed", () => rm(at(planKey(FIRST, DATE))), [`missing ${planKey(FIRST, DATE)}`]],
    [
      "the manifest is altered: the signature, and the run after it, tell",
      () => edit(manifestKey(FIRST, DATE), (text) => text.replace('"items":6', '"items":7')),
      [`altered ${manifestKey(FIRST, DATE)}`],
    ],
    [
      "the manifest is written in another order",
      () =>
        edit(manifestKey(SECOND, DATE), (text) =>
          JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse())),
        ),
      [`altered ${manifestKey(SECOND, DATE)}`],
    ],
    ["the manifest is removed", () => rm(at(manifestKey(SECOND, DATE))), [`missing ${manifestKey(SECOND, DATE)}`]],
    [
      "the manifest is no JSON any more",
      () => put(manifestKey(SECOND, DATE), "<html>"),
      [`malformed ${manifestKey(SECOND, DATE)}`],
    ],
    ["the signature is removed", () => rm(at(signatureKey(FIRST, DATE))), [`missing ${signatureKey(FIRST, DATE)}`]],
    [
      "the signature is another run's",
      () => cp(at(signatureKey(FIRST, DATE)), at(signatureKey(SECOND, DATE))),
      [`signature ${signatureKey(SECOND, DATE)}`],
    ],
    [
      "the signature is rubbish",
      () => put(signatureKey(SECOND, DATE), "rubbish"),
      [`signature ${signatureKey(SECOND, DATE)}`],
    ],
    [
      "a whole run is taken out of the middle",
      async () => {
        await rm(at(`runs/run_date=${DATE}/run_id=${FIRST}`), { recursive: true });
        await rm(at(chainKey(1)));
        for (const task of [0, 1]) await rm(at(objectKey(task)));
      },
      [`chain ${chainKey(1)}`],
    ],
    [
      "two runs change places in the chain",
      () => swap(chainKey(1), chainKey(2)),
      [`altered ${chainKey(1)}`, `altered ${chainKey(2)}`],
    ],
    ["a run's place is given to another", () => edit(chainKey(1), (text) => text.replace(FIRST, SECOND)), undefined],
    [
      "a run with a manifest is put in without a place",
      async () => {
        await cp(at(`runs/run_date=${DATE}/run_id=${FIRST}`), at(`runs/run_date=${DATE}/run_id=${runId(9)}`), {
          recursive: true,
        });
      },
      [
        "manifest.intoto.json",
        "manifest.json",
        "manifest.sig",
        "outcomes/rds-0000.json",
        "outcomes/rds-0001.json",
        "plan.json",
      ].map((name) => `added runs/run_date=${DATE}/run_id=${runId(9)}/${name}`),
    ],
    [
      "a commit names an object outside the evidence",
      () => edit(commitKey(), (text) => text.replace(objectKey(), "evidence/../../../etc/passwd")),
      undefined,
    ],
  ] as [string, () => Promise<unknown>, (string | RegExp)[] | undefined][]) {
    it(`names what is wrong when ${what}`, async () => {
      await tamper();
      const { named, violations } = await verified(folder);
      expect(named, "nothing was found").not.to.be.empty;
      expect(violations.every(({ problem }) => problem.length > 10 && !problem.includes("    at "))).to.equal(true);
      if (!names) return;
      expect(named).to.have.length(names.length, named.join("\n"));
      for (const [index, name] of [...names].sort((a, b) => (String(a) < String(b) ? -1 : 1)).entries())
        if (typeof name === "string") expect(named).to.include(name);
        else
          expect(
            named.some((each) => name.test(each)),
            `${name} of ${named[index]}`,
          ).to.equal(true);
    });
  }

  describe("of a manifest that the key has signed, and no sealer has written", () => {
    const resign = async (change: (manifest: Manifest) => unknown) => {
      await edit(manifestKey(SECOND, DATE), (text) => canonicalJson(change(JSON.parse(text)) as never));
      await put(signatureKey(SECOND, DATE), withLowS(await signer.sign(await readFile(at(manifestKey(SECOND, DATE))))));
    };
    const foreign = commitKey(0, FIRST);
    const elsewhere = async () => {
      const { length: bytes, hash } = await readFile(at(foreign)).then((body) => ({
        length: body.length,
        hash: sha256(body),
      }));
      await resign(({ tasks: [first, ...rest], ...seal }) => ({
        ...seal,
        tasks: [{ ...first, key: foreign, bytes, sha256: hash }, ...rest],
      }));
    };

    it("takes no commit from under a key that is not the task's own", async () => {
      await elsewhere();
      const { violations } = await verified(folder);
      expect(violations).to.deep.include({
        kind: "malformed",
        key: manifestKey(SECOND, DATE),
        problem: `the commit of rds-0000 is said to be at ${foreign}`,
      });
    });

    it("reads nothing of a commit that another run has", async () => {
      await elsewhere();
      await edit(foreign, () => "rubbish");
      const { violations } = await verified(folder);
      const ofSecond = violations.filter(({ key }) => key === manifestKey(SECOND, DATE)).map(({ kind }) => kind);
      expect(ofSecond).to.include("malformed");
      expect(violations.filter(({ key }) => key === foreign)).to.have.length(1);
    });
  });

  it("does not open a gzip bomb that stands in an object's place", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    await put(objectKey(), bomb);
    const before = process.memoryUsage().rss;
    const { named } = await verified(folder);
    expect(named).to.deep.equal([`altered ${objectKey()}`]);
    expect(process.memoryUsage().rss - before).to.be.below(150_000_000);
  });

  it("refuses a signature by a key that it was not given", async () => {
    const { named } = await verified(folder, { keys: keysIn(OTHER_PEM) });
    expect(named).to.deep.equal([`signature ${manifestKey(FIRST, DATE)}`, `signature ${manifestKey(SECOND, DATE)}`]);
  });

  it("takes the key that lies beside the evidence, but only under its own fingerprint", async () => {
    const source = folderSource(folder);
    expect((await verified(folder, { keys: keysBeside(source) })).named).to.deep.equal([]);
    const [key] = await readdir(at("keys"));
    await put(`keys/${key}`, OTHER_PEM);
    expect((await verified(folder, { keys: keysBeside(source) })).named).to.deep.equal([`altered keys/${key}`]);
  });

  it("names an object of an attempt that lost apart: it is not evidence, and breaks nothing", async () => {
    const lost = evidenceKey(TYPE, FIRST, DATE, "rds-0000", "b");
    await put(lost, gzipSync("{}\n"));
    const { named, notices } = await verified(folder);
    expect(named).to.deep.equal([]);
    expect(notices).to.have.length(1);
    expect(notices[0]).to.include({ kind: "uncommitted", key: lost });
  });

  it("still knows a manifest whose bytes somebody has signed anew with another key", async () => {
    await edit(manifestKey(FIRST, DATE), (text) => canonicalJson({ ...JSON.parse(text), signing_key: null }));
    expect((await verified(folder)).named).to.deep.equal([`altered ${manifestKey(FIRST, DATE)}`]);
  });

  it("has nothing to verify in an empty folder, or for a run that is not sealed", async () => {
    await rm(at("runs"), { recursive: true });
    await rm(at("evidence"), { recursive: true });
    await expect(verified(folder)).to.be.rejectedWith(NothingToVerify, /holds no sealed run/);
    await expect(verified(folder, { run: { run: FIRST, date: DATE } })).to.be.rejectedWith(NothingToVerify);
    await mkdir(at("runs"));
  });
});

describe("verify, of runs that are not complete", () => {
  it("says of a run that is not sealed that nothing of it is evidence yet", async () => {
    const folder = await sealedCopy({ runs: 1, open: 1 });
    const { named, notices } = await verified(folder);
    expect(named).to.deep.equal([]);
    expect(notices.map(({ kind, problem }) => `${kind} ${problem}`)).to.deep.equal([
      `unsealed run ${runId(2)} is not sealed: nothing of it is evidence yet`,
    ]);
    await rm(folder, { recursive: true });
  });

  it("says of a run sealed as incomplete who asked for it and what is missing, and that it holds", async () => {
    const folder = await sealedCopy({ runs: 1, out: 1 });
    const { named, notices } = await verified(folder);
    expect(named).to.deep.equal([]);
    expect(notices[0]).to.include({ kind: "incomplete" });
    expect(notices[0]!.problem).to.match(/for alice without rds-0000/);
    await rm(folder, { recursive: true });
  });
});
