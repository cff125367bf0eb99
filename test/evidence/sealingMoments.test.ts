import { Readable } from "node:stream";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import type { EvidenceSource } from "../../src/evidence/source.ts";
import { NothingToVerify, type Notice, type Violation, verify } from "../../src/evidence/verify.ts";
import { PEM, sealedCopy } from "./sealedCopy.ts";

/** A bucket as it stood after some of its writes. */
function sourceOf(written: readonly { key: string; body: Uint8Array }[]): EvidenceSource {
  const objects = new Map(written.map(({ key, body }) => [key, body]));
  const keys = [...objects.keys()].sort();
  return {
    name: "a bucket",
    read: async (key) => objects.get(key),
    open: async (key) => (objects.has(key) ? Readable.from([Buffer.from(objects.get(key)!)]) : undefined),
    async *list(prefix) {
      for (const key of keys) if (key.startsWith(prefix)) yield { key, bytes: objects.get(key)!.length };
    },
    folders: async (prefix) => [
      ...new Set(
        keys.flatMap((key) => {
          const end = key.startsWith(prefix) ? key.indexOf("/", prefix.length) : -1;
          return end < 0 ? [] : [key.slice(0, end + 1)];
        }),
      ),
    ],
  };
}

describe("a bucket in which runs are being sealed", () => {
  it("holds at every moment: after each write nothing is violated, and what is not sealed yet is said to be that", async () => {
    const written: { key: string; body: Uint8Array }[] = [];
    await sealedCopy({
      runs: 3,
      nextKeyFrom: 3,
      open: 1,
      onRequest: (input) => {
        if (input instanceof PutObjectCommand)
          written.push({ key: input.input.Key!, body: Buffer.from(input.input.Body as string | Uint8Array) });
      },
    });
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
