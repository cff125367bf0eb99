import {
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountSummaryCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
  ListSAMLProviderTagsCommand,
} from "@aws-sdk/client-iam";
import { inline, reads, type Service, tagsFrom } from "./collector.ts";

const { from, under, list, detail } = reads("iam", "global");
// One paged call answers with policies, tags, boundaries and last use, where the lists need calls per principal.
const users = from(GetAccountAuthorizationDetailsCommand, "UserDetailList", { input: { Filter: ["User"] } });
const openId = detail(GetOpenIDConnectProviderCommand, { OpenIDConnectProviderArn: "{arn}" });

/** IAM: who may act in the account, and as whom. */
export const iam: Service = {
  name: "iam",
  title: "IAM: who may act in the account, and as whom",
  client: IAMClient,
  collectors: [
    list("AWS::IAM::User", users, {
      id: "UserName",
      arn: "Arn",
      tags: inline("Tags"),
      details: [
        detail(ListAccessKeysCommand, { UserName: "UserName" }),
        detail(ListMFADevicesCommand, { UserName: "UserName" }),
      ],
    }),
    list("AWS::IAM::AccessKey", under(users, ListAccessKeysCommand, "AccessKeyMetadata", { UserName: "UserName" }), {
      id: "AccessKeyId",
      details: [detail(GetAccessKeyLastUsedCommand, { AccessKeyId: "AccessKeyId" })],
    }),
    list(
      "AWS::IAM::Group",
      from(GetAccountAuthorizationDetailsCommand, "GroupDetailList", { input: { Filter: ["Group"] } }),
      { id: "GroupName", arn: "Arn" },
    ),
    list(
      "AWS::IAM::Role",
      from(GetAccountAuthorizationDetailsCommand, "RoleDetailList", { input: { Filter: ["Role"] } }),
      { id: "RoleName", arn: "Arn", tags: inline("Tags") },
    ),
    list(
      "AWS::IAM::ManagedPolicy",
      from(GetAccountAuthorizationDetailsCommand, "Policies", { input: { Filter: ["LocalManagedPolicy"] } }),
      { id: "PolicyId", arn: "Arn", name: "PolicyName" },
    ),
    list("AWS::IAM::OIDCProvider", from(ListOpenIDConnectProvidersCommand, "OpenIDConnectProviderList"), {
      id: "Arn",
      arn: "Arn",
      tags: tagsFrom(openId, "Tags"),
      details: [openId],
    }),
    list("AWS::IAM::SAMLProvider", from(ListSAMLProvidersCommand, "SAMLProviderList"), {
      id: "Arn",
      arn: "Arn",
      tags: tagsFrom(detail(ListSAMLProviderTagsCommand, { SAMLProviderArn: "Arn" }), "Tags"),
    }),
    list(
      "AWS::IAM::AccountPasswordPolicy",
      from(GetAccountPasswordPolicyCommand, "PasswordPolicy", { none: ["NoSuchEntity"] }),
    ),
    list("AWS::IAM::AccountSummary", from(GetAccountSummaryCommand)),
  ],
};
