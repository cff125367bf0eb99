import {
  AppSyncClient,
  GetApiAssociationCommand,
  GetApiCacheCommand,
  ListApiKeysCommand,
  ListApisCommand,
  ListChannelNamespacesCommand,
  ListDataSourcesCommand,
  ListDomainNamesCommand,
  ListGraphqlApisCommand,
} from "@aws-sdk/client-appsync";
import { inline, reads, type Service } from "../collector.ts";

const { from, under, list, detail } = reads("appsync");
const graphqlApis = from(ListGraphqlApisCommand, "graphqlApis");
const apis = from(ListApisCommand, "apis");
const ofApi = { apiId: "apiId" } as const;
const tags = inline("tags");

/** AppSync: GraphQL and event APIs, how callers are known, and what they reach. */
export const appsync: Service = {
  name: "appsync",
  title: "AppSync: GraphQL and event APIs with authentication, logging and encryption, their keys and data sources",
  client: AppSyncClient,
  collectors: [
    list("AWS::AppSync::GraphQLApi", graphqlApis, {
      id: "apiId",
      arn: "arn",
      name: "name",
      tags,
      details: [detail(GetApiCacheCommand, ofApi, { none: ["NotFoundException"] })],
    }),
    // AWS's id of a key is the key: callers send it. Its end tells keys apart.
    list("AWS::AppSync::ApiKey", under(graphqlApis, ListApiKeysCommand, "apiKeys", ofApi), {
      id: ({ apiId, id }) => `${apiId}|${id?.slice(-4)}`,
      redact: ["id"],
    }),
    list("AWS::AppSync::DataSource", under(graphqlApis, ListDataSourcesCommand, "dataSources", ofApi), {
      id: "dataSourceArn",
      arn: "dataSourceArn",
      name: "name",
    }),
    list("AWS::AppSync::Api", apis, { id: "apiId", arn: "apiArn", name: "name", tags }),
    list("AWS::AppSync::ChannelNamespace", under(apis, ListChannelNamespacesCommand, "channelNamespaces", ofApi), {
      id: "channelNamespaceArn",
      arn: "channelNamespaceArn",
      name: "name",
      tags,
    }),
    list("AWS::AppSync::DomainName", from(ListDomainNamesCommand, "domainNameConfigs"), {
      id: "domainName",
      arn: "domainNameArn",
      tags,
      details: [detail(GetApiAssociationCommand, { domainName: "domainName" }, { none: ["NotFoundException"] })],
    }),
  ],
};
