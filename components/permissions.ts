import type { Aggregator } from "../src/auditors/collector.ts";
import type { PolicyStatement } from "../src/auditors/policy.ts";
import {
  CHAIN_PREFIX,
  DURATIONS_KEY,
  EVIDENCE_PREFIX,
  evidencePrefixes,
  KEYS_PREFIX,
  LOG_PREFIX,
  MODELS_PREFIX,
  NOTIFICATION_STATE_KEY,
  TABLES_PREFIX,
  tablePrefix,
} from "../src/evidence/layout.ts";

/** What the system's functions may do in the audit account: pure documents, one function of the system each. */

/**
 * What Lambda does with a function's role when it traces it; X-Ray knows no narrower resource.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
export const tracingPermission: PolicyStatement = {
  Sid: "Trace",
  Effect: "Allow",
  Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
  Resource: "*",
};

const allow = (Sid: string, Action: string[], Resource: string | string[]): PolicyStatement => ({
  Sid,
  Effect: "Allow",
  Action,
  Resource,
});

/** Keys below one run's folder; its day and id are not known when the policy is made. */
const ofRuns = (bucketArn: string, rest: string) => `${bucketArn}/runs/run_date=*/run_id=*/${rest}`;

const readOutcomes = (bucketArn: string): PolicyStatement[] => [
  allow("ReadOutcomes", ["s3:GetObject"], ofRuns(bucketArn, "outcomes/*")),
  // Unconditional: a condition on s3:prefix is not met by a read, and a key that does not exist would answer AccessDenied.
  allow("ListRuns", ["s3:ListBucket"], bucketArn),
];

const readPlan = (bucketArn: string): PolicyStatement =>
  allow("ReadPlan", ["s3:GetObject"], ofRuns(bucketArn, "plan.json"));

/** Marks of finished tasks and groups, which every committer writes. */
const finished = (bucketArn: string) => ofRuns(bucketArn, "finished/*");

const invoke = (Sid: string, functions: string[]): PolicyStatement => allow(Sid, ["lambda:InvokeFunction"], functions);

/** Characters of a list of functions; a role's inline policies have 10,240 together. */
const LIST_AT_MOST = 6_000;

/** The auditors one by one, or by what their names have in common in this account where there are too many for a policy. */
const invokeAuditors = (Sid: string, auditorArns: string[], others: string[] = []): PolicyStatement => {
  const byPrefix = [...new Set(auditorArns.map((arn) => arn.replace(/(-get-meta-)[\w-]+$/, "$1*")))];
  return invoke(Sid, [...(JSON.stringify(auditorArns).length > LIST_AT_MOST ? byPrefix : auditorArns), ...others]);
};
const enterAccounts = (partition: string, crossAccountRoleName: string, account = "*"): PolicyStatement =>
  allow("EnterAccounts", ["sts:AssumeRole"], `arn:${partition}:iam::${account}:role/${crossAccountRoleName}`);

export interface BossPermissionsArgs {
  bucketArn: string;
  auditorArns: string[];
  sealerArn: string;
  /** The parameter's ARN; undefined when accounts come from AWS Organizations. */
  parameterArn: string | undefined;
  /** Whether organizational units narrow the accounts. */
  byUnits: boolean;
  /** Whether the regions are asked for, and not configured. */
  asksRegions: boolean;
}

export const bossPermissions = (args: BossPermissionsArgs): PolicyStatement[] => [
  allow(
    "WritePlan",
    ["s3:PutObject"],
    [ofRuns(args.bucketArn, "plan.json"), ofRuns(args.bucketArn, "outcomes/*"), finished(args.bucketArn)],
  ),
  readPlan(args.bucketArn),
  allow("ReadDurations", ["s3:GetObject"], `${args.bucketArn}/${DURATIONS_KEY}`),
  ...readOutcomes(args.bucketArn),
  invokeAuditors("InvokeAuditors", args.auditorArns, [args.sealerArn]),
  ...(args.parameterArn
    ? [
        allow("ReadAccounts", ["ssm:GetParameter"], args.parameterArn),
        allow("ReadMoreAccounts", ["ssm:GetParametersByPath"], args.parameterArn),
      ]
    : [
        allow(
          "ListAccounts",
          [
            // Of units too: the plan names the accounts of the organization that it leaves out.
            "organizations:ListAccounts",
            ...(args.byUnits
              ? ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"]
              : []),
          ],
          "*",
        ),
      ]),
  ...(args.asksRegions ? [allow("ListRegions", ["ec2:DescribeRegions"], "*")] : []),
];

export interface AuditorPermissionsArgs {
  bucketArn: string;
  auditor: string;
  resourceTypes: string[];
  /** Types of the other auditors, whose evidence is not its business. */
  othersTypes: string[];
  partition: string;
  /** The audit account. */
  accountId: string;
  /** What the auditor asks, where it does not enter every account. */
  aggregator?: Aggregator | undefined;
  crossAccountRoleName: string;
  /** The auditor's own function, which goes on where it stopped. */
  ownArn: string;
  sealerArn: string;
  recorderArn: string;
}

export const auditorPermissions = (args: AuditorPermissionsArgs): PolicyStatement[] => [
  allow(
    "WriteEvidence",
    ["s3:PutObject"],
    evidencePrefixes(args.resourceTypes, args.othersTypes).map((prefix) => `${args.bucketArn}/${prefix}*`),
  ),
  allow(
    "CommitTasks",
    ["s3:PutObject"],
    [
      ofRuns(args.bucketArn, `outcomes/${args.auditor}-*`),
      ofRuns(args.bucketArn, `finished/tasks/*/${args.auditor}-*`),
      ofRuns(args.bucketArn, "finished/groups/*"),
    ],
  ),
  ...readOutcomes(args.bucketArn),
  reach(args),
  invoke("HandOver", [args.ownArn]),
  invoke("Seal", [args.sealerArn]),
  invoke("TellOfFailure", [args.recorderArn]),
];

/** Into the member accounts; or to the aggregator, which the audit account has itself or another account lets it ask. */
const reach = ({ partition, accountId, aggregator, crossAccountRoleName }: AuditorPermissionsArgs): PolicyStatement =>
  aggregator?.account === accountId
    ? allow(
        "AskAggregator",
        ["config:DescribeConfigurationAggregatorSourcesStatus", "config:SelectAggregateResourceConfig"],
        `arn:${partition}:config:${aggregator.region}:${accountId}:config-aggregator/*`,
      )
    : enterAccounts(partition, crossAccountRoleName, aggregator?.account);

/** In the audit account the doctor may nothing: what it reads is the member accounts'. */
export const doctorPermissions = (partition: string, crossAccountRoleName: string): PolicyStatement[] => [
  enterAccounts(partition, crossAccountRoleName),
];

export const recorderPermissions = (bucketArn: string, sealerArn: string, auditorArns: string[]): PolicyStatement[] => [
  allow("CommitDeadTasks", ["s3:PutObject"], [ofRuns(bucketArn, "outcomes/*"), finished(bucketArn)]),
  ...readOutcomes(bucketArn),
  invokeAuditors("HandOver", auditorArns),
  invoke("Seal", [sealerArn]),
];

/** It sees names alone: the listing tells which runs have a manifest. */
export const watchdogPermissions = (bucketArn: string, sealerArn: string): PolicyStatement[] => [
  allow("ListRuns", ["s3:ListBucket"], bucketArn),
  invoke("Seal", [sealerArn]),
];

export interface SealerPermissionsArgs {
  bucketArn: string;
  /** The key that signs, and the one that it has replaced. */
  keyArns: string[];
  /** The function that is started once the run is sealed, where there is one. */
  tabulatorArn?: string | undefined;
  /** Functions in other accounts that cosign the chain. */
  witnessArns?: readonly string[] | undefined;
  /** Whether time-stamp authorities are asked. */
  isStamped?: boolean | undefined;
}

export const sealerPermissions = ({
  bucketArn,
  keyArns,
  tabulatorArn,
  witnessArns = [],
  isStamped = false,
}: SealerPermissionsArgs): PolicyStatement[] => [
  allow(
    "Seal",
    ["s3:PutObject", "s3:GetObject"],
    [
      ofRuns(bucketArn, "manifest.json"),
      ofRuns(bucketArn, "manifest.sig"),
      ofRuns(bucketArn, "sealing/*"),
      `${bucketArn}/${CHAIN_PREFIX}*`,
    ],
  ),
  allow("Publish", ["s3:PutObject"], [`${bucketArn}/${KEYS_PREFIX}*`, ofRuns(bucketArn, "manifest.intoto.json")]),
  allow("LeaveDurations", ["s3:PutObject"], `${bucketArn}/${DURATIONS_KEY}`),
  allow("Sign", ["kms:GetPublicKey", "kms:Sign"], keyArns),
  readPlan(bucketArn),
  ...readOutcomes(bucketArn),
  ...(tabulatorArn ? [invoke("Tabulate", [tabulatorArn])] : []),
  ...(isStamped ? [allow("KeepTimestamps", ["s3:PutObject", "s3:GetObject"], ofRuns(bucketArn, "timestamps/*"))] : []),
  ...(witnessArns.length
    ? [
        allow("KeepLog", ["s3:PutObject", "s3:GetObject"], `${bucketArn}/${LOG_PREFIX}*`),
        allow("AskWitnesses", ["lambda:InvokeFunction"], [...witnessArns]),
      ]
    : []),
];

/** It remembers what it has cosigned, and forgets nothing. */
export const witnessPermissions = (bucketArn: string, keyArn: string): PolicyStatement[] => [
  allow("Remember", ["s3:PutObject", "s3:GetObject"], `${bucketArn}/checkpoints/*`),
  allow("FindNewest", ["s3:ListBucket"], bucketArn),
  allow("Cosign", ["kms:GetPublicKey", "kms:Sign"], keyArn),
];

/** A sealed run with all that counts of it. */
const readEvidence = (bucketArn: string): PolicyStatement =>
  allow(
    "ReadEvidence",
    ["s3:GetObject"],
    [
      `${bucketArn}/${EVIDENCE_PREFIX}*`,
      ofRuns(bucketArn, "plan.json"),
      ofRuns(bucketArn, "outcomes/*"),
      ofRuns(bucketArn, "manifest.json"),
    ],
  );

interface AthenaPermissionsArgs {
  workgroupArn: string;
  resultsArn: string;
  /** Of Glue: the catalog, the one database, and its tables. */
  databaseArns: string[];
}

/** What asking Athena takes, besides reading the files of the tables. */
const askAthena = ({ workgroupArn, resultsArn, databaseArns }: AthenaPermissionsArgs): PolicyStatement[] => [
  allow("Ask", ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"], workgroupArn),
  allow("FindDatabase", ["glue:GetDatabase"], databaseArns.slice(0, 2)),
  allow("FindTables", ["glue:GetTable"], databaseArns),
  allow("FindAnswers", ["s3:GetBucketLocation"], resultsArn),
  allow(
    "KeepAnswers",
    ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
    `${resultsArn}/*`,
  ),
];

export interface TabulatorPermissionsArgs {
  bucketArn: string;
  /** The tabulator's own function, which shares the files of a large run out. */
  ownArn: string;
  /** Of Glue: the catalog, the one database, and its tables. */
  databaseArns: string[];
  /** Of Athena: which is asked the controls. */
  workgroupArn: string;
  /** Of the bucket where Athena leaves its answers. */
  resultsArn: string;
  /** The function that is started once the tables are there, where people are to be told. */
  notifierArn?: string | undefined;
  /** The function that is started then too, where a model in SageMaker scores. */
  anomaliesArn?: string | undefined;
}

export const tabulatorPermissions = ({
  bucketArn,
  ownArn,
  databaseArns,
  workgroupArn,
  resultsArn,
  notifierArn,
  anomaliesArn,
}: TabulatorPermissionsArgs): PolicyStatement[] => [
  readEvidence(bucketArn),
  allow("WriteTables", ["s3:PutObject", "s3:GetObject"], `${bucketArn}/${TABLES_PREFIX}*`),
  allow("ListTables", ["s3:GetBucketLocation", "s3:ListBucket"], bucketArn),
  allow("DeclareTables", ["glue:CreateTable", "glue:GetTables", "glue:UpdateTable"], databaseArns),
  ...askAthena({ workgroupArn, resultsArn, databaseArns }),
  invoke("ShareOut", [ownArn]),
  ...(notifierArn ? [invoke("Notify", [notifierArn])] : []),
  ...(anomaliesArn ? [invoke("LookForAnomalies", [anomaliesArn])] : []),
];

export interface AnomaliesPermissionsArgs {
  bucketArn: string;
  /** Of the bucket for what passes between the function and SageMaker. */
  workArn: string;
  ownArn: string;
  /** Of the role that SageMaker takes. */
  roleArn: string;
  /** Queue of events that failed for good. */
  queueArn: string;
  /** `arn:<partition>:sagemaker:<region>:<account>:`. */
  sageMakerArn: string;
  /** First part of the names of jobs and models. */
  prefix: string;
}

export const anomaliesPermissions = (args: AnomaliesPermissionsArgs): PolicyStatement[] => [
  readEvidence(args.bucketArn),
  allow(
    "WriteFindings",
    ["s3:PutObject"],
    [`${args.bucketArn}/${tablePrefix("anomalies")}*`, `${args.bucketArn}/${MODELS_PREFIX}*`],
  ),
  allow("Work", ["s3:GetObject", "s3:PutObject"], `${args.workArn}/*`),
  allow("FindScores", ["s3:ListBucket"], args.workArn),
  allow("Train", ["sagemaker:CreateTrainingJob"], `${args.sageMakerArn}training-job/${args.prefix}-*`),
  allow("Model", ["sagemaker:CreateModel", "sagemaker:DeleteModel"], `${args.sageMakerArn}model/${args.prefix}-*`),
  allow("Score", ["sagemaker:CreateTransformJob"], `${args.sageMakerArn}transform-job/${args.prefix}-*`),
  {
    ...allow("HandRoleOver", ["iam:PassRole"], args.roleArn),
    Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
  },
  invoke("GoOn", [args.ownArn]),
  allow("TellOfFailure", ["sqs:SendMessage"], args.queueArn),
];

/**
 * What SageMaker may for a job: bring the algorithm, read numbers and write what it made of them, and its log.
 * @param logsArn what the ARNs of SageMaker's log groups begin with
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export const trainingPermissions = (workArn: string, repositoryArn: string, logsArn: string): PolicyStatement[] => [
  allow("FindRows", ["s3:ListBucket"], workArn),
  allow("ReadRows", ["s3:GetObject"], [`${workArn}/*/input/*`, `${workArn}/*/model/*`]),
  allow("WriteScores", ["s3:PutObject"], [`${workArn}/*/model/*`, `${workArn}/*/scores/*`]),
  allow("FindAlgorithm", ["ecr:GetAuthorizationToken"], "*"),
  allow(
    "BringAlgorithm",
    ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    repositoryArn,
  ),
  allow(
    "Log",
    ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    [`${logsArn}/TrainingJobs*`, `${logsArn}/TransformJobs*`],
  ),
];

/** S3, as KMS is told which service calls for somebody. @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service */
const BY_S3 = ["s3.*.amazonaws.com", "s3.*.amazonaws.com.cn"];

/**
 * What reading and writing objects asks of the KMS key that they are encrypted with: through S3 and by no other way.
 * Sending an upload in parts decrypts too.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
 */
export function keyPermissions(permissions: readonly PolicyStatement[], keyArn: string): PolicyStatement[] {
  const actions = permissions.flatMap(({ Action }) => Action);
  const writes = actions.includes("s3:PutObject");
  if (!writes && !actions.includes("s3:GetObject")) return [];
  return [
    {
      ...allow("UseBucketKey", ["kms:Decrypt", ...(writes ? ["kms:GenerateDataKey"] : [])], keyArn),
      Condition: { StringLike: { "kms:ViaService": BY_S3 } },
    },
  ];
}

/** What judges configuration items: neither action knows a narrower resource. */
export const configRulesPermissions: PolicyStatement[] = [
  allow("TellConfig", ["config:PutEvaluations"], "*"),
  allow("ReadLargeItems", ["config:GetResourceConfigHistory"], "*"),
];

export interface NotifierPermissionsArgs {
  bucketArn: string;
  /** Of Athena. */
  workgroupArn: string;
  /** Where Athena leaves its answers. */
  resultsArn: string;
  /** `arn:<partition>:glue:<region>:<account>`. */
  glueArn: string;
  databaseName: string;
  /** Queue of events that failed for good. */
  queueArn: string;
  topicArn?: string | undefined;
  eventBusArn?: string | undefined;
  securityHubProductArn?: string | undefined;
  webhookParameterArn?: string | undefined;
}

/**
 * Athena reads and writes with the rights of whoever asks it.
 * @see https://docs.aws.amazon.com/athena/latest/ug/managed-policies.html
 */
export const notifierPermissions = (args: NotifierPermissionsArgs): PolicyStatement[] => [
  allow(
    "ReadRun",
    ["s3:GetObject"],
    [
      ofRuns(args.bucketArn, "plan.json"),
      ofRuns(args.bucketArn, "outcomes/*"),
      ofRuns(args.bucketArn, "manifest.json"),
      `${args.bucketArn}/${TABLES_PREFIX}*`,
    ],
  ),
  allow("Remember", ["s3:GetObject", "s3:PutObject"], `${args.bucketArn}/${NOTIFICATION_STATE_KEY}`),
  allow("ListTables", ["s3:GetBucketLocation", "s3:ListBucket"], args.bucketArn),
  ...askAthena({
    workgroupArn: args.workgroupArn,
    resultsArn: args.resultsArn,
    databaseArns: [
      `${args.glueArn}:catalog`,
      `${args.glueArn}:database/${args.databaseName}`,
      `${args.glueArn}:table/${args.databaseName}/*`,
    ],
  }),
  ...(args.topicArn ? [allow("TellTopic", ["sns:Publish"], args.topicArn)] : []),
  ...(args.eventBusArn ? [allow("TellEventBus", ["events:PutEvents"], args.eventBusArn)] : []),
  ...(args.securityHubProductArn
    ? [allow("TellSecurityHub", ["securityhub:BatchImportFindings"], args.securityHubProductArn)]
    : []),
  ...(args.webhookParameterArn ? [allow("ReadWebhook", ["ssm:GetParameter"], args.webhookParameterArn)] : []),
  allow("TellOfFailure", ["sqs:SendMessage"], args.queueArn),
];
