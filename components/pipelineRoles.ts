import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../src/auditors/policy.ts";
import { SYSTEM_PATH } from "./memberAccount.ts";

/** Jobs of the pipeline that need AWS, with the subject by which GitHub's token names each. */
export const PIPELINE_SUBJECTS = {
  preview: (repository: string) => `repo:${repository}:pull_request`,
  drift: (repository: string) => `repo:${repository}:environment:drift`,
  deploy: (repository: string) => `repo:${repository}:environment:production`,
} as const;
export type PipelineJob = keyof typeof PIPELINE_SUBJECTS;

/** What {@link PipelineRoles} must be told. */
export interface PipelineRolesArgs {
  /** `organization/repository` on GitHub. */
  repository: string;
  /** First part of the roles' names. */
  namePrefix: string;
  /** ARN of GitHub's OIDC provider, where the account has it already: AWS allows one of an address. */
  providerArn?: pulumi.Input<string>;
  /** What each job may do, in as many documents as IAM's limit asks for. */
  policies: Readonly<Record<PipelineJob, readonly pulumi.Input<PolicyDocument>[]>>;
}

const ISSUER = "token.actions.githubusercontent.com";

/**
 * One job's trust: one exact subject, for AWS's audience.
 * @see https://docs.github.com/en/actions/reference/security/oidc
 */
export const pipelineTrust = (providerArn: string, subject: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Federated: providerArn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { [`${ISSUER}:aud`]: "sts.amazonaws.com", [`${ISSUER}:sub`]: subject } },
    },
  ],
});

/** Roles that the delivery pipeline takes by GitHub's OIDC token: no key is kept anywhere. */
export class PipelineRoles extends pulumi.ComponentResource {
  readonly roleArns: pulumi.Output<Record<PipelineJob, string>>;

  constructor(name: string, args: PipelineRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:PipelineRoles", name, { repository: args.repository }, opts);
    const child = { parent: this };
    const providerArn = args.providerArn
      ? pulumi.output(args.providerArn)
      : new aws.iam.OpenIdConnectProvider(
          name,
          { url: `https://${ISSUER}`, clientIdLists: ["sts.amazonaws.com"] },
          // Other projects of the account may have come to use it.
          { ...child, retainOnDelete: true },
        ).arn;
    const roleOf = (job: PipelineJob): pulumi.Output<string> => {
      const role = new aws.iam.Role(
        `${name}-${job}`,
        {
          name: `${args.namePrefix}-pipeline-${job}`,
          path: SYSTEM_PATH.replace(/\/$/, "-pipeline/"),
          description: `The delivery pipeline's job ${job}`,
          assumeRolePolicy: providerArn.apply((arn) =>
            JSON.stringify(pipelineTrust(arn, PIPELINE_SUBJECTS[job](args.repository))),
          ),
          maxSessionDuration: 3600,
        },
        child,
      );
      for (const [index, document] of args.policies[job].entries()) {
        const part = `${name}-${job}-${index + 1}`;
        const policy = new aws.iam.Policy(
          part,
          { policy: pulumi.output(document).apply((known) => JSON.stringify(known)) },
          child,
        );
        new aws.iam.RolePolicyAttachment(part, { role: role.name, policyArn: policy.arn }, child);
      }
      return role.arn;
    };
    this.roleArns = pulumi.output({ preview: roleOf("preview"), drift: roleOf("drift"), deploy: roleOf("deploy") });
    this.registerOutputs({ roleArns: this.roleArns });
  }
}
