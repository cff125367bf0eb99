import { sha256 } from "../evidence/plan.ts";
import type { Exception } from "./exception.ts";

/**
 * What a control says of a resource or a scope: `excepted` failed, and somebody answers for it; `unknown` was not (or
 * not fully) collected; `not-applicable`: everything was collected, and there is nothing it applies to.
 */
export const VERDICT_STATUSES = ["fail", "unknown", "excepted", "pass", "not-applicable"] as const;
export type VerdictStatus = (typeof VERDICT_STATUSES)[number];

/** One answer of one control, with all it takes to check it. */
export interface Verdict {
  /** The control's id. */
  control: string;
  status: VerdictStatus;
  account_id: string;
  /** `global` for global services; null: the whole account, because no auditor of the run reads what the control is about. */
  region: string | null;
  /** Null where the verdict is about the scope as a whole: nothing is there, or what is there is not known. */
  resource: VerdictResource | null;
  /** Why it failed or is not known, in words. */
  reason: string | null;
  /**
   * Every line that it rests on, the resource's own first; none where it is that there is nothing, which the manifest's
   * outcomes say.
   */
  evidence: readonly EvidenceLine[];
  /** Hex, of the control's file: which question was asked. */
  query_sha256: string;
  /** The exception that covers it; one that has expired does not, and stands here to be named. */
  exception?: Exception & { expired: boolean };
}

/** A line of an evidence object. */
export interface EvidenceLine {
  object: string;
  /** Of the object, hex. */
  sha256: string;
  /** From 1. */
  line: number;
}

/** The resource a verdict is about; for a control about whole accounts or regions, that account's id and no ARN. */
export interface VerdictResource {
  /** CloudFormation's name. */
  resource_type: string;
  resource_id: string;
  arn: string | null;
  name: string | null;
}

/** Why a verdict is not known where the control does not say it in words of its own. */
export const unknownReason = (title: string): string => `the evidence does not tell whether this holds: ${title}`;

/** Verdicts by status. */
export type VerdictCounts = Record<VerdictStatus, number>;

export const noVerdicts = (): VerdictCounts => ({ fail: 0, unknown: 0, excepted: 0, pass: 0, "not-applicable": 0 });

/** What a finding is called from run to run: the same thing about the same resource has the same id. Hex. */
export const findingId = ({
  control,
  account_id,
  region,
  resource,
}: Pick<Verdict, "control" | "account_id" | "region" | "resource">): string =>
  sha256(JSON.stringify([control, account_id, region ?? "", resource?.arn ?? resource?.resource_id ?? ""]));
