import * as z from "zod";

export const OutcomeStatus = z.enum(["collected", "denied", "failed", "timed-out", "not-enabled"]);
export type OutcomeStatus = z.infer<typeof OutcomeStatus>;

/** What an operation that did not answer means; `deleted`: the resource was gone between the listing and its details. */
export const ErrorStatus = z.enum(["denied", "failed", "timed-out", "not-enabled", "deleted"]);
export type ErrorStatus = z.infer<typeof ErrorStatus>;

/** An operation that did not answer, and why as far as AWS says. */
export const ReadError = z.object({
  operation: z.string(),
  resource_type: z.string().optional(),
  status: ErrorStatus.optional(),
  /** What is unknown for it: resources of the type, or details or tags of resources that stand in the evidence. */
  incomplete: z.enum(["resources", "details", "tags"]).optional(),
  code: z.string(),
  /** Of the answer; left out where there was none. */
  http_status: z.number().int().optional(),
  message: z.string(),
  /** The IAM action that is missing, when the error is a denial. */
  action: z.string().optional(),
  /**
   * Whose policy denied: the identity's, its boundary or session, the role's trust, a service or resource control
   * policy, the resource's, the key's, or that of the VPC endpoint.
   */
  denied_by: z
    .enum([
      ...["policy", "boundary", "session-policy", "trust", "scp", "rcp"],
      ...["resource-policy", "key-policy", "endpoint-policy", "unknown"],
    ] as const)
    .optional(),
  /** How many resources the same error met. */
  times: z.number().int().positive(),
});
export type ReadError = z.infer<typeof ReadError>;

/** Something that a reader of the evidence has to know, though nothing is unread for it. */
export const Note = z.object({
  operation: z.string(),
  resource_type: z.string().optional(),
  code: z.string(),
  message: z.string(),
  /** How often it was met. */
  times: z.number().int().positive(),
});
export type Note = z.infer<typeof Note>;

/** What became of one planned (auditor, account, region). Items already read are kept and counted whatever the status. */
export const Outcome = z.object({
  auditor: z.string(),
  account_id: z.string(),
  region: z.string(),
  status: OutcomeStatus,
  /** Items per resource type that stand in the task's objects; 0: AWS answered that there are none. A type that is not here was not read. */
  counts: z.record(z.string(), z.number().int()),
  /**
   * Types of a count of 0 that were not asked for, by what says so: another type, without which AWS has none of them, and of
   * which it answered that there are none; or an operation that counts them, and counted none.
   */
  not_asked: z.record(z.string(), z.string()).optional(),
  errors: z.array(ReadError),
  notes: z.array(Note).optional(),
  remedy: z.string().optional(),
  calls: z.number().int(),
  retries: z.number().int(),
  /** Answers by which AWS asked to be called less often; left out when there were none. */
  throttles: z.number().int().optional(),
  /** Milliseconds that its calls waited, added up, to leave the account's own workloads their share of AWS's rates. */
  held_ms: z.number().int().optional(),
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
  /** Root of the RFC 6962 tree whose leaves are the lines without their breaks, in their order, hex: one item can be proven alone. */
  merkle_root: z.string().optional(),
  /** SHA-256 over the leaf hashes, sorted, hex: the same for whatever order the items stand in. Left out of very large objects. */
  sorted_sha256: z.string().optional(),
  /** XOR of the SHA-256 of each line, hex, in commits of before. It proves nothing: other lines can be made that add up to it. */
  lines_xor: z.string().optional(),
});
export type EvidenceObject = z.infer<typeof EvidenceObject>;
/**
 * What became of one resource type in a planned item: an empty listing is `collected` with a count of 0, and never
 * what a denial, a silence or a service that is not there looks like.
 */
export function typeStatus(outcome: Outcome, resourceType: string): OutcomeStatus {
  const statuses = outcome.errors.flatMap(({ resource_type, status, incomplete }) =>
    resource_type === resourceType && incomplete === "resources" && status && status !== "deleted" ? [status] : [],
  );
  for (const worst of ["failed", "timed-out", "denied"] as const) if (statuses.includes(worst)) return worst;
  if (resourceType in outcome.counts) return "collected";
  if (statuses.includes("not-enabled")) return "not-enabled";
  return outcome.status === "collected" ? "failed" : outcome.status;
}
