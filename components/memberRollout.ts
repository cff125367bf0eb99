import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { MemberAccount, type MemberAccountArgs } from "./memberAccount.ts";
import { memberTemplate } from "./memberTemplate.ts";

/** What a {@link MemberRollout} may be told. */
export interface MemberRolloutArgs extends MemberAccountArgs {
  /** Units whose accounts get the role, those that join later too; the whole organization: its root's id. */
  organizationalUnits: readonly string[];
  /** Whether the stack's account administers StackSets by delegation, and is not the management account itself. */
  delegatedAdministrator?: boolean;
  /** Share of the accounts, in per cent, that may be under way at the same time. Default: 25. */
  concurrentPercentage?: number;
  /** ARN of the policy that bounds the role in each account. */
  permissionsBoundary?: string | undefined;
}

/**
 * The member account's role in hundreds of accounts: a service-managed CloudFormation StackSet, deployed to accounts
 * that join a unit by itself. It leaves the management account out, as AWS does; there the role is made directly.
 * Roles are global: the set has one region.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 */
export class MemberRollout extends pulumi.ComponentResource {
  readonly stackSetName: pulumi.Output<string>;

  constructor(name: string, args: MemberRolloutArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:MemberRollout", name, {}, opts);
    const child = { parent: this };
    const {
      organizationalUnits,
      delegatedAdministrator,
      concurrentPercentage = 25,
      permissionsBoundary,
      ...member
    } = args;
    const callAs = delegatedAdministrator ? "DELEGATED_ADMIN" : "SELF";
    const { auditors, memberPolicy = "generated" } = member;
    const operationPreferences = {
      maxConcurrentPercentage: concurrentPercentage,
      // A closed account among hundreds is named by the set's operation; it must not keep the others without the role.
      failureTolerancePercentage: 100,
    };
    const set = new aws.cloudformation.StackSet(
      name,
      {
        name: "audit-ecosystem-member",
        description: "Role by which the audit account's auditors read metadata",
        permissionModel: "SERVICE_MANAGED",
        callAs,
        autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
        capabilities: ["CAPABILITY_NAMED_IAM"],
        managedExecution: { active: true },
        operationPreferences,
        templateBody: pulumi
          .output({
            auditAccountId: member.auditAccountId,
            externalId: member.externalId,
            roleName: member.roleName ?? "audit-cross-account-access-role",
            organizationId: member.organizationId,
          })
          .apply((known) => JSON.stringify(memberTemplate({ ...known, auditors, memberPolicy, permissionsBoundary }))),
      },
      // AWS fills it in, for a service-managed set too.
      { ...child, ignoreChanges: ["administrationRoleArn"] },
    );
    const { region } = aws.getRegionOutput({}, child);
    new aws.cloudformation.StackInstances(
      name,
      {
        stackSetName: set.name,
        callAs,
        deploymentTargets: { organizationalUnitIds: [...organizationalUnits] },
        regions: [region],
        operationPreferences,
      },
      child,
    );
    if (!delegatedAdministrator) new MemberAccount(`${name}-management`, member, child);
    this.stackSetName = set.name;
    this.registerOutputs({ stackSetName: this.stackSetName });
  }
}
