import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AuditorOutline } from "../src/auditors/outline.ts";
import { memberPolicyDocuments, type PolicyDocument } from "../src/auditors/policy.ts";

/** Path of every role of the audit account's functions: what the cross-account role trusts. */
export const SYSTEM_PATH = "/audit-ecosystem/";

export type MemberPolicy = "generated" | "SecurityAudit" | "ReadOnlyAccess";
export const MEMBER_ROLE_DESCRIPTION = "Read-only access to metadata for the audit account's auditors";

/** What a {@link MemberAccount} may be told. */
export interface MemberAccountArgs {
  /** The account whose auditors may enter: 12 digits. */
  auditAccountId: pulumi.Input<string>;
  /** Output of the audit stack. */
  externalId: pulumi.Input<string>;
  /** Auditors that may read here, as `src/auditors/registry.ts` loads them; the policy is generated from them. */
  auditors: readonly AuditorOutline[];
  /** Name of the role. Default: `audit-cross-account-access-role`. */
  roleName?: pulumi.Input<string>;
  /** The policy: generated from the auditors (default), or one of AWS's own. */
  memberPolicy?: MemberPolicy;
  /** Organization the audit account must belong to: `o-…`. */
  organizationId?: pulumi.Input<string>;
}

interface Trust {
  partition: string;
  auditAccountId: string;
  externalId: string;
  organizationId?: string | undefined;
}

/**
 * Who may assume the cross-account role. The audit account's root narrowed by the caller's ARN, and not a role as
 * principal: IAM stores that as the role's unique id, which breaks the trust when the role is made again.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export const trustPolicy = ({ partition, auditAccountId, externalId, organizationId }: Trust) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Auditors",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${auditAccountId}:root` },
      Action: "sts:AssumeRole",
      Condition: {
        StringEquals: {
          "sts:ExternalId": externalId,
          ...(organizationId ? { "aws:PrincipalOrgID": organizationId } : {}),
        },
        ArnLike: { "aws:PrincipalArn": `arn:${partition}:iam::${auditAccountId}:role${SYSTEM_PATH}*` },
      },
    },
  ],
});

/** Name of the role's inline policy, by which it may read itself. */
export const SELF_POLICY = "itself";

/**
 * The role may read itself and its own policies, and no other role: so the doctor finds one that is out of date.
 * @param policies ARNs of what is attached to it
 */
export const selfPolicy = <Arn>(role: Arn, policies: readonly Arn[]) => ({
  Version: "2012-10-17" as const,
  Statement: [
    {
      Sid: "ReadItself",
      Effect: "Allow" as const,
      Action: ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
      Resource: role,
    },
    {
      Sid: "ReadItsPolicies",
      Effect: "Allow" as const,
      Action: ["iam:GetPolicy", "iam:GetPolicyVersion"],
      Resource: policies,
    },
  ],
});

export const AWS_POLICIES = { SecurityAudit: "policy/SecurityAudit", ReadOnlyAccess: "policy/ReadOnlyAccess" } as const;

/** A member account's side: the role by which the audit account's auditors read metadata here. */
export class MemberAccount extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: MemberAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:MemberAccount", name, {}, opts);
    const child = { parent: this };
    const { partition } = aws.getPartitionOutput({}, child);
    const role = new aws.iam.Role(
      name,
      {
        name: args.roleName ?? "audit-cross-account-access-role",
        description: MEMBER_ROLE_DESCRIPTION,
        assumeRolePolicy: pulumi
          .output({
            partition,
            auditAccountId: args.auditAccountId,
            externalId: args.externalId,
            organizationId: args.organizationId,
          })
          .apply((trust) => JSON.stringify(trustPolicy(trust))),
        maxSessionDuration: 3600,
      },
      child,
    );
    const memberPolicy = args.memberPolicy ?? "generated";
    if (memberPolicy === "generated") {
      const policies = memberPolicyDocuments(args.auditors).map(({ name: part, document }) => {
        const policy = new aws.iam.Policy(`${name}-${part}`, { policy: asText(document) }, child);
        new aws.iam.RolePolicyAttachment(`${name}-${part}`, { role: role.name, policyArn: policy.arn }, child);
        return policy.arn;
      });
      new aws.iam.RolePolicy(
        `${name}-itself`,
        {
          name: SELF_POLICY,
          role: role.name,
          policy: pulumi.all([role.arn, pulumi.all(policies)]).apply((arns) => JSON.stringify(selfPolicy(...arns))),
        },
        child,
      );
    } else {
      // Each of AWS's own lets a role read itself.
      const policyArn = pulumi.interpolate`arn:${partition}:iam::aws:${AWS_POLICIES[memberPolicy]}`;
      new aws.iam.RolePolicyAttachment(`${name}-${memberPolicy}`, { role: role.name, policyArn }, child);
    }
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

const asText = (document: PolicyDocument): string => JSON.stringify(document);
