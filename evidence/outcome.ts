import * as z from "zod";

/** An operation that did not answer, and why as far as AWS says. */
export const ReadError = z.object({
  operation: z.string(),
  resource_type: z.string().optional(),
  code: z.string(),
  message: z.string(),
  /** The IAM action that is missing, when the error is a denial. */
  action: z.string().optional(),
  /** Who denied: the identity policy, the trust policy, an SCP, the resource's policy. */
  denied_by: z.enum(["policy", "trust", "scp", "resource-policy", "unknown"]).optional(),
  /** How many resources the same error met. */
  times: z.number().int().positive(),
});
export type ReadError = z.infer<typeof ReadError>;

export const OutcomeStatus = z.enum(["collected", "denied", "failed", "timed-out", "not-enabled"]);
export type OutcomeStatus = z.infer<typeof OutcomeStatus>;

/** What became of one planned (auditor, account, region). Items already read are kept and counted whatever the status. */
export const Outcome = z.object({
  auditor: z.string(),
  account_id: z.string(),
  region: z.string(),
  status: OutcomeStatus,
  /** Items per resource type that stand in the task's objects. */
  counts: z.record(z.string(), z.number().int()),
  errors: z.array(ReadError),
  remedy: z.string().optional(),
  calls: z.number().int(),
  retries: z.number().int(),
  ms: z.number().int(),
});
export type Outcome = z.infer<typeof Outcome>;

export const EvidenceObject = z.object({
  key: z.string(),
  resource_type: z.string(),
  bytes: z.number().int(),
  items: z.number().int(),
  /** Hex, of the object as stored. */
  sha256: z.string(),
});
export type EvidenceObject = z.infer<typeof EvidenceObject>;
