import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import pLimit from "p-limit";
import { durationsText } from "../../src/evidence/durations.ts";
import * as layout from "../../src/evidence/layout.ts";
import { type Altered, alterationsOf, type CopyKeys, type Keys } from "./alterations.ts";
import { DATE } from "./bucket.ts";
import { hostileAlterationsOf } from "./hostileAlterations.ts";
import { copyOf, outcomeOf } from "./judgedCopy.ts";
import { recordedCopy } from "./recordedCopy.ts";
import { PEM, put, runId, sealedCopy } from "./sealedCopy.ts";

/** The keys of a copy whose first and last runs are these. */
async function keysOf(folder: string, first: string, last: string, fullTask: number): Promise<Keys> {
  const object = (task: number) => layout.evidenceKey("AWS::RDS::DBInstance", first, DATE, `rds-000${task}`, "a");
  const link = (run: string) => {
    const sequence = Number(run.at(-1));
    return layout.chainKey(sequence);
  };
  const mark = layout.finishedTaskKey(first, DATE, 0, "rds-0000");
  const lease = layout.sealingKey(first, DATE, 1);
  const { signing_key, attestation } = JSON.parse(
    await readFile(join(folder, layout.manifestKey(first, DATE)), "utf8"),
  );
  await put(join(folder, mark), "{}");
  await put(join(folder, lease), JSON.stringify({ holder: "request", expiresAt: 1 }));
  await put(join(folder, layout.DURATIONS_KEY), durationsText(first, new Map())!);
  await put(join(folder, layout.NOTIFICATION_STATE_KEY), gzipSync("{}"));
  return {
    object: object(0),
    otherObject: object(fullTask),
    commit: layout.outcomeKey(first, DATE, "rds-0000"),
    otherCommit: layout.outcomeKey(first, DATE, "rds-0001"),
    plan: layout.planKey(first, DATE),
    firstManifest: layout.manifestKey(first, DATE),
    lastManifest: layout.manifestKey(last, DATE),
    firstSignature: layout.signatureKey(first, DATE),
    lastSignature: layout.signatureKey(last, DATE),
    ...(attestation && {
      firstAttestation: layout.attestationKey(first, DATE),
      lastAttestation: layout.attestationKey(last, DATE),
    }),
    firstLink: link(first),
    lastLink: link(last),
    publicKey: layout.publicKeyKey(signing_key.sha256),
    mark,
    lease,
    hint: layout.DURATIONS_KEY,
    state: layout.NOTIFICATION_STATE_KEY,
  };
}

const run = promisify(execFile);

/** What examples/verify.py says of many copies, in one process. */
async function byPython(
  copies: readonly string[],
  publicKey: string,
): Promise<Map<string, { code: number; blamed: string[] }>> {
  const key = join(dirname(copies[0]!), "key.pem");
  await writeFile(key, publicKey);
  const { stdout } = await run("python3", ["examples/verify.py", "--public-key", key, ...copies], {
    maxBuffer: 1 << 28,
  }).catch((error: { stdout: string; stderr: string }) => {
    if (error.stderr) throw new Error(error.stderr);
    return error;
  });
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { copy: string; code: number; found: [string, string][] });
  return new Map(
    lines.map(({ copy, code, found }) => [copy, { code, blamed: [...new Set(found.map(([, key]) => key))].sort() }]),
  );
}

const FIXTURES: [string, () => Promise<{ folder: string; publicKey: string; keys: CopyKeys; elsewhere?: string }>][] = [
  [
    "two runs of today",
    async () => {
      const folder = await sealedCopy({ runs: 2 });
      const elsewhere = await sealedCopy({ runs: 2, configurationOf: (_account, n) => ({ n, elsewhere: true }) });
      return { folder, publicKey: PEM, keys: await keysOf(folder, runId(1), runId(2), 1), elsewhere };
    },
  ],
  [
    "two runs, of which another key signed the last, as known by the first key alone",
    async () => {
      const folder = await sealedCopy({ runs: 2, nextKeyFrom: 2 });
      const keys = await keysOf(folder, runId(1), runId(2), 1);
      return { folder, publicKey: PEM, keys: { ...keys, handOver: layout.keyHandOverKey(2) } };
    },
  ],
  [
    "three runs, the last of them incomplete",
    async () => {
      const folder = await sealedCopy({ runs: 3, out: 1 });
      return { folder, publicKey: PEM, keys: await keysOf(folder, runId(1), runId(3), 1) };
    },
  ],
  [
    "three runs with manifests of format 2",
    async () => {
      const { folder, publicKey } = await recordedCopy("manifest-2");
      return { folder, publicKey, keys: await keysOf(folder, runId(1), runId(3), 1) };
    },
  ],
];

for (const [what, fixture] of FIXTURES)
  describe(`an altered copy of ${what}`, function () {
    this.timeout(300_000);
    let scratch: string;
    const expected = new Map<string, { name: string; altered: Altered }>();
    const found = new Map<string, { code: number; blamed: string[] }>();
    let python: Awaited<ReturnType<typeof byPython>>;
    let untouched: Awaited<ReturnType<typeof outcomeOf>>;

    before(async () => {
      scratch = await mkdtemp(join(tmpdir(), "audit-altered-"));
      const { folder, publicKey, keys, elsewhere } = await fixture();
      const few = pLimit(4);
      await Promise.all(
        [...alterationsOf(keys), ...hostileAlterationsOf(keys, elsewhere)].map(({ name, apply }, n) =>
          few(async () => {
            const copy = join(scratch, String(n));
            copyOf(folder, copy);
            expected.set(copy, { name, altered: await apply(copy) });
            found.set(copy, await outcomeOf(copy, publicKey));
          }),
        ),
      );
      python = await byPython([...found.keys()], publicKey);
      untouched = await outcomeOf(folder, publicKey);
      await rm(folder, { recursive: true });
      if (elsewhere) await rm(elsewhere, { recursive: true });
    });
    after(() => rm(scratch, { recursive: true }));

    /** What is wrong with the answer to each alteration; none: all is right. */
    const wrong = (problem: (altered: Altered, answer: { code: number; blamed: string[] }, copy: string) => unknown) =>
      [...expected].flatMap(([copy, { name, altered }]) => {
        const said = problem(altered, found.get(copy)!, copy);
        return said ? [`${name}: ${JSON.stringify(said)}`] : [];
      });

    it("is altered in at least 150 ways", () => {
      expect(new Set([...expected.values()].map(({ name }) => name)).size).to.be.least(150);
    });

    it("leaves the copy that it was made of as it was", () => {
      expect(untouched).to.deep.equal({ code: 0, blamed: [] });
    });

    it("comes to the exit code that it should", () => {
      expect(wrong(({ code }, answer) => answer.code !== code && { code, answer })).to.deep.equal([]);
    });

    it("has what was touched named, and nothing else", () => {
      const isTouched = ({ touched }: Altered, key: string) =>
        touched.some((each) => key === each || (each.endsWith("/") && key.startsWith(each)));
      expect(wrong((altered, { blamed }) => blamed.filter((key) => !isTouched(altered, key)).join())).to.deep.equal([]);
      expect(
        wrong(
          ({ code, touched, named }, { blamed }) =>
            code === 1 && (named ?? touched).filter((key) => !blamed.includes(key)).join(),
        ),
      ).to.deep.equal([]);
    });

    it("is judged the same by a verifier that was written from the documentation", () => {
      expect(
        wrong((_altered, answer, copy) => {
          const other = python.get(copy);
          return JSON.stringify(other) !== JSON.stringify(answer) && { node: answer, python: other };
        }),
      ).to.deep.equal([]);
    });
  });
