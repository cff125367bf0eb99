import {
  CloudFrontClient,
  GetDistributionCommand,
  ListCachePoliciesCommand,
  ListCloudFrontOriginAccessIdentitiesCommand,
  ListDistributionsCommand,
  ListDistributionTenantsCommand,
  ListFieldLevelEncryptionConfigsCommand,
  ListFunctionsCommand,
  ListKeyGroupsCommand,
  ListKeyValueStoresCommand,
  ListOriginAccessControlsCommand,
  ListOriginRequestPoliciesCommand,
  ListPublicKeysCommand,
  ListRealtimeLogConfigsCommand,
  ListResponseHeadersPoliciesCommand,
  ListTagsForResourceCommand,
  ListTrustStoresCommand,
  ListVpcOriginsCommand,
} from "@aws-sdk/client-cloudfront";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail, describe } = reads("cloudfront", "global");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { Resource: "{arn}" }), "Tags.Items");

/** CloudFront: what is given to the world, over which TLS, and from where. */
export const cloudfront: Service = {
  name: "cloudfront",
  title: "CloudFront: distributions with origins, TLS, logging and keys, and the policies and functions they use",
  client: CloudFrontClient,
  collectors: [
    list("AWS::CloudFront::Distribution", from(ListDistributionsCommand, "DistributionList.Items"), {
      id: "Id",
      arn: "ARN",
      name: "DomainName",
      tags,
      // The listing does not say whether and where requests are logged.
      describe: describe(GetDistributionCommand, { Id: "Id" }, "Distribution"),
      // Headers to an origin are how an origin knows CloudFront: as good as a password.
      redact: [
        "Origins.Items.CustomHeaders.Items.HeaderValue",
        "DistributionConfig.Origins.Items.CustomHeaders.Items.HeaderValue",
      ],
    }),
    list("AWS::CloudFront::DistributionTenant", from(ListDistributionTenantsCommand, "DistributionTenantList"), {
      id: "Id",
      arn: "Arn",
      name: "Name",
      tags,
    }),
    list(
      "AWS::CloudFront::OriginAccessControl",
      from(ListOriginAccessControlsCommand, "OriginAccessControlList.Items"),
      { id: "Id", arn: "arn:{partition}:cloudfront::{account}:origin-access-control/{Id}", name: "Name" },
    ),
    list(
      "AWS::CloudFront::CloudFrontOriginAccessIdentity",
      from(ListCloudFrontOriginAccessIdentitiesCommand, "CloudFrontOriginAccessIdentityList.Items"),
      { id: "Id", arn: "arn:{partition}:cloudfront::{account}:origin-access-identity/{Id}" },
    ),
    list("AWS::CloudFront::VpcOrigin", from(ListVpcOriginsCommand, "VpcOriginList.Items"), {
      id: "Id",
      arn: "Arn",
      name: "Name",
      tags,
    }),
    list("AWS::CloudFront::Function", from(ListFunctionsCommand, "FunctionList.Items"), {
      id: "{FunctionMetadata.FunctionARN}|{FunctionMetadata.Stage}",
      arn: "FunctionMetadata.FunctionARN",
      name: "Name",
    }),
    list("AWS::CloudFront::KeyValueStore", from(ListKeyValueStoresCommand, "KeyValueStoreList.Items"), {
      id: "Name",
      arn: "ARN",
    }),
    list(
      "AWS::CloudFront::ResponseHeadersPolicy",
      from(ListResponseHeadersPoliciesCommand, "ResponseHeadersPolicyList.Items", { input: { Type: "custom" } }),
      {
        id: "ResponseHeadersPolicy.Id",
        arn: "arn:{partition}:cloudfront::{account}:response-headers-policy/{ResponseHeadersPolicy.Id}",
        name: "ResponseHeadersPolicy.ResponseHeadersPolicyConfig.Name",
      },
    ),
    list(
      "AWS::CloudFront::CachePolicy",
      from(ListCachePoliciesCommand, "CachePolicyList.Items", { input: { Type: "custom" } }),
      {
        id: "CachePolicy.Id",
        arn: "arn:{partition}:cloudfront::{account}:cache-policy/{CachePolicy.Id}",
        name: "CachePolicy.CachePolicyConfig.Name",
        notSecret: {
          "CachePolicy.CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin": "names of headers and cookies",
        },
      },
    ),
    list(
      "AWS::CloudFront::OriginRequestPolicy",
      from(ListOriginRequestPoliciesCommand, "OriginRequestPolicyList.Items", { input: { Type: "custom" } }),
      {
        id: "OriginRequestPolicy.Id",
        arn: "arn:{partition}:cloudfront::{account}:origin-request-policy/{OriginRequestPolicy.Id}",
        name: "OriginRequestPolicy.OriginRequestPolicyConfig.Name",
      },
    ),
    list("AWS::CloudFront::KeyGroup", from(ListKeyGroupsCommand, "KeyGroupList.Items"), {
      id: "KeyGroup.Id",
      name: "KeyGroup.KeyGroupConfig.Name",
    }),
    list("AWS::CloudFront::PublicKey", from(ListPublicKeysCommand, "PublicKeyList.Items"), { id: "Id", name: "Name" }),
    list("AWS::CloudFront::RealtimeLogConfig", from(ListRealtimeLogConfigsCommand, "RealtimeLogConfigs.Items"), {
      id: "ARN",
      arn: "ARN",
      name: "Name",
    }),
    list(
      "AWS::CloudFront::FieldLevelEncryptionConfig",
      from(ListFieldLevelEncryptionConfigsCommand, "FieldLevelEncryptionList.Items"),
      { id: "Id", arn: "arn:{partition}:cloudfront::{account}:field-level-encryption-config/{Id}" },
    ),
    list("AWS::CloudFront::TrustStore", from(ListTrustStoresCommand, "TrustStoreList"), {
      id: "Id",
      arn: "Arn",
      name: "Name",
      tags,
    }),
  ],
};
