import {
  DescribeDomainsCommand,
  DescribeInboundConnectionsCommand,
  DescribeOutboundConnectionsCommand,
  ListDomainNamesCommand,
  ListVpcEndpointAccessCommand,
  ListVpcEndpointsCommand,
  OpenSearchClient,
} from "@aws-sdk/client-opensearch";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describeInBatches } = reads("es");

/** OpenSearch: domains, who reaches them, how they are encrypted, and what is logged of them. */
export const opensearch: Service = {
  name: "opensearch",
  title: "OpenSearch: domains, who reaches them, how they are encrypted, and what is logged of them",
  client: OpenSearchClient,
  collectors: [
    list("AWS::OpenSearchService::Domain", from(ListDomainNamesCommand, "DomainNames"), {
      id: "DomainName",
      arn: "ARN",
      describe: describeInBatches(DescribeDomainsCommand, 5, { DomainNames: "DomainName" }, "DomainStatusList", [
        "DomainName",
        "DomainName",
      ]),
      tags: taggingApi("es:domain"),
      details: [
        detail(
          ListVpcEndpointAccessCommand,
          { DomainName: "DomainName" },
          { when: ({ VPCOptions }) => VPCOptions?.VPCId !== undefined },
        ),
      ],
    }),
    list("AWS::OpenSearchService::VpcEndpoint", from(ListVpcEndpointsCommand, "VpcEndpointSummaryList"), {
      id: "VpcEndpointId",
    }),
    list("AWS::OpenSearchService::InboundConnection", from(DescribeInboundConnectionsCommand, "Connections"), {
      id: "ConnectionId",
    }),
    list("AWS::OpenSearchService::OutboundConnection", from(DescribeOutboundConnectionsCommand, "Connections"), {
      id: "ConnectionId",
      notSecret: { ConnectionProperties: "the endpoint, and whether searches skip what is not there" },
    }),
  ],
};
