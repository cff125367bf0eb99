import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { pull } from "../../src/evidence/pull.ts";
import type { EvidenceSource } from "../../src/evidence/source.ts";
import { NothingToVerify, type Notice, type Violation, verify } from "../../src/evidence/verify.ts";
import { PEM, sealedCopy } from "./sealedCopy.ts";

type Write = { key: string; body: Uint8Array };

/** A bucket after some of its writes. @param count called before each request, and for each object that is listed */
function sourceOf(written: readonly Write[], count = () => written.length): EvidenceSource {
  const now = () => new Map(written.slice(0, count()).map(({ key, body }) => [key, body]));
  const open = async (key: string) => now().get(key);
  return {
    name: "a bucket",
    read: open,
    open: async (key) => {
      const body = await open(key);
      return body && Readable.from([Buffer.from(body)]);
    },
    async *list(prefix) {
      // A listing goes on from the last key that it gave.
      for (let last = ""; ; ) {
        const objects = now();
        const [next] = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > last).sort();
        if (next === undefined) return;
        yield { key: next, bytes: objects.get(next)!.length };
        last = next;
      }
    },
    folders: async (prefix) => [
      ...new Set(
        [...now().keys()].sort().flatMap((key) => {
          const end = key.startsWith(prefix) ? key.indexOf("/", prefix.length) : -1;
          return end < 0 ? [] : [key.slice(0, end + 1)];
        }),
      ),
    ],
  };
}

/** Everything that the sealing of some runs writes, in its order. */
async function writesOf(given: Parameters<typeof sealedCopy>[0]): Promise<Write[]> {
  const written: Write[] = [];
  const folder = await sealedCopy({
    ...given,
    onRequest: (input) => {
      if (input instanceof PutObjectCommand)
        written.push({ key: input.input.Key!, body: Buffer.from(input.input.Body as string | Uint8Array) });
    },
  });
  await rm(folder, { recursive: true });
  return written;
}

async function violationsIn(source: EvidenceSource): Promise<Violation[]> {
  const violations: Violation[] = [];
  await verify({
    source,
    keys: keysIn(PEM),
    run: "all",
    violation: (each) => violations.push(each),
    notice: () => undefined,
  }).catch((error: unknown) => {
    if (!(error instanceof NothingToVerify)) throw error;
  });
  return violations;
}

describe("a bucket in which runs are sealed meanwhile", function () {
  this.timeout(120_000);
  let written: Write[];
  before(async () => {
    written = await writesOf({ runs: 3, nextKeyFrom: 3, open: 1, items: 1 });
  });

  /** A bucket that grows while it is read: some writes are there, and every so many requests another. */
  const growing = (start: number, each: number) => {
    let requests = 0;
    return sourceOf(written, () => start + Math.floor(requests++ / each));
  };

  for (const each of [1, 3, 10])
    it(`is verified without a false alarm, with a write at every ${each}. request`, async () => {
      for (let start = 0; start <= written.length; start++)
        expect(await violationsIn(growing(start, each)), `from ${written[start]?.key} on`).to.deep.equal([]);
    });

  for (const each of [1, 3, 10])
    it(`is pulled to a copy that violates nothing, with a write at every ${each}. request`, async () => {
      for (let start = 0; start <= written.length; start++) {
        const folder = await mkdtemp(join(tmpdir(), "audit-pulled-"));
        const problems: unknown[] = [];
        await pull({ from: growing(start, each), folder, run: "all", problem: (problem) => problems.push(problem) });
        expect([problems, await violationsIn(folderSource(folder))], `from ${written[start]?.key} on`).to.deep.equal([
          [],
          [],
        ]);
        await rm(folder, { recursive: true });
      }
    });
});

describe("a bucket in which runs are being sealed", () => {
  it("holds at every moment: after each write nothing is violated, and what is not sealed yet is said to be that", async () => {
    const written = await writesOf({ runs: 3, nextKeyFrom: 3, open: 1 });
    expect(written.length).to.be.above(20);
    const kinds = new Set<string>();
    for (let moment = 1; moment <= written.length; moment++) {
      const violations: Violation[] = [];
      const notices: Notice[] = [];
      const verdict = await verify({
        source: sourceOf(written.slice(0, moment)),
        keys: keysIn(PEM),
        run: "all",
        violation: (each) => violations.push(each),
        notice: (each) => notices.push(each),
      }).catch((error: unknown) => {
        if (error instanceof NothingToVerify) return undefined;
        throw error;
      });
      expect(violations, `after ${written[moment - 1]!.key}`).to.deep.equal([]);
      expect(verdict?.level).not.to.equal("violated");
      for (const { kind } of notices) kinds.add(kind);
    }
    expect([...kinds].sort()).to.deep.equal(["unsealed", "unsigned"]);
  });
});
