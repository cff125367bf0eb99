import {
  BackupClient,
  DescribeFrameworkCommand,
  DescribeGlobalSettingsCommand,
  DescribeRegionSettingsCommand,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  GetBackupVaultAccessPolicyCommand,
  GetBackupVaultNotificationsCommand,
  GetRestoreTestingPlanCommand,
  ListBackupPlansCommand,
  ListBackupSelectionsCommand,
  ListBackupVaultsCommand,
  ListFrameworksCommand,
  ListLegalHoldsCommand,
  ListProtectedResourcesCommand,
  ListReportPlansCommand,
  ListRestoreTestingPlansCommand,
  ListRestoreTestingSelectionsCommand,
  ListTagsCommand,
} from "@aws-sdk/client-backup";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail, describe } = reads("backup");
const tags = tagsFrom(detail(ListTagsCommand, { ResourceArn: "{arn}" }), "Tags");
const plans = from(ListBackupPlansCommand, "BackupPlansList");
const testing = from(ListRestoreTestingPlansCommand, "RestoreTestingPlans");
const vault = { BackupVaultName: "BackupVaultName" } as const;
const none = ["ResourceNotFoundException"];

/** Backup: what is kept, for how long, where, and who could delete it. */
export const backup: Service = {
  name: "backup",
  title: "Backup: vaults with policy, lock and key, plans and what they select, and when each resource was last kept",
  client: BackupClient,
  collectors: [
    list("AWS::Backup::BackupVault", from(ListBackupVaultsCommand, "BackupVaultList"), {
      id: "BackupVaultName",
      arn: "BackupVaultArn",
      tags,
      details: [
        detail(GetBackupVaultAccessPolicyCommand, vault, { none }),
        detail(GetBackupVaultNotificationsCommand, vault, { none }),
      ],
    }),
    list("AWS::Backup::BackupPlan", plans, {
      id: "BackupPlanId",
      arn: "BackupPlanArn",
      name: "BackupPlanName",
      tags,
      details: [detail(GetBackupPlanCommand, { BackupPlanId: "BackupPlanId" })],
    }),
    list(
      "AWS::Backup::BackupSelection",
      under(plans, ListBackupSelectionsCommand, "BackupSelectionsList", { BackupPlanId: "BackupPlanId" }),
      {
        id: "{BackupPlanId}|{SelectionId}",
        name: "SelectionName",
        details: [detail(GetBackupSelectionCommand, { BackupPlanId: "BackupPlanId", SelectionId: "SelectionId" })],
      },
    ),
    list("AWS::Backup::ProtectedResource", from(ListProtectedResourcesCommand, "Results"), {
      id: "ResourceArn",
      name: "ResourceName",
    }),
    list("AWS::Backup::Framework", from(ListFrameworksCommand, "Frameworks"), {
      id: "FrameworkName",
      arn: "FrameworkArn",
      tags,
      describe: describe(DescribeFrameworkCommand, { FrameworkName: "FrameworkName" }),
      notSecret: {
        IdempotencyToken: "the caller's idempotency token",
        "FrameworkControls.ControlInputParameters": "limits that the controls check",
      },
    }),
    list("AWS::Backup::ReportPlan", from(ListReportPlansCommand, "ReportPlans"), {
      id: "ReportPlanName",
      arn: "ReportPlanArn",
      tags,
    }),
    list("AWS::Backup::RestoreTestingPlan", testing, {
      id: "RestoreTestingPlanName",
      arn: "RestoreTestingPlanArn",
      tags,
      describe: describe(
        GetRestoreTestingPlanCommand,
        { RestoreTestingPlanName: "RestoreTestingPlanName" },
        "RestoreTestingPlan",
      ),
    }),
    list(
      "AWS::Backup::RestoreTestingSelection",
      under(testing, ListRestoreTestingSelectionsCommand, "RestoreTestingSelections", {
        RestoreTestingPlanName: "RestoreTestingPlanName",
      }),
      { id: "{RestoreTestingPlanName}|{RestoreTestingSelectionName}", name: "RestoreTestingSelectionName" },
    ),
    list("AWS::Backup::LegalHold", from(ListLegalHoldsCommand, "LegalHolds"), {
      id: "LegalHoldId",
      arn: "LegalHoldArn",
      name: "Title",
      tags,
    }),
    list("AWS::Backup::RegionSettings", from(DescribeRegionSettingsCommand)),
    list("AWS::Backup::GlobalSettings", from(DescribeGlobalSettingsCommand), { scope: "global" }),
  ],
};
