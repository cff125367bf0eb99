import * as z from "zod";

const list = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? "")
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean),
  );

/** SHA-256 of the function's own bundle, which the Pulumi program tells: what ran is part of the evidence. */
const BUNDLE_SHA256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .optional();

/** Minutes after its start within which a run is to be sealed. */
const SEAL_DEADLINE_MINUTES = z.coerce.number().int().positive();

export const BossSettings = z.object({
  BUNDLE_SHA256,
  EVIDENCE_BUCKET: z.string().min(1),
  ACCOUNT_SOURCE: z.enum(["parameter", "organizations"]).default("parameter"),
  ACCOUNTS_PARAMETER: z.string().default("/audit-ecosystem/accounts"),
  ORGANIZATIONAL_UNITS: list,
  EXCLUDE_ACCOUNTS: list,
  /** What the auditors' functions are called, without the auditor's name: `audit-get-meta-`. */
  AUDITOR_FUNCTION_PREFIX: z.string().min(1),
  REGIONS: list,
  SEALER_FUNCTION: z.string().min(1),
});
export type BossSettings = z.infer<typeof BossSettings>;

export const AuditorSettings = z.object({
  BUNDLE_SHA256,
  EVIDENCE_BUCKET: z.string().min(1),
  CROSS_ACCOUNT_ROLE_NAME: z.string().min(1),
  EXTERNAL_ID: z.string().min(2),
  /** Keys the digests that stand in evidence where a secret could be. */
  DIGEST_KEY: z.string().min(16),
  /** Of each rate that AWS documents, how much a run may take. */
  API_SHARE: z.coerce.number().positive().max(1).default(0.5),
  SEAL_DEADLINE_MINUTES: SEAL_DEADLINE_MINUTES.optional(),
  SEALER_FUNCTION: z.string().min(1),
});

export const DoctorSettings = z.object({
  CROSS_ACCOUNT_ROLE_NAME: z.string().min(1),
  EXTERNAL_ID: z.string().min(2),
});
export type DoctorSettings = z.infer<typeof DoctorSettings>;

export const RecorderSettings = z.object({
  BUNDLE_SHA256,
  EVIDENCE_BUCKET: z.string().min(1),
  SEALER_FUNCTION: z.string().min(1),
});

export const SealerSettings = z.object({
  BUNDLE_SHA256,
  EVIDENCE_BUCKET: z.string().min(1),
  /** ARN of the KMS key that manifests are signed with. */
  SIGNING_KEY: z.string().min(1),
  /** ARN of the key that it has replaced, while that still signs the record of it. */
  PREVIOUS_SIGNING_KEY: z.string().min(1).optional(),
  SEAL_DEADLINE_MINUTES,
  /** Absent where the stack has no catalog. */
  TABULATOR_FUNCTION: z.string().min(1).optional(),
  /** ARNs of functions in other accounts that cosign the chain. */
  WITNESS_FUNCTIONS: list,
  /** Addresses of time-stamp authorities. */
  TIMESTAMP_AUTHORITIES: list,
});
export type SealerSettings = z.infer<typeof SealerSettings>;

export const WitnessSettings = z.object({
  /** Where it remembers what it has cosigned. */
  STATE_BUCKET: z.string().min(1),
  /** ARN of its KMS key, Ed25519. */
  WITNESS_KEY: z.string().min(1),
  /** As it calls itself in cosignatures. */
  WITNESS_NAME: z.string().min(1),
  /** Names the one log that it watches. */
  LOG_ORIGIN: z.string().min(1),
  /** PEM of the keys that sign that log's checkpoints. */
  LOG_PUBLIC_KEYS: z.string().min(1),
});

export const TabulatorSettings = z.object({
  EVIDENCE_BUCKET: z.string().min(1),
  /** Its own name, which Lambda sets. */
  AWS_LAMBDA_FUNCTION_NAME: z.string().min(1),
  /** Of Glue: where the tables are declared. */
  GLUE_DATABASE: z.string().min(1),
  /** Of Athena: which is asked the controls. */
  ATHENA_WORKGROUP: z.string().min(1),
  /** Absent where nobody is to be told. */
  NOTIFIER_FUNCTION: z.string().min(1).optional(),
  /** Absent where no model in SageMaker scores. */
  ANOMALIES_FUNCTION: z.string().min(1).optional(),
});

export const AnomaliesSettings = z.object({
  EVIDENCE_BUCKET: z.string().min(1),
  /** Where the work lies while SageMaker is at it. */
  WORK_BUCKET: z.string().min(1),
  /** Its own name, which Lambda sets. */
  AWS_LAMBDA_FUNCTION_NAME: z.string().min(1),
  /** First part of the names of jobs and models. */
  JOB_PREFIX: z.string().min(1),
  /** ARN of the role that SageMaker takes. */
  JOB_ROLE: z.string().min(1),
  /** Address of the algorithm's container. */
  IMAGE: z.string().min(1),
  INSTANCE_TYPE: z.string().min(1),
});
export type AnomaliesSettings = z.infer<typeof AnomaliesSettings>;

/** Of the channels, those that are configured. */
export const NotifierSettings = z.object({
  EVIDENCE_BUCKET: z.string().min(1),
  ATHENA_WORKGROUP: z.string().min(1),
  GLUE_DATABASE: z.string().min(1),
  TOPIC_ARN: z.string().optional(),
  /** ARN of the event bus. */
  EVENT_BUS: z.string().optional(),
  /** ARN of the product under which findings are imported. */
  SECURITY_HUB_PRODUCT: z.string().optional(),
  /** Name of the parameter that holds the webhook's address. */
  WEBHOOK_PARAMETER: z.string().optional(),
});

export const WatchdogSettings = z.object({
  EVIDENCE_BUCKET: z.string().min(1),
  SEALER_FUNCTION: z.string().min(1),
  SEAL_DEADLINE_MINUTES,
});

/**
 * The function's environment, parsed once at start.
 * @throws Error naming each variable that is missing or wrong
 */
export function settingsFrom<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(
    `environment of the function: ${problems.join("; ")}. The Pulumi program sets it; redeploy the stack.`,
  );
}
