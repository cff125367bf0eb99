import {
  BatchGetCollectionCommand,
  GetAccessPolicyCommand,
  GetPoliciesStatsCommand,
  GetSecurityConfigCommand,
  GetSecurityPolicyCommand,
  ListAccessPoliciesCommand,
  ListCollectionsCommand,
  ListSecurityConfigsCommand,
  ListSecurityPoliciesCommand,
  ListVpcEndpointsCommand,
  OpenSearchServerlessClient,
} from "@aws-sdk/client-opensearchserverless";
import { type OnlyWith, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe, describeInBatches } = reads("aoss");
const counted = (counts: readonly string[]): OnlyWith => ({
  countedBy: stats,
  counts,
  because: "https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/API_GetPoliciesStats.html",
});
const stats = from(GetPoliciesStatsCommand);

/** OpenSearch Serverless: collections, and the policies of access, network and encryption over them. */
export const opensearchserverless: Service = {
  name: "opensearchserverless",
  title: "OpenSearch Serverless: collections, and the policies of access, network and encryption over them",
  client: OpenSearchServerlessClient,
  collectors: [
    list(
      "AWS::OpenSearchServerless::Collection",
      from(ListCollectionsCommand, "collectionSummaries", { input: { maxResults: 100 } }),
      {
        id: "id",
        arn: "arn",
        name: "name",
        describe: describeInBatches(BatchGetCollectionCommand, 100, { ids: "id" }, "collectionDetails", ["id", "id"]),
        tags: taggingApi("aoss:collection"),
      },
    ),
    list(
      "AWS::OpenSearchServerless::AccessPolicy",
      from(ListAccessPoliciesCommand, "accessPolicySummaries", { input: { type: "data" } }),
      {
        onlyWith: counted(["AccessPolicyStats.DataPolicyCount"]),
        id: "name",
        describe: describe(GetAccessPolicyCommand, { type: "type", name: "name" }, "accessPolicyDetail"),
      },
    ),
    list(
      "AWS::OpenSearchServerless::SecurityPolicy",
      from(ListSecurityPoliciesCommand, "securityPolicySummaries", {
        input: [{ type: "encryption" }, { type: "network" }],
      }),
      {
        onlyWith: counted(["SecurityPolicyStats.EncryptionPolicyCount", "SecurityPolicyStats.NetworkPolicyCount"]),
        id: "{type}/{name}",
        name: "name",
        describe: describe(GetSecurityPolicyCommand, { type: "type", name: "name" }, "securityPolicyDetail"),
      },
    ),
    list(
      "AWS::OpenSearchServerless::SecurityConfig",
      from(ListSecurityConfigsCommand, "securityConfigSummaries", {
        input: [{ type: "saml" }, { type: "iamidentitycenter" }, { type: "iamfederation" }],
      }),
      { id: "id", describe: describe(GetSecurityConfigCommand, { id: "id" }, "securityConfigDetail") },
    ),
    list(
      "AWS::OpenSearchServerless::VpcEndpoint",
      from(ListVpcEndpointsCommand, "vpcEndpointSummaries", { input: { maxResults: 100 } }),
      {
        id: "id",
        name: "name",
      },
    ),
  ],
};
