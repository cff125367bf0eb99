import type { Auditor } from "../auditors/collector.ts";
import type { EvidenceStore } from "../evidence/evidenceStore.ts";
import type { Outcome } from "../evidence/outcome.ts";
import type { Task } from "../evidence/plan.ts";
import type { AccountAccess } from "./accountSession.ts";
import type { AwsClock } from "./awsClock.ts";
import type { ClientOptions, Waits } from "./clientOptions.ts";
import type { Offering } from "./offering.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";

/** One attempt at a task: what is to be read, with what, and until when. */
export interface TaskRun {
  runId: string;
  date: string;
  task: Task;
  attempt: string;
  auditor: Auditor;
  access: AccountAccess;
  /** The account that the process has credentials of its own in. */
  account: string;
  /** Where evidence goes. */
  evidence: EvidenceStore;
  /** The region of global services' endpoint and of regional STS. */
  homeRegion: string;
  /** Keys the digests of what can be a secret. */
  digestKey: string;
  /** How clients in the member accounts are made. */
  client: (waits: Waits) => ClientOptions;
  /** AWS's time, by which calls are signed. */
  clock: AwsClock;
  /** Which services AWS does not offer in a region; left out, each is asked in each. */
  offering?: Offering;
  /** After it nothing more is read, so that what is there can be committed. */
  deadline: AbortSignal;
  /** When the run is to have read what it reads, milliseconds since the epoch; left out, it takes what it takes. */
  readUntil?: number;
  now: () => number;
  /** Of each rate that AWS documents, how much the run may take: above 0 and up to 1. */
  apiShare: number;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<void>;
  /** Told of each planned item once it is read to its end; what counts is the task's commit. */
  finished?: (outcome: Outcome) => void;
}

/** A planned item, and whether it was read to its end before the task had to commit. */
export interface ReadItem {
  builder: OutcomeBuilder;
  finished: boolean;
}
