import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { S3Client } from "@aws-sdk/client-s3";
import { EvidenceWriter } from "../../src/collect/evidenceWriter.ts";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import type { Item } from "../../src/evidence/item.ts";
import { verify } from "../../src/evidence/verify.ts";
import { type Answer, door } from "../door.ts";
import { DATE, largeItem, RUNS, writeRun } from "../largeRun.ts";
import { NotHere, type Row, times } from "../row.ts";

const run = promisify(execFile);
const WRITTEN = 100_000;
const VERIFIED = 400_000;

const rate = (bytes: number, ms: number): string => `${(bytes / ms / 1000).toFixed(0)} MB/s`;

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}

/** The bucket takes everything, and keeps nothing. */
const bucket: (request: { method: string; query?: object }) => Answer = ({ method, query = {} }) => {
  if ("uploads" in query)
    return { body: "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>" };
  if (method === "POST")
    return { body: '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>' };
  return { headers: { etag: '"e"' } };
};

/** Evidence written and verified, against the plain tools on the same bytes. */
export const row: Row = {
  name: "evidence",
  title: "evidence written against `gzip -6`, and verified against `sha256sum`",
  measure: async () => {
    const folder = await mkdtemp(join(tmpdir(), "bench-evidence-"));
    try {
      await run("sha256sum", ["--version"]).catch(() => {
        throw new NotHere("this machine has no sha256sum");
      });
      const items = Array.from({ length: WRITTEN }, (_none, n) => JSON.parse(largeItem(0, n)) as Item);
      const plain = join(folder, "items.ndjson");
      const text = items.map((item) => `${JSON.stringify(item)}\n`).join("");
      await writeFile(plain, text);
      const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };
      const s3 = new S3Client({ region: "us-east-1", credentials, requestHandler: door(bucket) as never });
      const write = async () => {
        const writer = new EvidenceWriter(bucketStore(s3, "evidence"), "key", "AWS::RDS::DBInstance");
        for (const item of items) await writer.write(item);
        return writer.finish();
      };
      await write();
      const written = await timed(write);
      const gzip = await timed(() => run("sh", ["-c", 'gzip -6 -c "$0" > "$0.gz"', plain]));
      await rm(plain);
      await rm(`${plain}.gz`);

      const evidence = join(folder, "bucket");
      await writeRun(evidence, 0, VERIFIED);
      const violations: Record<string, number> = {};
      const check = () =>
        verify({
          source: folderSource(evidence),
          keys: async () => undefined,
          run: { run: RUNS[0], date: DATE },
          violation: ({ kind }) => {
            violations[kind] = (violations[kind] ?? 0) + 1;
          },
          notice: () => undefined,
          progress: () => undefined,
        });
      const sum = (command: string) =>
        timed(() => run("sh", ["-c", `find "$0/evidence" -type f -print0 | ${command}`, evidence]));
      // Once before, so that both read from memory.
      await sum("xargs -0 sha256sum");
      const sha = await sum("xargs -0 sha256sum");
      const unpacked = await sum("xargs -0 zcat | wc -l");
      const verified = await timed(check);
      const { stdout } = await run("du", ["-sb", join(evidence, "evidence")]);
      const bytes = Number(stdout.split("\t")[0]);
      return [
        {
          what: "evidence written, against `gzip -6` of the same text",
          measured: times(gzip.ms / written.ms),
          from: `${rate(text.length, written.ms)} of NDJSON (made from objects, compressed, hashed by line and as a whole) against ${rate(text.length, gzip.ms)}; ${WRITTEN} items, ${((written.ms * 1000) / WRITTEN).toFixed(0)} ms per 1,000`,
        },
        {
          what: "evidence verified, against `sha256sum` and `zcat | wc -l` of the same objects",
          measured: times((sha.ms + unpacked.ms) / verified.ms),
          from: `${rate(bytes, verified.ms)} verified (each object hashed, unpacked and counted), ${rate(bytes, sha.ms)} by sha256sum, which is ${times(verified.ms / sha.ms)} as quick, and ${rate(bytes, unpacked.ms)} unpacked by zcat; ${verified.value.objects} objects of ${verified.value.items} items, ${(bytes / 1e6).toFixed(0)} MB; found ${JSON.stringify(violations)} (it is not signed, by construction)`,
        },
      ];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
