/**
 * Rows of features of so many databases for a model elsewhere, and what becomes of as many scores, in a process of its
 * own: `featureRows.ts <resources>`. Prints a line of JSON.
 */

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { databasesOf } from "../sandbox/estate/databases.ts";
import { randomOf } from "../sandbox/random.ts";
import { judged } from "../src/anomalies/candidates.ts";
import { scoresIn } from "../src/anomalies/modelWork.ts";
import type { EvidenceObject } from "../src/evidence/outcome.ts";
import { writeFeatureRows } from "../src/tables/featureRows.ts";
import { folderObjects } from "../src/tables/folderObjects.ts";

const RESOURCES = Number(process.argv[2] ?? 100_000);
/** As a task of an account writes them. */
const OBJECT = 1_000;

const pattern = Array.from({ length: 40 }, (_, account) =>
  databasesOf(1, String(100_000_000_000 + account), "eu-central-1", 1),
).flatMap(({ instances }) => instances);
const folder = mkdtempSync(join(tmpdir(), "bench-features-"));
try {
  const random = randomOf("features");
  const evidence: EvidenceObject[] = [];
  let read = 0;
  for (let from = 0; from < RESOURCES; from += OBJECT) {
    const items = Math.min(OBJECT, RESOURCES - from);
    const lines = Array.from({ length: items }, (_, index) => {
      const like = pattern[Math.floor(random() * pattern.length)]!;
      const resource_id = `db-${from + index}`;
      return JSON.stringify({
        run_id: "01JDT3SAPG0000000000000000",
        account_id: String(100_000_000_000 + from),
        region: "eu-central-1",
        resource_type: "AWS::RDS::DBInstance",
        resource_id,
        arn: `arn:aws:rds:eu-central-1:111111111111:db:${resource_id}`,
        name: resource_id,
        configuration: {
          ...like,
          DBInstanceIdentifier: resource_id,
          AllocatedStorage: 20 + Math.floor(random() * 9e3),
        },
      });
    });
    const text = `${lines.join("\n")}\n`;
    read += text.length;
    const body = gzipSync(text);
    const key = `evidence/${String(from).padStart(9, "0")}.ndjson.gz`;
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), body);
    const sha256 = createHash("sha256").update(body).digest("hex");
    evidence.push({ key, resource_type: "AWS::RDS::DBInstance", items, bytes: body.length, sha256 });
  }
  /** The largest number of resident bytes, as Lambda counts them. */
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const watch = setInterval(look, 20);
  const objects = folderObjects(folder);
  const began = performance.now();
  const written = await writeFeatureRows(objects, evidence, objects.create("rows"), objects.create("otherwise"));
  if (!written) throw new Error("there was nothing to score");
  look();
  const rowsPeak = peak;
  const wrote = performance.now();
  const candidates = gzipSync(JSON.stringify(written.candidates)).length;
  // Scores as they come back, a line each.
  const scored = (count: number) =>
    scoresIn(Array.from({ length: count }, () => JSON.stringify({ score: 1 + random() })).join("\n"));
  const reasons = written.candidates.reduce((sum, each) => sum + each.reasons.length, 0);
  const found = judged(written.candidates, scored(written.resources), scored(reasons), "sagemaker-random-cut-forest");
  look();
  clearInterval(watch);
  console.log(
    JSON.stringify({
      resources: written.resources,
      features: written.features,
      evidenceMegabytes: Math.round(read / 1e6),
      rowsMegabytes: Math.round(statSync(join(folder, "rows")).size / 1e6),
      candidates: written.candidates.length,
      reasons,
      candidatesMegabytes: Number((candidates / 1e6).toFixed(1)),
      seconds: Number(((wrote - began) / 1000).toFixed(1)),
      peakMegabytes: Math.round(rowsPeak / 1e6),
      withScoresMegabytes: Math.round(peak / 1e6),
      found: found.length,
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}
