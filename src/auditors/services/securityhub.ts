import {
  DescribeActionTargetsCommand,
  DescribeHubCommand,
  DescribeStandardsControlsCommand,
  GetAdministratorAccountCommand,
  GetEnabledStandardsCommand,
  GetFindingAggregatorCommand,
  ListAutomationRulesCommand,
  ListEnabledProductsForImportCommand,
  ListFindingAggregatorsCommand,
  ListMembersCommand,
  ListTagsForResourceCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail, describe } = reads("securityhub");
const notEnabled = [/^InvalidAccessException: .*is not subscribed to AWS Security Hub/];
const standards = from(GetEnabledStandardsCommand, "StandardsSubscriptions");
const onlyWithHub: OnlyWith = {
  type: "AWS::SecurityHub::Hub",
  because: "https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisableSecurityHub.html",
};

/** Security Hub: which standards an account is held against, and which of their controls are switched off. */
export const securityhub: Service = {
  name: "securityhub",
  title: "Security Hub: which standards an account is held against, and which of their controls are switched off",
  client: SecurityHubClient,
  collectors: [
    list("AWS::SecurityHub::Hub", from(DescribeHubCommand), {
      id: "HubArn",
      arn: "HubArn",
      tags: tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn: "HubArn" }), "Tags"),
      details: [detail(GetAdministratorAccountCommand), detail(ListEnabledProductsForImportCommand)],
      notEnabled,
    }),
    list("AWS::SecurityHub::Standard", standards, {
      onlyWith: onlyWithHub,
      id: "StandardsArn",
      arn: "StandardsSubscriptionArn",
      notEnabled,
    }),
    list(
      "AWS::SecurityHub::StandardsControl",
      under(
        standards,
        DescribeStandardsControlsCommand,
        "Controls",
        { StandardsSubscriptionArn: "StandardsSubscriptionArn" },
        { action: "securityhub:DescribeStandardsControls" },
      ),
      { onlyWith: onlyWithHub, id: "StandardsControlArn", arn: "StandardsControlArn", name: "ControlId", notEnabled },
    ),
    list("AWS::SecurityHub::FindingAggregator", from(ListFindingAggregatorsCommand, "FindingAggregators"), {
      onlyWith: onlyWithHub,
      id: "FindingAggregatorArn",
      arn: "FindingAggregatorArn",
      describe: describe(GetFindingAggregatorCommand, { FindingAggregatorArn: "FindingAggregatorArn" }),
      notEnabled,
    }),
    list("AWS::SecurityHub::Member", from(ListMembersCommand, "Members", { input: { OnlyAssociated: false } }), {
      onlyWith: onlyWithHub,
      id: "AccountId",
      redact: ["Email"],
      notEnabled,
    }),
    // A rule can suppress findings; only the organization's administrator of Security Hub has any.
    list("AWS::SecurityHub::AutomationRule", from(ListAutomationRulesCommand, "AutomationRulesMetadata"), {
      onlyWith: onlyWithHub,
      id: "RuleArn",
      arn: "RuleArn",
      name: "RuleName",
      notEnabled: [...notEnabled, /^AccessDeniedException: .*is not authorized to perform this operation/],
    }),
    list("AWS::SecurityHub::ActionTarget", from(DescribeActionTargetsCommand, "ActionTargets"), {
      onlyWith: onlyWithHub,
      id: "ActionTargetArn",
      arn: "ActionTargetArn",
      name: "Name",
      notEnabled,
    }),
  ],
};
