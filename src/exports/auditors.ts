/**
 * The auditors: those that there are ({@link loadAuditors}), one of a service of your own ({@link ownAuditor}), and what
 * follows from their declarations, such as the policy of a member account ({@link memberPolicyDocuments}).
 * @module
 */
export {
  type Aggregator,
  type Auditor,
  actionsOf,
  type Covering,
  type Service,
  typesOf,
} from "../auditors/collector.ts";
export type { AuditorOutline, CollectorOutline, ServiceOutline } from "../auditors/outline.ts";
export { OwnAuditorError, ownAuditor } from "../auditors/ownAuditor.ts";
export { memberPolicyDocuments, type PolicyDocument, type PolicyStatement } from "../auditors/policy.ts";
export {
  DEFAULT_AUDITORS,
  groupNames,
  groups,
  loadAuditors,
  loadServices,
  serviceNames,
  type UndeclaredTypes,
  UnknownAuditorError,
} from "../auditors/registry.ts";
