import type * as pulumi from "@pulumi/pulumi";
import { type PipelineJob, PipelineRoles } from "../components/pipelineRoles.ts";
import deployer from "../docs/deployer/audit.json" with { type: "json" };
import type { PolicyDocument, PolicyStatement } from "../src/auditors/policy.ts";

/** Who deploys from where. */
export interface PipelineSettings {
  /** `organization/repository` on GitHub. */
  repository: string;
  /** ARN of GitHub's OIDC provider, where the account has it. */
  providerArn?: string;
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

/** What deploying takes, as `docs/deployer/audit.json` says, and what only looking at it takes. */
export function pipelinePolicies(): { deploy: PolicyDocument[]; look: PolicyDocument } {
  const statements = (deployer as PolicyDocument).Statement;
  const looking = statements.flatMap((statement) => {
    const Action = statement.Action.filter((action) => READS.test(action));
    return Action.length ? [{ ...statement, Action }] : [];
  });
  return {
    // In two: together they are longer than IAM lets a managed policy be.
    deploy: [
      { Version: "2012-10-17", Statement: statements.slice(0, statements.length / 2) },
      { Version: "2012-10-17", Statement: [...statements.slice(statements.length / 2), OWN] },
    ],
    look: { Version: "2012-10-17", Statement: [...looking, OWN] },
  };
}

/** The roles of the delivery pipeline; ARNs by job. */
export function pipelineRoles(
  { repository, providerArn }: PipelineSettings,
  namePrefix: string,
): pulumi.Output<Record<PipelineJob, string>> {
  const { deploy, look } = pipelinePolicies();
  return new PipelineRoles("pipeline", {
    repository,
    namePrefix,
    ...(providerArn ? { providerArn } : {}),
    policies: { deploy, preview: [look], drift: [look] },
  }).roleArns;
}
