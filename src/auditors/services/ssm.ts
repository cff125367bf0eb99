import {
  DescribeActivationsCommand,
  DescribeDocumentPermissionCommand,
  DescribeInstanceInformationCommand,
  DescribeMaintenanceWindowsCommand,
  DescribeParametersCommand,
  DescribePatchBaselinesCommand,
  DocumentPermissionType,
  GetPatchBaselineCommand,
  GetServiceSettingCommand,
  ListAssociationsCommand,
  ListDocumentsCommand,
  ListResourceComplianceSummariesCommand,
  ListResourceDataSyncCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { inline, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describe } = reads("ssm");
const own = { Key: "OWNER", Values: ["Self"] };

/** Systems Manager: managed machines and their patches, documents and with whom they are shared, parameters without values. */
export const ssm: Service = {
  name: "ssm",
  title: "Systems Manager: managed machines and their patches, documents and sharing, parameters without values",
  client: SSMClient,
  collectors: [
    list("AWS::SSM::Parameter", from(DescribeParametersCommand, "Parameters", { input: { MaxResults: 50 } }), {
      id: "Name",
      arn: "ARN",
      tags: taggingApi("ssm:parameter"),
    }),
    list(
      "AWS::SSM::ManagedInstanceInventory",
      from(DescribeInstanceInformationCommand, "InstanceInformationList", { input: { MaxResults: 50 } }),
      {
        id: "InstanceId",
      },
    ),
    list(
      "AWS::SSM::Document",
      from(ListDocumentsCommand, "DocumentIdentifiers", {
        input: { MaxResults: 50, Filters: [{ Key: "Owner", Values: ["Self"] }] },
      }),
      {
        id: "Name",
        arn: "arn:{partition}:ssm:{region}:{account}:document/{Name}",
        tags: inline("Tags"),
        details: [
          detail(DescribeDocumentPermissionCommand, ({ Name }) => ({
            Name,
            PermissionType: DocumentPermissionType.SHARE,
          })),
        ],
      },
    ),
    list(
      "AWS::SSM::PatchBaseline",
      from(DescribePatchBaselinesCommand, "BaselineIdentities", { input: { MaxResults: 100, Filters: [own] } }),
      {
        id: "BaselineId",
        arn: "arn:{partition}:ssm:{region}:{account}:patchbaseline/{BaselineId}",
        name: "BaselineName",
        describe: describe(GetPatchBaselineCommand, { BaselineId: "BaselineId" }),
        tags: taggingApi("ssm:patchbaseline"),
        // A repository of packages can have its password in its settings.
        redact: ["Sources.Configuration"],
      },
    ),
    list(
      "AWS::SSM::ResourceCompliance",
      from(ListResourceComplianceSummariesCommand, "ResourceComplianceSummaryItems", { input: { MaxResults: 50 } }),
      { id: "{ComplianceType}|{ResourceId}", name: "ResourceId" },
    ),
    list("AWS::SSM::Association", from(ListAssociationsCommand, "Associations", { input: { MaxResults: 50 } }), {
      id: "AssociationId",
      arn: "arn:{partition}:ssm:{region}:{account}:association/{AssociationId}",
      name: "AssociationName",
    }),
    list(
      "AWS::SSM::MaintenanceWindow",
      from(DescribeMaintenanceWindowsCommand, "WindowIdentities", { input: { MaxResults: 100 } }),
      {
        id: "WindowId",
        arn: "arn:{partition}:ssm:{region}:{account}:maintenancewindow/{WindowId}",
        name: "Name",
        tags: taggingApi("ssm:maintenancewindow"),
      },
    ),
    list("AWS::SSM::Activation", from(DescribeActivationsCommand, "ActivationList", { input: { MaxResults: 50 } }), {
      id: "ActivationId",
      tags: inline("Tags"),
    }),
    list(
      "AWS::SSM::ResourceDataSync",
      from(ListResourceDataSyncCommand, "ResourceDataSyncItems", { input: { MaxResults: 50 } }),
      { id: "SyncName" },
    ),
    list(
      "AWS::SSM::ServiceSetting",
      from(GetServiceSettingCommand, "ServiceSetting", {
        input: [{ SettingId: "/ssm/documents/console/public-sharing-permission" }],
      }),
      { id: "SettingId", arn: "ARN" },
    ),
  ],
};
