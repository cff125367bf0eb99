/**
 * The evidence: reading what a run was sealed with ({@link readManifest}, {@link readOutcomes}, {@link readObjects}),
 * from the bucket or from a copy of it, and proving that it is as it was sealed ({@link verify}).
 * @module
 */

export { bucketSource } from "../evidence/bucketSource.ts";
export { canonicalJson } from "../evidence/canonicalJson.ts";
export { type Coverage, coverage } from "../evidence/coverage.ts";
export { folderSource } from "../evidence/folderSource.ts";
export type { Item, TagsSource } from "../evidence/item.ts";
export { CommittedTask, Manifest } from "../evidence/manifest.ts";
export { ErrorStatus, EvidenceObject, Outcome, OutcomeStatus, ReadError, typeStatus } from "../evidence/outcome.ts";
export { GLOBAL, Plan, PlannedAuditor, TASKS_PER_GROUP } from "../evidence/plan.ts";
export { fingerprintOf, type KeyRange, keysBeside, keysIn, type TrustedKeys } from "../evidence/publicKeys.ts";
export { AlteredError, readCommit, readManifest, readObjects, readOutcomes } from "../evidence/readCommits.ts";
export type { EvidenceSource, Listed, TakesUnreadable } from "../evidence/source.ts";
export { TaskOutcome } from "../evidence/taskOutcome.ts";
export type { RunName } from "../evidence/verification/sealRecord.ts";
export type { Stamped } from "../evidence/verification/strayObject.ts";
export type { GivenWitness, Witnessed } from "../evidence/verification/witnessed.ts";
export {
  type Head,
  NothingToVerify,
  type Notice,
  type Signatures,
  type SigningRange,
  type Verdict,
  type Verification,
  type Violation,
  verify,
} from "../evidence/verify.ts";
export type { WitnessKey } from "../evidence/witness/cosignature.ts";
