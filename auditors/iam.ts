import {
  GetAccountAuthorizationDetailsCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
  ListSAMLProviderTagsCommand,
} from "@aws-sdk/client-iam";
import { type Auditor, collector as collectorOf, detail as detailOf, inline, tagsFrom } from "./collector.ts";

const collector = collectorOf("iam");
const detail = detailOf("iam");
const page = { input: "Marker", output: "Marker" } as const;
// One paged call answers with policies, tags, boundaries and last use, where the lists need calls per principal.
const details = {
  command: GetAccountAuthorizationDetailsCommand,
  operation: "GetAccountAuthorizationDetails",
  page,
  arn: "Arn",
} as const;

/** IAM: who may act in the account, and as whom. */
export const iam: Auditor = {
  name: "iam",
  scope: "global",
  client: IAMClient,
  collectors: [
    collector({
      ...details,
      type: "AWS::IAM::User",
      input: { Filter: ["User"] },
      items: "UserDetailList",
      id: "UserName",
      tags: inline("Tags"),
      details: [
        detail("ListAccessKeys", ListAccessKeysCommand, ({ UserName }: { UserName: string }) => ({ UserName })),
        detail("ListMFADevices", ListMFADevicesCommand, ({ UserName }: { UserName: string }) => ({ UserName })),
      ],
    }),
    collector({
      ...details,
      type: "AWS::IAM::Group",
      input: { Filter: ["Group"] },
      items: "GroupDetailList",
      id: "GroupName",
    }),
    collector({
      ...details,
      type: "AWS::IAM::Role",
      input: { Filter: ["Role"] },
      items: "RoleDetailList",
      id: "RoleName",
      tags: inline("Tags"),
    }),
    collector({
      ...details,
      type: "AWS::IAM::ManagedPolicy",
      input: { Filter: ["LocalManagedPolicy"] },
      items: "Policies",
      id: "PolicyId",
      name: "PolicyName",
    }),
    collector({
      type: "AWS::IAM::OIDCProvider",
      command: ListOpenIDConnectProvidersCommand,
      operation: "ListOpenIDConnectProviders",
      items: "OpenIDConnectProviderList",
      id: "Arn",
      arn: "Arn",
      tags: tagsFrom(
        "Tags",
        detail("GetOpenIDConnectProvider", GetOpenIDConnectProviderCommand, ({ Arn }: { Arn: string }) => ({
          OpenIDConnectProviderArn: Arn,
        })),
      ),
      details: [
        detail("GetOpenIDConnectProvider", GetOpenIDConnectProviderCommand, ({ Arn }: { Arn: string }) => ({
          OpenIDConnectProviderArn: Arn,
        })),
      ],
    }),
    collector({
      type: "AWS::IAM::SAMLProvider",
      command: ListSAMLProvidersCommand,
      operation: "ListSAMLProviders",
      items: "SAMLProviderList",
      id: "Arn",
      arn: "Arn",
      tags: tagsFrom(
        "Tags",
        detail("ListSAMLProviderTags", ListSAMLProviderTagsCommand, ({ Arn }: { Arn: string }) => ({
          SAMLProviderArn: Arn,
        })),
      ),
    }),
  ],
};
