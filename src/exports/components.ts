/**
 * The Pulumi components, for a program of your own: {@link AuditAccount} in the account that audits, and in each
 * account that is audited {@link MemberAccount}, or {@link MemberRollout} for a whole organization.
 * @module
 */
export type { AnomalyModelSettings } from "../../components/anomalyModels.ts";
export { AuditAccount } from "../../components/auditAccount.ts";
export type { AuditAccountArgs } from "../../components/auditSettings.ts";
export type { ObjectLock } from "../../components/evidenceBucket.ts";
export { MemberAccount, type MemberAccountArgs, type MemberPolicy } from "../../components/memberAccount.ts";
export { MemberRollout, type MemberRolloutArgs } from "../../components/memberRollout.ts";
export type { NotificationSettings } from "../../components/notifications.ts";
export {
  PIPELINE_SUBJECTS,
  type PipelineJob,
  PipelineRoles,
  type PipelineRolesArgs,
} from "../../components/pipelineRoles.ts";
export type { RunSchedule } from "../../components/schedule.ts";
export { Witness, type WitnessArgs } from "../../components/witness.ts";
