import {
  ConfigServiceClient,
  DescribeAggregationAuthorizationsCommand,
  DescribeComplianceByConfigRuleCommand,
  DescribeConfigRulesCommand,
  DescribeConfigurationAggregatorsCommand,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  DescribeConformancePacksCommand,
  DescribeDeliveryChannelStatusCommand,
  DescribeDeliveryChannelsCommand,
  DescribeOrganizationConfigRulesCommand,
  DescribeOrganizationConformancePacksCommand,
  DescribeRemediationConfigurationsCommand,
  DescribeRetentionConfigurationsCommand,
  GetConformancePackComplianceSummaryCommand,
} from "@aws-sdk/client-config-service";
import { type OnlyWith, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describeInBatches } = reads("config");
const notEnabled = [/^OrganizationAccessDeniedException/];
// Both are for the organization's management account and its delegated administrators.
const toAdministrator: OnlyWith = {
  type: "AWS::Config::OrganizationConfigRule",
  inUse: true,
  because: "https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeOrganizationConformancePacks.html",
};
const inputParameters = {
  ConformancePackInputParameters: "names of thresholds and resources that the pack's rules are told",
};

/** Config: what is recorded of resources, the rules it is held against, and what they find. */
export const config: Service = {
  name: "config",
  title: "Config: what is recorded of resources, the rules it is held against, and what they find",
  client: ConfigServiceClient,
  collectors: [
    list("AWS::Config::ConfigurationRecorder", from(DescribeConfigurationRecordersCommand, "ConfigurationRecorders"), {
      id: "name",
      arn: "arn",
      details: [
        detail(DescribeConfigurationRecorderStatusCommand, ({ name }) => ({ ConfigurationRecorderNames: [name] })),
      ],
    }),
    list("AWS::Config::DeliveryChannel", from(DescribeDeliveryChannelsCommand, "DeliveryChannels"), {
      id: "name",
      details: [detail(DescribeDeliveryChannelStatusCommand, ({ name }) => ({ DeliveryChannelNames: [name] }))],
    }),
    list("AWS::Config::ConfigRule", from(DescribeConfigRulesCommand, "ConfigRules"), {
      id: "ConfigRuleName",
      arn: "ConfigRuleArn",
      describe: describeInBatches(
        DescribeComplianceByConfigRuleCommand,
        25,
        { ConfigRuleNames: "ConfigRuleName" },
        "ComplianceByConfigRules",
        ["ConfigRuleName", "ConfigRuleName"],
      ),
      tags: taggingApi("config:config-rule"),
      details: [
        detail(DescribeRemediationConfigurationsCommand, ({ ConfigRuleName }) => ({
          ConfigRuleNames: [ConfigRuleName],
        })),
      ],
      redact: ["InputParameters", "DescribeRemediationConfigurations.RemediationConfigurations.Parameters"],
    }),
    list(
      "AWS::Config::ConfigurationAggregator",
      from(DescribeConfigurationAggregatorsCommand, "ConfigurationAggregators"),
      {
        id: "ConfigurationAggregatorName",
        arn: "ConfigurationAggregatorArn",
        tags: taggingApi("config:config-aggregator"),
      },
    ),
    list(
      "AWS::Config::AggregationAuthorization",
      from(DescribeAggregationAuthorizationsCommand, "AggregationAuthorizations"),
      {
        id: "{AuthorizedAccountId}/{AuthorizedAwsRegion}",
        arn: "AggregationAuthorizationArn",
      },
    ),
    list("AWS::Config::ConformancePack", from(DescribeConformancePacksCommand, "ConformancePackDetails"), {
      id: "ConformancePackName",
      arn: "ConformancePackArn",
      describe: describeInBatches(
        GetConformancePackComplianceSummaryCommand,
        5,
        { ConformancePackNames: "ConformancePackName" },
        "ConformancePackComplianceSummaryList",
        ["ConformancePackName", "ConformancePackName"],
      ),
      notSecret: inputParameters,
    }),
    list(
      "AWS::Config::OrganizationConfigRule",
      from(DescribeOrganizationConfigRulesCommand, "OrganizationConfigRules"),
      {
        id: "OrganizationConfigRuleName",
        arn: "OrganizationConfigRuleArn",
        redact: [
          "OrganizationManagedRuleMetadata.InputParameters",
          "OrganizationCustomRuleMetadata.InputParameters",
          "OrganizationCustomPolicyRuleMetadata.InputParameters",
        ],
        notEnabled,
      },
    ),
    list(
      "AWS::Config::OrganizationConformancePack",
      from(DescribeOrganizationConformancePacksCommand, "OrganizationConformancePacks"),
      {
        onlyWith: toAdministrator,
        id: "OrganizationConformancePackName",
        arn: "OrganizationConformancePackArn",
        notSecret: inputParameters,
        notEnabled,
      },
    ),
    list(
      "AWS::Config::RetentionConfiguration",
      from(DescribeRetentionConfigurationsCommand, "RetentionConfigurations"),
      { id: "Name" },
    ),
  ],
};
