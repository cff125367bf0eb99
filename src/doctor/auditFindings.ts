import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { DescribeKeyCommand, GetKeyPolicyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { GetAccountSettingsCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import {
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { paginateListSchedules, type SchedulerClient } from "@aws-sdk/client-scheduler";
import pLimit from "p-limit";
import { codeOf, functionThere, messageOf, UP } from "./asking.ts";
import { type Finding, note, ok, problem, unknown } from "./finding.ts";
import { type NotifierClients, notifierFindings } from "./notifierFindings.ts";
import { runFindings } from "./runFindings.ts";
import { samePolicy } from "./samePolicy.ts";

/** What the audit account is measured by: what the program at hand would make there. */
export interface ExpectedAudit {
  /** Functions by name, with the SHA-256 of their bundles. */
  functions: ReadonlyMap<string, string>;
  bucket: string;
  /** The bucket's policy. */
  bucketPolicy: object;
  signingKey: string;
  keyPolicy: object;
  /** ARN of the function that schedules start. */
  bossArn: string;
  watchdogArn: string;
  /** ARN of the role that signs manifests. */
  signerArn: string;
  /** First part of the functions' names. */
  prefix: string;
  /** Name of the function that tells people of findings, where there is one. */
  notifier: string;
  region: string;
}

/** The operator's own clients of the audit account. */
export interface AuditClients extends NotifierClients {
  s3: S3Client;
  kms: KMSClient;
  scheduler: SchedulerClient;
  cloudTrail: CloudTrailClient;
}

const NAMED = 6;
const abbreviated = (names: readonly string[]): string =>
  `${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`;

/**
 * Judges the audit account's side by what AWS says of it. Whatever cannot be asked is a finding of its own.
 * @param now milliseconds since the epoch
 */
export async function auditFindings(clients: AuditClients, expected: ExpectedAudit, now: number): Promise<Finding[]> {
  const parts: [string, () => Promise<Finding[]>][] = [
    ["functions", () => functions(clients.lambda, expected.functions)],
    ["concurrency", () => concurrency(clients.lambda)],
    ["bucket", () => bucket(clients.s3, expected)],
    ["signing key", () => signingKey(clients.kms, expected)],
    ["signatures", () => runFindings(clients, expected, now)],
    ["schedule", () => schedules(clients.scheduler, expected)],
    ["notifier", () => notifierFindings(clients, expected.notifier, expected.region)],
  ];
  const found = parts.map(([check, look]) =>
    look().catch((error: unknown) => [unknown(check, `could not be looked at: ${messageOf(error)}`)]),
  );
  return (await Promise.all(found)).flat();
}

async function functions(lambda: LambdaClient, expected: ReadonlyMap<string, string>): Promise<Finding[]> {
  const limit = pLimit(8);
  const requests = [...expected].map(([FunctionName, sha256]) =>
    limit(async () => ({ name: FunctionName, sha256, found: await functionThere(lambda, FunctionName) })),
  );
  const all = await Promise.all(requests);
  const missing = all.flatMap(({ name, found }) => (found ? [] : [name]));
  const other = all.flatMap(({ name, sha256, found }) =>
    found && found.Environment?.Variables?.BUNDLE_SHA256 !== sha256 ? [name] : [],
  );
  const failed = all.flatMap(({ name, found }) =>
    found && (found.State === "Failed" || found.LastUpdateStatus === "Failed")
      ? [`${name} (${found.LastUpdateStatusReason ?? found.StateReason ?? "no reason given"})`]
      : [],
  );
  const findings = [
    ...(missing.length ? [problem("functions", `not there: ${abbreviated(missing)}`, UP)] : []),
    ...(failed.length ? [problem("functions", `do not start: ${abbreviated(failed)}`, UP)] : []),
    ...(other.length
      ? [
          problem(
            "functions",
            `run another code than the one here: ${abbreviated(other)}`,
            `${UP}, or check out the version that is deployed`,
          ),
        ]
      : []),
  ];
  return findings.length ? findings : [ok("functions", `${all.length}, their code is the one here`)];
}

/** Functions that a run keeps busy at the same time, in an account with what AWS gives by default. */
const CONCURRENCY = 1000;

/** A new account has ten. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
async function concurrency(lambda: LambdaClient): Promise<Finding[]> {
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions = 0, UnreservedConcurrentExecutions: free = ConcurrentExecutions } = AccountLimit ?? {};
  if (free >= CONCURRENCY / 2) return [ok("concurrency", `${free} functions at the same time`)];
  return [
    note(
      "concurrency",
      `${free} functions at the same time: runs of many accounts take long. Ask for ${CONCURRENCY}: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${CONCURRENCY}`,
    ),
  ];
}

/** What a bucket has set; undefined where S3 says that it has none. */
const orNone = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (/NotFound|NoSuch/.test(codeOf(error)) && codeOf(error) !== "NoSuchBucket") return undefined;
    throw error;
  });

async function bucket(s3: S3Client, { bucket: Bucket, bucketPolicy }: ExpectedAudit): Promise<Finding[]> {
  const of = { Bucket };
  const [versioning, block, encryption, ownership, policy, lock] = await Promise.all([
    s3.send(new GetBucketVersioningCommand(of)),
    orNone(s3.send(new GetPublicAccessBlockCommand(of))),
    orNone(s3.send(new GetBucketEncryptionCommand(of))),
    orNone(s3.send(new GetBucketOwnershipControlsCommand(of))),
    orNone(s3.send(new GetBucketPolicyCommand(of))),
    orNone(s3.send(new GetObjectLockConfigurationCommand(of))),
  ]);
  const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } =
    block?.PublicAccessBlockConfiguration ?? {};
  const wrong = [
    ...(versioning.Status === "Enabled" ? [] : ["its versions are not kept"]),
    ...(BlockPublicAcls && BlockPublicPolicy && IgnorePublicAcls && RestrictPublicBuckets
      ? []
      : ["it is not closed to the public"]),
    ...(encryption?.ServerSideEncryptionConfiguration?.Rules?.length ? [] : ["no encryption is set"]),
    ...(ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership === "BucketOwnerEnforced"
      ? []
      : ["access lists of objects count"]),
    ...(samePolicy(policy?.Policy, bucketPolicy)
      ? []
      : ["its policy, which keeps the system's roles from deleting and overwriting, is not the one of the program"]),
  ];
  const retention = lock?.ObjectLockConfiguration?.Rule?.DefaultRetention;
  const retentionText = retention
    ? `Object Lock: ${retention.Mode}, ${retention.Days ?? 0} days`
    : "without Object Lock: an administrator can delete evidence";
  if (wrong.length) return wrong.map((each) => problem("bucket", `${Bucket}: ${each}`, `${UP} --refresh`));
  return [ok("bucket", `${Bucket} is as the program makes it`), note("bucket", retentionText)];
}

async function signingKey(kms: KMSClient, { signingKey: KeyId, keyPolicy }: ExpectedAudit): Promise<Finding[]> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  const { KeyState, DeletionDate } = KeyMetadata ?? {};
  if (KeyState === "PendingDeletion")
    return [
      problem(
        "signing key",
        `${KeyId} is deleted on ${DeletionDate?.toISOString().slice(0, 10)}: from then on nothing can be sealed`,
        `aws kms cancel-key-deletion --key-id ${KeyId} && aws kms enable-key --key-id ${KeyId}, and find out who asked for it`,
      ),
    ];
  if (KeyState !== "Enabled")
    return [problem("signing key", `${KeyId} is ${KeyState}`, `aws kms enable-key --key-id ${KeyId}`)];
  const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
  if (!samePolicy(Policy, keyPolicy))
    return [
      problem(
        "signing key",
        "its policy, by which the sealer alone may sign, is not the one of the program",
        `${UP} --refresh, and find out in CloudTrail who changed it (PutKeyPolicy)`,
      ),
    ];
  return [ok("signing key", "usable, by the sealer alone")];
}

async function schedules(scheduler: SchedulerClient, { bossArn, watchdogArn }: ExpectedAudit): Promise<Finding[]> {
  const of: Record<string, string[]> = { [bossArn]: [], [watchdogArn]: [] };
  const off: string[] = [];
  for await (const { Schedules = [] } of paginateListSchedules({ client: scheduler }, {}))
    for (const { Name = "", State, Target } of Schedules) {
      const ours = of[Target?.Arn ?? ""];
      if (ours && State !== "ENABLED") off.push(Name);
      else ours?.push(Name);
    }
  const on = "aws scheduler update-schedule --state ENABLED with the schedule's other settings, or";
  return [
    ...off.map((name) => problem("schedule", `${name} is switched off`, `${on} ${UP} --refresh`)),
    of[bossArn]?.length
      ? ok("schedule", `runs start by ${of[bossArn].join(", ")}`)
      : note("schedule", "no run starts by itself: pulumi config set schedule daily"),
    ...(of[watchdogArn]?.length || off.length
      ? []
      : [problem("schedule", "nothing looks for runs that are not sealed", UP)]),
  ];
}
