import {
  DescribeConnectionsCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  DescribeDirectConnectGatewayAttachmentsCommand,
  DescribeDirectConnectGatewaysCommand,
  DescribeLagsCommand,
  DescribeVirtualInterfacesCommand,
  DirectConnectClient,
} from "@aws-sdk/client-direct-connect";
import { inline, reads, type Service } from "../collector.ts";

const { from, under, list, detail } = reads("directconnect");
const gateways = from(DescribeDirectConnectGatewaysCommand, "directConnectGateways");
const ofGateway = { directConnectGatewayId: "directConnectGatewayId" } as const;
const tags = inline("tags");

/** Direct Connect: lines between a company's buildings and AWS. */
export const directconnect: Service = {
  name: "directconnect",
  title: "Direct Connect: connections with their encryption, virtual interfaces, gateways and what they join",
  client: DirectConnectClient,
  collectors: [
    list("AWS::DirectConnect::Connection", from(DescribeConnectionsCommand, "connections"), {
      id: "connectionId",
      arn: "arn:{partition}:directconnect:{region}:{account}:dxcon/{connectionId}",
      name: "connectionName",
      tags,
    }),
    list("AWS::DirectConnect::Lag", from(DescribeLagsCommand, "lags"), {
      id: "lagId",
      arn: "arn:{partition}:directconnect:{region}:{account}:dxlag/{lagId}",
      name: "lagName",
      tags,
    }),
    list("AWS::DirectConnect::VirtualInterface", from(DescribeVirtualInterfacesCommand, "virtualInterfaces"), {
      id: "virtualInterfaceId",
      arn: "arn:{partition}:directconnect:{region}:{account}:dxvif/{virtualInterfaceId}",
      name: "virtualInterfaceName",
      tags,
      // The router's configuration has the key of its BGP session in it.
      redact: ["authKey", "bgpPeers.authKey", "customerRouterConfig"],
    }),
    list("AWS::DirectConnect::DirectConnectGateway", gateways, {
      id: "directConnectGatewayId",
      arn: "arn:{partition}:directconnect::{account}:dx-gateway/{directConnectGatewayId}",
      name: "directConnectGatewayName",
      scope: "global",
      tags,
      details: [detail(DescribeDirectConnectGatewayAttachmentsCommand, ofGateway)],
    }),
    list(
      "AWS::DirectConnect::DirectConnectGatewayAssociation",
      under(gateways, DescribeDirectConnectGatewayAssociationsCommand, "directConnectGatewayAssociations", ofGateway),
      { id: "associationId", scope: "global" },
    ),
  ],
};
