import {
  BatchGetAccountStatusCommand,
  GetConfigurationCommand,
  GetDelegatedAdminAccountCommand,
  GetEc2DeepInspectionConfigurationCommand,
  GroupKey,
  Inspector2Client,
  ListCisScanConfigurationsCommand,
  ListCoverageStatisticsCommand,
  ListFiltersCommand,
  ListMembersCommand,
} from "@aws-sdk/client-inspector2";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, detail } = reads("inspector2");
// What only the organization's administrator of Inspector, or an account that has it switched on, may ask.
const notEnabled = [/^AccessDeniedException: Invoking account does not/];

/** Inspector: which accounts and resources are looked over for weaknesses, and what is suppressed. */
export const inspector: Service = {
  name: "inspector",
  title: "Inspector: which accounts and resources are looked over for weaknesses, and what is suppressed",
  client: Inspector2Client,
  collectors: [
    list("AWS::InspectorV2::AccountStatus", from(BatchGetAccountStatusCommand, "accounts"), {
      id: "accountId",
      details: [
        detail(GetConfigurationCommand),
        detail(GetEc2DeepInspectionConfigurationCommand),
        detail(GetDelegatedAdminAccountCommand, {}, { none: ["ResourceNotFoundException"] }),
      ],
      notEnabled,
    }),
    list(
      "AWS::InspectorV2::CoverageStatistics",
      from(ListCoverageStatisticsCommand, "countsByGroup", { input: { groupBy: GroupKey.SCAN_STATUS_CODE } }),
      { id: "groupKey", notEnabled },
    ),
    list("AWS::InspectorV2::Filter", from(ListFiltersCommand, "filters"), {
      id: "arn",
      arn: "arn",
      name: "name",
      tags: inline("tags"),
      notEnabled,
    }),
    list("AWS::InspectorV2::CisScanConfiguration", from(ListCisScanConfigurationsCommand, "scanConfigurations"), {
      id: "scanConfigurationArn",
      arn: "scanConfigurationArn",
      name: "scanName",
      tags: inline("tags"),
      notEnabled,
    }),
    list("AWS::InspectorV2::Member", from(ListMembersCommand, "members"), { id: "accountId", notEnabled }),
  ],
};
