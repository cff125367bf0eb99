import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type PipelineJob, PipelineRoles } from "../components/pipelineRoles.ts";
import deployer from "../docs/deployer/audit.json" with { type: "json" };
import options from "../docs/deployer/audit-options.json" with { type: "json" };
import type { PolicyDocument, PolicyStatement } from "../src/auditors/policy.ts";

/** Who deploys from where. */
export interface PipelineSettings {
  /** `organization/repository` on GitHub. */
  repository: string;
  /** ARN of GitHub's OIDC provider, where the account has it. */
  providerArn?: string;
  /** S3 bucket with Pulumi's state, where it is in one. */
  stateBucket?: string;
}

const READS = /^[\w-]+:(Get|List|Describe|View)/;

/** The pipeline's own roles and provider: a refresh reads them, and no job changes them. */
const OWN: PolicyStatement = {
  Sid: "PipelineItself",
  Effect: "Allow",
  Action: [
    "iam:GetOpenIDConnectProvider",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:ListPolicyVersions",
    "iam:ListRolePolicies",
  ],
  Resource: "*",
};

const writing = (bucket: string): PolicyStatement => ({
  Sid: "WriteState",
  Effect: "Allow",
  Action: ["s3:DeleteObject", "s3:PutObject"],
  Resource: `arn:aws:s3:::${bucket}/.pulumi/*`,
});

/** What reading Pulumi's state takes, and what writing and locking it does. @param bucket its name */
export const stateStatements = (bucket: string, writes: boolean): PolicyStatement[] => [
  {
    Sid: "FindState",
    Effect: "Allow",
    Action: ["s3:GetBucketLocation", "s3:ListBucket"],
    Resource: `arn:aws:s3:::${bucket}`,
  },
  { Sid: "ReadState", Effect: "Allow", Action: ["s3:GetObject"], Resource: `arn:aws:s3:::${bucket}/.pulumi/*` },
  // A preview looks for locks, takes none, and changes nothing of the state.
  ...(writes ? [writing(bucket)] : []),
];

const document = (Statement: PolicyStatement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });

/** What a stack's resources are called by, where it says other than the files in `docs/deployer/`. */
export interface DeployedNames {
  partition: string;
  namePrefix: string;
  bucketName?: string | undefined;
  parameterName?: string | undefined;
}

/** A resource of the files, as a stack with other names has it. */
function renamed(arn: string, { namePrefix, bucketName, parameterName }: DeployedNames): string[] {
  if (arn === "arn:aws:s3:::audit-*") return bucketName ? [arn, `arn:aws:s3:::${bucketName}`] : [arn];
  // Roles have the program's own path, and other buckets names that Pulumi draws.
  if (/^arn:aws:(s3|iam):/.test(arn)) return [arn];
  const [, parameters] = /^(arn:aws:ssm:.*:parameter)\//.exec(arn) ?? [];
  if (parameters)
    return parameterName && !parameterName.startsWith("/audit-ecosystem/")
      ? [`${parameters}${parameterName}`, `${parameters}${parameterName}/*`]
      : [arn];
  const database = namePrefix.replaceAll("-", "_").toLowerCase();
  return [
    arn
      .replace(/:(database|table|userDefinedFunction)\/audit/, `:$1/${database}`)
      .replace(/:(workgroup|analysis|dataset|datasource)\/audit/, `:$1/${namePrefix}`)
      .replace(/([:/])audit-/, `$1${namePrefix}-`),
  ];
}

/** A document of the files about the resources of a stack with these names, in its partition. */
export function forNames({ Version, Statement }: PolicyDocument, names: DeployedNames): PolicyDocument {
  const statements = Statement.map((statement) => {
    const arns = [statement.Resource].flat().flatMap((arn) => renamed(arn, names));
    const Resource = arns.map((arn) => arn.replace(/^arn:aws:/, `arn:${names.partition}:`));
    return { ...statement, Resource: Resource.length === 1 ? Resource[0]! : Resource };
  });
  return { Version, Statement: statements };
}

/** What deploying takes, as the files in `docs/deployer/` say, and what only looking at it takes. */
export function pipelinePolicies(stateBucket?: string): { deploy: PolicyDocument[]; look: PolicyDocument[] } {
  const deploy = [deployer, options].map(({ Statement }) => Statement as PolicyStatement[]);
  const looking = deploy.map((statements) =>
    statements.flatMap((statement) => {
      const Action = statement.Action.filter((action) => READS.test(action));
      return Action.length ? [{ ...statement, Action }] : [];
    }),
  );
  const state = (writes: boolean) => (stateBucket ? stateStatements(stateBucket, writes) : []);
  return {
    deploy: [...deploy.map(document), document([OWN, ...state(true)])],
    look: [...looking.map(document), document([OWN, ...state(false)])],
  };
}

/** The roles of the delivery pipeline; ARNs by job. */
export function pipelineRoles(
  { repository, providerArn, stateBucket }: PipelineSettings,
  names: Omit<DeployedNames, "partition">,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<Record<PipelineJob, string>> {
  const { partition } = aws.getPartitionOutput();
  const { deploy, look } = pipelinePolicies(stateBucket);
  const here = (policies: readonly PolicyDocument[]) =>
    policies.map((policy) => partition.apply((name) => forNames(policy, { ...names, partition: name })));
  return new PipelineRoles(
    "pipeline",
    {
      repository,
      namePrefix: names.namePrefix,
      ...(providerArn ? { providerArn } : {}),
      policies: { deploy: here(deploy), preview: here(look), drift: here(look) },
    },
    opts,
  ).roleArns;
}
