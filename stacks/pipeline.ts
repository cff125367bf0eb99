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

/** What reading Pulumi's state takes, and what writing and locking it does. @param bucket its name */
export const stateStatements = (bucket: string, writes: boolean): PolicyStatement[] => [
  {
    Sid: "FindState",
    Effect: "Allow",
    Action: ["s3:GetBucketLocation", "s3:ListBucket"],
    Resource: `arn:aws:s3:::${bucket}`,
  },
  { Sid: "ReadState", Effect: "Allow", Action: ["s3:GetObject"], Resource: `arn:aws:s3:::${bucket}/.pulumi/*` },
  {
    Sid: writes ? "WriteState" : "LockState",
    Effect: "Allow",
    Action: ["s3:DeleteObject", "s3:PutObject"],
    // A preview locks the stack, and changes nothing of its state.
    Resource: `arn:aws:s3:::${bucket}/.pulumi/${writes ? "" : "locks/"}*`,
  },
];

const document = (Statement: PolicyStatement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });

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
  namePrefix: string,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<Record<PipelineJob, string>> {
  const { deploy, look } = pipelinePolicies(stateBucket);
  return new PipelineRoles(
    "pipeline",
    {
      repository,
      namePrefix,
      ...(providerArn ? { providerArn } : {}),
      policies: { deploy, preview: look, drift: look },
    },
    opts,
  ).roleArns;
}
