import type { Manifest } from "../src/evidence/manifest.ts";
import { TASKS_PER_GROUP } from "../src/evidence/plan.ts";
import type { TaskOutcome } from "../src/evidence/taskOutcome.ts";
import { PRICES } from "../src/query/prices.ts";

/** What a run costs in the audit account, in US dollars: an estimate by list prices of one region on one day. */
export interface RunCost {
  dollars: number;
  lambda: { gigabyte_seconds: number; tasks_measured: number; requests: number; dollars: number };
  s3: { writes: number; reads: number; dollars: number; kept_dollars_per_month: number };
  kms: { requests: number; dollars: number };
  prices: { as_of: string; region: string };
}

/** Functions that a run needs beside its auditors: the boss and the sealer. */
const OTHER_FUNCTIONS = 2;
/** The plan; who seals; the sequence number, which is looked for twice; manifest, signature and public key; what it took. */
const WRITES_OF_A_RUN = 9;
/** Where manifests are signed: the attestation. */
const WRITES_OF_SIGNING = 1;
/** The public key; the manifest; the attestation. */
const REQUESTS_OF_SIGNING = 3;
/** What the run before took; the plan; the chain's head, its manifest and its signature; this run's manifest. */
const READS_OF_A_RUN = 6;
/** Where manifests are signed: whether the run before is, and this one. */
const READS_OF_SIGNING = 2;

/**
 * Sums up what a run has to be paid for: the auditors' time as they measured it, and the requests of reading,
 * committing and sealing as the protocol makes them when nothing is tried twice. Not in it: what reads the member
 * accounts (describing is free with nearly every service), tables and queries, logs and metrics.
 */
export class CostCount {
  private gigabyteSeconds = 0;
  private measured = 0;
  private commits = 0;

  add({ ran }: TaskOutcome): void {
    this.commits += 1;
    if (!ran) return;
    this.measured += 1;
    this.gigabyteSeconds += (ran.ms / 1000) * (ran.memory_mb / 1024);
  }

  cost({ totals, signing_key }: Manifest, plannedTasks: number): RunCost {
    return costOf({
      gigabyteSeconds: this.gigabyteSeconds,
      tasksMeasured: this.measured,
      commits: this.commits,
      plannedTasks,
      objects: totals.objects,
      bytes: totals.bytes,
      signed: signing_key !== null,
    });
  }
}

/** What a run consists of, as far as it is to be paid for. */
export interface RunSize {
  /** Of the auditors. */
  gigabyteSeconds: number;
  tasksMeasured: number;
  /** Tasks that committed, those handed over among them. */
  commits: number;
  plannedTasks: number;
  /** Evidence objects, and their bytes. */
  objects: number;
  bytes: number;
  signed: boolean;
}

/** The cost of a run of some size, measured or planned. */
export function costOf({ gigabyteSeconds, commits, plannedTasks, objects, bytes, ...size }: RunSize): RunCost {
  const { lambda, s3, kms } = PRICES;
  const groups = Math.ceil(plannedTasks / TASKS_PER_GROUP);
  const requests = commits + OTHER_FUNCTIONS;
  // A task writes its outcome and its mark, and lists the marks beside it; so does a group that has others beside it.
  const writes =
    objects +
    3 * commits +
    (groups > 1 ? 2 * groups : groups) +
    WRITES_OF_A_RUN +
    (size.signed ? WRITES_OF_SIGNING : 0);
  // Looked for before a task begins, and read for the seal.
  const reads = 2 * commits + READS_OF_A_RUN + (size.signed ? READS_OF_SIGNING : 0);
  const signing = size.signed ? REQUESTS_OF_SIGNING : 0;
  const dollars = {
    lambda: gigabyteSeconds * lambda.perGigabyteSecond + (requests / 1e6) * lambda.perMillionRequests,
    s3: (writes / 1000) * s3.perThousandWrites + (reads / 1000) * s3.perThousandReads,
    kms: (signing / 10_000) * kms.perTenThousandRequests,
  };
  return {
    dollars: dollars.lambda + dollars.s3 + dollars.kms,
    lambda: {
      gigabyte_seconds: gigabyteSeconds,
      tasks_measured: size.tasksMeasured,
      requests,
      dollars: dollars.lambda,
    },
    s3: { writes, reads, dollars: dollars.s3, kept_dollars_per_month: (bytes / 1e9) * s3.perGigabyteMonth },
    kms: { requests: signing, dollars: dollars.kms },
    prices: { as_of: PRICES.asOf, region: PRICES.region },
  };
}
