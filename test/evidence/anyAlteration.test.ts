import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { copyOf, outcomeOf } from "./judgedCopy.ts";
import { PEM, sealedCopy } from "./sealedCopy.ts";

/** Bytes of a file that others stand for; places are shares of the file, so that one fits files of any length. */
const splice = fc.record({
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.constantFrom(...["0", "1", '"', "{}", "null", " ", "\\u0000", ",", "a", "="].map((text) => Buffer.from(text))),
  ),
});
type Splice = typeof splice extends fc.Arbitrary<infer T> ? T : never;

function spliced(whole: Uint8Array, { from, length, bytes }: Splice): Buffer {
  const start = Math.floor(from * whole.length);
  return Buffer.concat([whole.subarray(0, start), bytes, whole.subarray(start + length)]);
}

/** A folder's place among those that there are, and a name that the system gives to nothing. */
const stranger = fc.tuple(fc.nat(), fc.stringMatching(/^[A-Za-z0-9 =_-]{1,30}$/)).map(([at, name]) => ({
  at,
  name: `${name}.txt`,
}));

describe("a sealed copy, altered in any way", () => {
  let pristine: string;
  let keys: string[];

  before(async () => {
    pristine = await sealedCopy({ runs: 3 });
    keys = [];
    for await (const { key } of folderSource(pristine).list("")) keys.push(key);
  });
  after(() => rm(pristine, { recursive: true }));

  /** What an altered copy comes to. @param alter returns the keys that it touches, none: it changes nothing */
  async function judged(alter: (folder: string) => Promise<string[]>) {
    const scratch = mkdtempSync(join(tmpdir(), "audit-any-"));
    const folder = join(scratch, "copy");
    try {
      copyOf(pristine, folder);
      const touched = await alter(folder);
      return { touched: [...new Set(touched)].sort(), ...(await outcomeOf(folder, PEM)) };
    } finally {
      rmSync(scratch, { recursive: true });
    }
  }

  const keyAt = (n: number) => keys[n % keys.length]!;

  async function replaced(folder: string, key: string, change: Splice): Promise<string[]> {
    const path = join(folder, key);
    const before = readFileSync(path);
    const after = spliced(before, change);
    if (after.equals(before)) return [];
    await rm(path);
    await writeFile(path, after);
    return [key];
  }

  it("has the file named in which some bytes are others, and no other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), splice, async (n, change) => {
        const { touched, code, blamed } = await judged((folder) => replaced(folder, keyAt(n), change));
        expect({ code, blamed }).to.deep.equal({ code: touched.length ? 1 : 0, blamed: touched });
      }),
      { numRuns: 60 },
    );
  });

  it("is never held for sealed when two files are others", async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(fc.nat(), splice), fc.tuple(fc.nat(), splice), async ([n, one], [m, other]) => {
        fc.pre(keyAt(n) !== keyAt(m));
        const { touched, code, blamed } = await judged(async (folder) => [
          ...(await replaced(folder, keyAt(n), one)),
          ...(await replaced(folder, keyAt(m), other)),
        ]);
        expect(code).to.equal(touched.length ? 1 : 0);
        expect(blamed.length > 0).to.equal(touched.length > 0);
      }),
      { numRuns: 40 },
    );
  });

  it("has a file named that lies under a name which the system does not use", async () => {
    await fc.assert(
      fc.asyncProperty(stranger, fc.uint8Array({ maxLength: 50 }), async ({ at, name }, bytes) => {
        const key = `${dirname(keyAt(at))}/${name}`;
        const { code, blamed } = await judged(async (folder) => {
          await mkdir(dirname(join(folder, key)), { recursive: true });
          await writeFile(join(folder, key), bytes);
          return [key];
        });
        expect({ code, blamed }).to.deep.equal({ code: 1, blamed: [key] });
      }),
      { numRuns: 30 },
    );
  });

  it("has both files named that change places", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (n, m) => {
        const [one, other] = [keyAt(n), keyAt(m)];
        fc.pre(!readFileSync(join(pristine, one)).equals(readFileSync(join(pristine, other))));
        const { code, blamed } = await judged(async (folder) => {
          const at = (key: string) => join(folder, key);
          await rename(at(one), at("aside"));
          await rename(at(other), at(one));
          await rename(at("aside"), at(other));
          return [one, other];
        });
        expect(code).to.equal(1);
        expect(blamed.filter((key) => key !== one && key !== other)).to.deep.equal([]);
        expect(blamed).not.to.deep.equal([]);
      }),
      { numRuns: 40 },
    );
  });
});
