import {
  DescribeFirewallCommand,
  DescribeFirewallPolicyCommand,
  DescribeLoggingConfigurationCommand,
  DescribeResourcePolicyCommand,
  DescribeRuleGroupCommand,
  DescribeTLSInspectionConfigurationCommand,
  DescribeVpcEndpointAssociationCommand,
  ListFirewallPoliciesCommand,
  ListFirewallsCommand,
  ListRuleGroupsCommand,
  ListTLSInspectionConfigurationsCommand,
  ListVpcEndpointAssociationsCommand,
  NetworkFirewallClient,
} from "@aws-sdk/client-network-firewall";
import { inline, reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail, describe } = reads("network-firewall");
const policy = detail(DescribeFirewallPolicyCommand, { FirewallPolicyArn: "Arn" });
const ruleGroup = detail(DescribeRuleGroupCommand, { RuleGroupArn: "Arn" });
const inspection = detail(DescribeTLSInspectionConfigurationCommand, { TLSInspectionConfigurationArn: "Arn" });
const sharing = detail(
  DescribeResourcePolicyCommand,
  { ResourceArn: "{arn}" },
  { none: ["ResourceNotFoundException"] },
);
const named = { id: "Arn", arn: "Arn", name: "Name" } as const;
const version = "the version that a change has to name";

/** Network Firewall: which packets networks let through. */
export const networkfirewall: Service = {
  name: "networkfirewall",
  title: "Network Firewall: firewalls with logging, policies and rule groups with whom they are shared",
  client: NetworkFirewallClient,
  collectors: [
    list("AWS::NetworkFirewall::Firewall", from(ListFirewallsCommand, "Firewalls"), {
      id: "FirewallArn",
      arn: "FirewallArn",
      name: "FirewallName",
      tags: inline("Tags"),
      describe: describe(DescribeFirewallCommand, { FirewallArn: "FirewallArn" }, "Firewall"),
      details: [detail(DescribeLoggingConfigurationCommand, { FirewallArn: "FirewallArn" }), sharing],
    }),
    list("AWS::NetworkFirewall::FirewallPolicy", from(ListFirewallPoliciesCommand, "FirewallPolicies"), {
      ...named,
      tags: tagsFrom(policy, "FirewallPolicyResponse.Tags"),
      details: [policy, sharing],
      notSecret: {
        "DescribeFirewallPolicy.UpdateToken": version,
        "DescribeFirewallPolicy.FirewallPolicy.PolicyVariables": "networks that rules name",
      },
    }),
    list("AWS::NetworkFirewall::RuleGroup", from(ListRuleGroupsCommand, "RuleGroups"), {
      ...named,
      tags: tagsFrom(ruleGroup, "RuleGroupResponse.Tags"),
      details: [ruleGroup, sharing],
      notSecret: {
        "DescribeRuleGroup.UpdateToken": version,
        "DescribeRuleGroup.RuleGroupResponse.SourceMetadata.SourceUpdateToken": version,
        "DescribeRuleGroup.RuleGroup.RuleVariables": "networks and ports that rules name",
      },
    }),
    list(
      "AWS::NetworkFirewall::TLSInspectionConfiguration",
      from(ListTLSInspectionConfigurationsCommand, "TLSInspectionConfigurations"),
      {
        ...named,
        tags: tagsFrom(inspection, "TLSInspectionConfigurationResponse.Tags"),
        details: [inspection],
        notSecret: { "DescribeTLSInspectionConfiguration.UpdateToken": version },
      },
    ),
    list(
      "AWS::NetworkFirewall::VpcEndpointAssociation",
      from(ListVpcEndpointAssociationsCommand, "VpcEndpointAssociations"),
      {
        id: "VpcEndpointAssociationArn",
        arn: "VpcEndpointAssociationArn",
        tags: inline("Tags"),
        describe: describe(
          DescribeVpcEndpointAssociationCommand,
          { VpcEndpointAssociationArn: "VpcEndpointAssociationArn" },
          "VpcEndpointAssociation",
        ),
      },
    ),
  ],
};
