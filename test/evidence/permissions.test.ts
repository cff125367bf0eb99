import { cpSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import * as layout from "../../src/evidence/layout.ts";
import { DATE } from "./bucket.ts";
import { asOtherUser, openFolder } from "./otherUser.ts";
import { PEM, put, runId, sealedCopy } from "./sealedCopy.ts";

const [first, last] = [runId(1), runId(2)];
const folderOf = (run: string) => `runs/run_date=${DATE}/run_id=${run}/`;
const object = (run: string, task = 0) => layout.evidenceKey("AWS::RDS::DBInstance", run, DATE, `rds-000${task}`, "a");
const publicKeyIn = async (copy: string) =>
  layout.publicKeyKey(
    JSON.parse(await readFile(join(copy, layout.manifestKey(last, DATE)), "utf8")).signing_key.sha256 as string,
  );

/** What is forbidden, the exit code, what is blamed; what is forbidden must be named as unreadable, and nothing else. */
const CASES: [string, string[], { code?: number; mode?: number; alter?: string; unread?: boolean }?][] = [
  ["evidence", [object(first)]],
  ["all evidence of a run", [object(last), object(last, 1)]],
  ["the first run's plan", [layout.planKey(first, DATE)]],
  ["the last run's plan", [layout.planKey(last, DATE)]],
  ["a commit", [layout.outcomeKey(first, DATE, "rds-0000")]],
  ["the first manifest", [layout.manifestKey(first, DATE)]],
  ["the last manifest", [layout.manifestKey(last, DATE)]],
  ["every manifest", [layout.manifestKey(first, DATE), layout.manifestKey(last, DATE)], { code: 2 }],
  ["the first signature", [layout.signatureKey(first, DATE)]],
  ["the last signature", [layout.signatureKey(last, DATE)]],
  ["the first attestation", [layout.attestationKey(first, DATE)]],
  ["the last attestation", [layout.attestationKey(last, DATE)]],
  ["manifest and link of the last run", [layout.manifestKey(last, DATE), layout.chainKey(2)]],
  ["manifest and link of the first run", [layout.manifestKey(first, DATE), layout.chainKey(1)]],
  ["the first link", [layout.chainKey(1)]],
  ["the last link", [layout.chainKey(2)]],
  ["both links", [layout.chainKey(1), layout.chainKey(2)]],
  ["the second key", ["key"]],
  ["a change of key", [layout.keyHandOverKey(2)]],
  ["the plan of a run that is open", [layout.planKey(runId(3), DATE)]],
  ["the folder of a run that is open", [folderOf(runId(3))]],
  ["a hint", [layout.DURATIONS_KEY]],
  ["a mark", [layout.finishedTaskKey(first, DATE, 0, "rds-0000")]],
  ["a folder of evidence", [`${dirname(object(first))}/`]],
  ["all evidence", ["evidence/"]],
  ["the first run's folder", [folderOf(first)]],
  ["the last run's folder", [folderOf(last)]],
  ["the commits of a run", [`${folderOf(first)}outcomes/`]],
  ["a day", [`runs/run_date=${DATE}/`], { code: 2 }],
  ["the chain", ["runs/chain/"]],
  ["the runs", ["runs/"], { code: 2 }],
  ["the keys", ["keys/"]],
  ["changes of key", ["keys/hand-overs/"]],
  ["the copy", [""], { code: 2 }],
  ["files of the last run's folder, which is listed", [folderOf(last)], { mode: 0o444, unread: true }],
  ["the list of the last run's folder", [folderOf(last)], { mode: 0o111, unread: true }],
  ["evidence, of which other is altered", [object(first)], { code: 1, alter: object(last) }],
  [
    "the last manifest, and the first was altered",
    [layout.manifestKey(last, DATE)],
    { code: 1, alter: layout.manifestKey(first, DATE) },
  ],
  [
    "the first run's folder, and evidence of the other run was altered",
    [folderOf(first)],
    { code: 1, alter: object(last) },
  ],
  ["writing", [folderOf(first), folderOf(last), "runs/", "evidence/", ""], { code: 0, mode: 0o555 }],
];

describe("a copy that may not be read as a whole", function () {
  this.timeout(120_000);
  let scratch: string;
  const judged = new Map<string, { code: number; blamed: string[]; unreadable: string[] }[]>();
  const forbidden = new Map<string, string[]>();
  const opened: string[] = [];

  before(async () => {
    scratch = await openFolder();
    const folder = await sealedCopy({ runs: 2, open: 1, nextKeyFrom: 2 });
    await put(join(folder, layout.finishedTaskKey(first, DATE, 0, "rds-0000")), "{}");
    await chmod(folder, 0o755);
    const key = join(scratch, "key.pem");
    await writeFile(key, PEM);
    const copies: string[] = [];
    for (const [n, [, keys, { mode = 0, alter } = {}]] of CASES.entries()) {
      const copy = join(scratch, String(n));
      cpSync(folder, copy, { recursive: true });
      copies.push(copy);
      if (alter) await writeFile(join(copy, alter), (await readFile(join(copy, alter), "utf8")).replace(/.$/s, "!"));
      const named = await Promise.all(keys.map((each) => (each === "key" ? publicKeyIn(copy) : each)));
      forbidden.set(copy, named);
      for (const each of named) {
        await put(join(copy, layout.DURATIONS_KEY), "{}").catch(() => undefined);
        await rm(join(copy, layout.DURATIONS_KEY));
        if (each === layout.DURATIONS_KEY) await put(join(copy, each), "{}");
        await chmod(join(copy, each), mode);
        opened.push(join(copy, each));
      }
    }
    await rm(folder, { recursive: true });
    const node = await asOtherUser(
      process.execPath,
      "--no-warnings",
      "--import=tsx",
      "test/evidence/judgeCopies.ts",
      key,
      ...copies,
    );
    const python = await asOtherUser("python3", "examples/verify.py", "--public-key", key, ...copies);
    for (const { stdout, stderr } of [node, python]) {
      expect(stderr).to.equal("");
      for (const line of stdout.trim().split("\n")) {
        const { copy, code, blamed, found, unreadable } = JSON.parse(line);
        const names = blamed ?? [...new Set(found.map(([, name]: [string, string]) => name))].sort();
        judged.set(copy, [...(judged.get(copy) ?? []), { code, blamed: names, unreadable }]);
      }
    }
  });
  after(async () => {
    for (const each of opened) await chmod(each, 0o755).catch(() => undefined);
    await rm(scratch, { recursive: true });
  });

  for (const [n, [what, , { code = 3, alter, mode, unread } = {}]] of CASES.entries())
    it(`exits with ${code} where ${what} may not be ${mode === 0o555 ? "done" : "read"}, and names it by both verifiers`, () => {
      const copy = join(scratch, String(n));
      const names = mode === 0o555 ? [] : forbidden.get(copy)!;
      for (const [who, answer] of ["node", "python"].map((who, at) => [who, judged.get(copy)![at]!] as const)) {
        expect(answer, `${who}: ${JSON.stringify(answer)}`).to.deep.include({ code, blamed: alter ? [alter] : [] });
        if (code === 2) continue;
        const isNamed = (key: string) =>
          answer.unreadable.some((each) => key === each || (unread && each.startsWith(key)));
        expect(
          names.filter((key) => !isNamed(key)),
          `${who} does not name`,
        ).to.deep.equal([]);
        const isForbidden = (key: string) =>
          names.some((each) => key === each || (each.endsWith("/") && key.startsWith(each)));
        expect(
          answer.unreadable.filter((key) => !isForbidden(key)),
          `${who} names beside`,
        ).to.deep.equal([]);
      }
    });
});
