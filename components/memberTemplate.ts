import type { AuditorOutline } from "../src/auditors/outline.ts";
import { memberPolicyDocuments } from "../src/auditors/policy.ts";
import {
  AWS_POLICIES,
  MEMBER_ROLE_DESCRIPTION,
  type MemberPolicy,
  SELF_POLICY,
  selfPolicy,
  trustPolicy,
} from "./memberAccount.ts";

/** What a member account's template is made from: the values of {@link MemberAccountArgs}, known. */
export interface MemberTemplate {
  auditAccountId: string;
  externalId: string;
  auditors: readonly AuditorOutline[];
  roleName: string;
  memberPolicy: MemberPolicy;
  organizationId?: string | undefined;
  /** ARN of the policy that bounds the role: AWS's own, or the one of its name in each account. */
  permissionsBoundary?: string | undefined;
}

/** CloudFormation puts the account's own partition and id here, inside `Fn::Sub`. */
const PARTITION = "${AWS::Partition}";
const ACCOUNT = "${AWS::AccountId}";

/** A role's boundary is AWS's own or its account's: where the ARN names one account, each account has a policy of the name. */
const boundaryOfEach = (arn: string): string =>
  arn.replace(/^arn:[\w-]+:iam::\d{12}:/, `arn:${PARTITION}:iam::${ACCOUNT}:`);

/** Texts that hold a pseudo parameter become `Fn::Sub`, all the way down. */
const substituted = (value: unknown): unknown => {
  if (typeof value === "string") return value.includes(PARTITION) ? { "Fn::Sub": value } : value;
  if (Array.isArray(value)) return value.map(substituted);
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substituted(each)]));
  return value;
};

/** `metadata-1` → `Metadata1`: a logical id has letters and digits only. */
const logicalId = (name: string): string =>
  name.replace(/(^|-)(\w)/g, (_all, _hyphen, first: string) => first.toUpperCase());

/**
 * The member account's role as a CloudFormation template, from the same trust and the same generated policy as
 * `MemberAccount`.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
 */
export function memberTemplate(args: MemberTemplate) {
  const { auditAccountId, externalId, organizationId, memberPolicy } = args;
  const policies =
    memberPolicy === "generated"
      ? memberPolicyDocuments(args.auditors).map(({ name, document }) => [
          logicalId(name),
          {
            Type: "AWS::IAM::ManagedPolicy",
            Properties: { PolicyDocument: substituted(document), Roles: [{ Ref: "Role" }] },
          },
        ])
      : [];
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "Role by which the audit account's auditors read metadata",
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          RoleName: args.roleName,
          Description: MEMBER_ROLE_DESCRIPTION,
          MaxSessionDuration: 3600,
          ...(args.permissionsBoundary
            ? { PermissionsBoundary: substituted(boundaryOfEach(args.permissionsBoundary)) }
            : {}),
          AssumeRolePolicyDocument: substituted(
            trustPolicy({ partition: PARTITION, auditAccountId, externalId, organizationId }),
          ),
          ...(memberPolicy === "generated"
            ? {}
            : { ManagedPolicyArns: [substituted(`arn:${PARTITION}:iam::aws:${AWS_POLICIES[memberPolicy]}`)] }),
        },
      },
      ...(Object.fromEntries(policies) as Record<string, { Type: string; Properties: object }>),
      ...(policies.length
        ? {
            Itself: {
              Type: "AWS::IAM::RolePolicy",
              Properties: {
                PolicyName: SELF_POLICY,
                RoleName: { Ref: "Role" },
                PolicyDocument: selfPolicy<object>(
                  { "Fn::GetAtt": ["Role", "Arn"] },
                  // What a managed policy is referred to by is its ARN.
                  policies.map(([id]) => ({ Ref: id })),
                ),
              },
            },
          }
        : {}),
    },
    Outputs: { RoleArn: { Value: { "Fn::GetAtt": ["Role", "Arn"] } } },
  };
}
