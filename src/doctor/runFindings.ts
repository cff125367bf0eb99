import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { S3Client } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import { decodeTime } from "ulid";
import type { Manifest } from "../evidence/manifest.ts";
import { runStore } from "../evidence/store.ts";
import { functionThere } from "./asking.ts";
import { type Finding, note, ok, problem } from "./finding.ts";
import { signEvents, signingFindings, storedSignatures } from "./signingFindings.ts";

const DAY = 24 * 3600 * 1000;
/** Days that CloudTrail keeps its event history, less one for the day itself. */
const HISTORY_DAYS = 89;
/** Runs that are looked at, the newest of the chain. */
const RUNS_AT_MOST = 200;
const READS_AT_ONCE = 8;

export interface RunsOf {
  bucket: string;
  /** ARN of the key that signs manifests. */
  signingKey: string;
  /** ARN of the sealer's role. */
  signerArn: string;
  /** First part of the functions' names. */
  prefix: string;
}

/** Judges what the sealed runs say of the system: who signed them, and with which code they were collected. */
export async function runFindings(
  { s3, lambda, cloudTrail }: { s3: S3Client; lambda: LambdaClient; cloudTrail: CloudTrailClient },
  { bucket, signingKey, signerArn, prefix }: RunsOf,
  now: number,
): Promise<Finding[]> {
  const runs = await newestRuns(s3, bucket, now - HISTORY_DAYS * DAY);
  const [newest] = runs;
  if (!newest) return [note("signatures", `no run was sealed in the last ${HISTORY_DAYS} days`)];
  const signed = runs.filter(({ signing_key }) => signing_key?.arn === signingKey);
  const since = Math.min(...runs.map(({ sealed_at }) => Date.parse(sealed_at)));
  const [events, signatures, code] = await Promise.all([
    signEvents(cloudTrail, signingKey, since),
    storedSignatures(s3, bucket, signed),
    codeFindings(lambda, prefix, newest),
  ]);
  return [...signingFindings(events, signatures, signerArn, now), ...code];
}

/** Manifests of the runs sealed since a time, the newest first. */
async function newestRuns(s3: S3Client, bucket: string, since: number): Promise<Manifest[]> {
  const store = runStore(s3, bucket);
  const limit = pLimit(READS_AT_ONCE);
  const newest = (await store.chainHead())?.sequence ?? 0;
  const sequences = Array.from({ length: Math.min(newest, RUNS_AT_MOST) }, (_, index) => newest - index);
  const manifests = sequences.map((sequence) =>
    limit(async () => {
      const link = await store.chainLink(sequence);
      if (!link || Date.parse(link.claimed_at) < since) return [];
      const standing = await store.readManifest(link.run_id, link.run_date);
      return standing ? [standing.manifest] : [];
    }),
  );
  return (await Promise.all(manifests)).flat();
}

/** Whether the newest run was collected by the code that is deployed, where that was deployed before the run began. */
async function codeFindings(lambda: LambdaClient, prefix: string, { run_id, run_date, tool }: Manifest) {
  const bundles = Object.entries(tool.bundles).map(async ([who, hashes]) => {
    const name = `${prefix}-${SYSTEM.has(who) ? who : `get-meta-${who}`}`;
    const found = await functionThere(lambda, name);
    const hash = found?.Environment?.Variables?.BUNDLE_SHA256;
    if (!found || !hash) return { name, state: "gone" as const };
    if (hashes.length === 1 && hashes[0] === hash) return { name, state: "same" as const };
    const isNewer = Date.parse(found.LastModified ?? "") >= decodeTime(run_id);
    return { name, state: isNewer ? ("newer" as const) : ("other" as const) };
  });
  const all = await Promise.all(bundles);
  const names = (state: "gone" | "newer" | "other") =>
    all.filter((each) => each.state === state).map(({ name }) => name);
  const [other, newer] = [names("other"), names("newer")];
  if (other.length)
    return [
      problem(
        "code of the runs",
        `run ${run_id} of ${run_date} says that other code took part than is deployed, and nothing was deployed since: ${other.join(", ")}`,
        "find out in CloudTrail who changed the functions (UpdateFunctionCode, UpdateFunctionConfiguration)",
      ),
    ];
  const gone = names("gone");
  const notes = [
    ...(newer.length ? [`deployed since the newest run, ${run_id}, began: ${newer.join(", ")}`] : []),
    ...(gone.length
      ? [`took part in the newest run, ${run_id}, and do not tell their code now: ${gone.join(", ")}`]
      : []),
  ];
  if (notes.length) return notes.map((message) => note("code of the runs", message));
  return [ok("code of the runs", `run ${run_id} was collected by the code that is deployed`)];
}

/** Functions that are no auditors. */
const SYSTEM = new Set(["boss", "sealer", "recorder"]);
