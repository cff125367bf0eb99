import {
  FMSClient,
  GetNotificationChannelCommand,
  GetPolicyCommand,
  ListAppsListsCommand,
  ListComplianceStatusCommand,
  ListPoliciesCommand,
  ListProtocolsListsCommand,
  ListResourceSetsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-fms";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail, describe } = reads("fms");
// Only Firewall Manager's administrator is told anything.
const notEnabled = [
  /^(AccessDeniedException|InvalidOperationException): .*(No default admin could be found|only available to .*Administrat|is not currently delegated by AWS FM)/,
];
const toAdministrator: OnlyWith = {
  type: "AWS::FMS::Policy",
  inUse: true,
  because: "https://docs.aws.amazon.com/waf/latest/developerguide/fms-prereq.html",
};
const tags = (ResourceArn: string) => tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn }), "TagList");

/** Firewall Manager: which protections the organization puts on every account, and where they are missing. */
export const fms: Service = {
  name: "fms",
  title: "Firewall Manager: which protections the organization puts on every account, and where they are missing",
  client: FMSClient,
  collectors: [
    list("AWS::FMS::Policy", from(ListPoliciesCommand, "PolicyList"), {
      id: "PolicyId",
      arn: "PolicyArn",
      name: "PolicyName",
      describe: describe(GetPolicyCommand, { PolicyId: "PolicyId" }, "Policy"),
      tags: tags("PolicyArn"),
      notSecret: { PolicyUpdateToken: "a version of the policy, for those who change it" },
      details: [detail(ListComplianceStatusCommand, { PolicyId: "PolicyId" })],
      notEnabled,
    }),
    list("AWS::FMS::NotificationChannel", from(GetNotificationChannelCommand), {
      onlyWith: toAdministrator,
      notEnabled,
    }),
    list("AWS::FMS::ResourceSet", from(ListResourceSetsCommand, "ResourceSets"), {
      onlyWith: toAdministrator,
      id: "Id",
      arn: "arn:{partition}:fms:{region}:{account}:resource-set/{Id}",
      name: "Name",
      notEnabled,
    }),
    // Lists need a number of results, or AWS refuses the call.
    list("AWS::FMS::AppsList", from(ListAppsListsCommand, "AppsLists", { input: { MaxResults: 100 } }), {
      onlyWith: toAdministrator,
      id: "ListId",
      arn: "ListArn",
      name: "ListName",
      tags: tags("ListArn"),
      notEnabled,
    }),
    list("AWS::FMS::ProtocolsList", from(ListProtocolsListsCommand, "ProtocolsLists", { input: { MaxResults: 100 } }), {
      onlyWith: toAdministrator,
      id: "ListId",
      arn: "ListArn",
      name: "ListName",
      tags: tags("ListArn"),
      notEnabled,
    }),
  ],
};
