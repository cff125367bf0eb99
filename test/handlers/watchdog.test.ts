import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { encodeTime } from "ulid";
import { bucketSource } from "../../src/evidence/bucketSource.ts";
import { manifestKey, planKey, signatureKey } from "../../src/evidence/layout.ts";
import { overdueRuns } from "../../src/evidence/overdueRuns.ts";
import { BUCKET, emptyBucket } from "../evidence/bucket.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const HOUR = 3600 * 1000;
const runAt = (hoursAgo: number) => `${encodeTime(NOW - hoursAgo * HOUR)}0000000000000000`;

describe("the watchdog", () => {
  for (const [what, hoursAgo, documents, expected] of [
    ["a run within its deadline", 3, [planKey], undefined],
    ["a run past its deadline without a manifest", 5, [planKey], { unsigned: false }],
    ["a run past its deadline with a manifest and no signature", 5, [planKey, manifestKey], { unsigned: true }],
    ["a run past its deadline that is sealed and signed", 5, [planKey, manifestKey, signatureKey], undefined],
    ["a run of six days ago that is still open", 140, [planKey], { unsigned: false }],
  ] as const) {
    it(`${expected ? "tells of" : "says nothing of"} ${what}`, async () => {
      const { s3 } = await emptyBucket();
      const run = runAt(hoursAgo);
      const date = new Date(NOW - hoursAgo * HOUR).toISOString().slice(0, 10);
      for (const keyOf of documents)
        await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: keyOf(run, date), Body: "{}" }));
      const overdue = await overdueRuns(bucketSource(s3, BUCKET), NOW, 4 * HOUR);
      expect(overdue).to.deep.equal(expected ? [{ run, date, ...expected }] : []);
    });
  }
});
