import {
  GetIPSetCommand,
  GetLoggingConfigurationCommand,
  GetPermissionPolicyCommand,
  GetRegexPatternSetCommand,
  GetRuleGroupCommand,
  GetWebACLCommand,
  ListIPSetsCommand,
  ListRegexPatternSetsCommand,
  ListResourcesForWebACLCommand,
  ListRuleGroupsCommand,
  ListTagsForResourceCommand,
  ListWebACLsCommand,
  WAFV2Client,
} from "@aws-sdk/client-wafv2";
import { type Collector, reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail, describe } = reads("wafv2");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceARN: "ARN" }), "TagInfoForResource.TagList");
const none = ["WAFNonexistentItemException"];
const lock = { LockToken: "the version that a change has to name" };
const rules = {
  ...lock,
  "Rules.Statement": "which parts of requests are looked at; what they are compared with is a digest",
};

/**
 * A header that shows where a request came through is compared with one, and put in as the other: as good as a
 * password. Statements stand in one another, and in the rules of a firewall manager.
 */
const redactNames = /^(SearchString|InsertHeaders)$/;

/** What guards a region's load balancers and APIs; and what guards CloudFront, which is kept in us-east-1. */
function guards(Scope: "REGIONAL" | "CLOUDFRONT", scope: "regional" | "us-east-1"): Collector[] {
  const input = { Scope };
  const named = { id: "Id", arn: "ARN", name: "Name", scope, tags } as const;
  return [
    list("AWS::WAFv2::WebACL", from(ListWebACLsCommand, "WebACLs", { input }), {
      ...named,
      describe: describe(GetWebACLCommand, { ARN: "ARN" }, "WebACL"),
      details: [
        detail(GetLoggingConfigurationCommand, { ResourceArn: "ARN" }, { none }),
        // Load balancers: other kinds of resources say by themselves which ACL guards them.
        ...(Scope === "REGIONAL" ? [detail(ListResourcesForWebACLCommand, { WebACLArn: "ARN" })] : []),
      ],
      redactNames,
      notSecret: {
        ...rules,
        PreProcessFirewallManagerRuleGroups: "as in the rules",
        PostProcessFirewallManagerRuleGroups: "as in the rules",
        TokenDomains: "domains that accept WAF's tokens",
        "GetLoggingConfiguration.LoggingConfiguration.RedactedFields": "what the log leaves out",
      },
    }),
    list("AWS::WAFv2::RuleGroup", from(ListRuleGroupsCommand, "RuleGroups", { input }), {
      ...named,
      describe: describe(GetRuleGroupCommand, { ARN: "ARN" }, "RuleGroup"),
      details: [detail(GetPermissionPolicyCommand, { ResourceArn: "ARN" }, { none })],
      redactNames,
      notSecret: rules,
    }),
    list("AWS::WAFv2::IPSet", from(ListIPSetsCommand, "IPSets", { input }), {
      ...named,
      describe: describe(GetIPSetCommand, ({ Name, Id }) => ({ Name, Id, Scope }), "IPSet"),
      notSecret: lock,
    }),
    list("AWS::WAFv2::RegexPatternSet", from(ListRegexPatternSetsCommand, "RegexPatternSets", { input }), {
      ...named,
      describe: describe(GetRegexPatternSetCommand, ({ Name, Id }) => ({ Name, Id, Scope }), "RegexPatternSet"),
      notSecret: lock,
    }),
  ];
}

/** WAF: which requests are let through. */
export const wafv2: Service = {
  name: "wafv2",
  title: "WAF: web ACLs with rules, logging and what they guard, rule groups with whom they are shared, IP sets",
  client: WAFV2Client,
  collectors: [...guards("REGIONAL", "regional"), ...guards("CLOUDFRONT", "us-east-1")],
};
