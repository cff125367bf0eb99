import {
  GetEncryptionConfigCommand,
  GetGroupsCommand,
  GetSamplingRulesCommand,
  ListResourcePoliciesCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list } = reads("xray");

/** X-Ray: under which key traces are kept, and who may send them. */
export const xray: Service = {
  name: "xray",
  title: "X-Ray: under which key traces are kept, and who may send them",
  client: XRayClient,
  collectors: [
    list("AWS::XRay::EncryptionConfig", from(GetEncryptionConfigCommand, "EncryptionConfig")),
    list("AWS::XRay::ResourcePolicy", from(ListResourcePoliciesCommand, "ResourcePolicies"), { id: "PolicyName" }),
    list("AWS::XRay::Group", from(GetGroupsCommand, "Groups"), {
      id: "GroupName",
      arn: "GroupARN",
      tags: taggingApi("xray:group"),
    }),
    list("AWS::XRay::SamplingRule", from(GetSamplingRulesCommand, "SamplingRuleRecords"), {
      id: "SamplingRule.RuleName",
      arn: "SamplingRule.RuleARN",
      tags: taggingApi("xray:sampling-rule"),
    }),
  ],
};
