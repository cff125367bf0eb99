import {
  DescribeClientVpnAuthorizationRulesCommand,
  DescribeClientVpnEndpointsCommand,
  DescribeClientVpnRoutesCommand,
  DescribeClientVpnTargetNetworksCommand,
  DescribeCustomerGatewaysCommand,
  DescribeVpnConnectionsCommand,
  DescribeVpnGatewaysCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";
import { ec2Arn } from "./ec2Arn.ts";

const { from, list, detail } = reads("ec2");
const tags = inline("Tags");
const endpoint = { ClientVpnEndpointId: "ClientVpnEndpointId" } as const;
const onlyWithCustomerGateway: OnlyWith = {
  type: "AWS::EC2::CustomerGateway",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteCustomerGateway.html",
};

/** VPN: tunnels between sites and networks, and the endpoints that people dial in to. */
export const vpn: Service = {
  name: "vpn",
  title: "VPN: site-to-site connections and their gateways, client VPN endpoints with who may reach what",
  client: EC2Client,
  collectors: [
    list("AWS::EC2::VPNConnection", from(DescribeVpnConnectionsCommand, "VpnConnections"), {
      onlyWith: onlyWithCustomerGateway,
      id: "VpnConnectionId",
      arn: ec2Arn("vpn-connection", "VpnConnectionId"),
      tags,
      // The device's configuration has the tunnels' pre-shared keys in it.
      redact: ["CustomerGatewayConfiguration", "Options.TunnelOptions.PreSharedKey"],
    }),
    list("AWS::EC2::VPNGateway", from(DescribeVpnGatewaysCommand, "VpnGateways"), {
      id: "VpnGatewayId",
      arn: ec2Arn("vpn-gateway", "VpnGatewayId"),
      tags,
    }),
    list("AWS::EC2::CustomerGateway", from(DescribeCustomerGatewaysCommand, "CustomerGateways"), {
      id: "CustomerGatewayId",
      arn: ec2Arn("customer-gateway", "CustomerGatewayId"),
      tags,
    }),
    list("AWS::EC2::ClientVpnEndpoint", from(DescribeClientVpnEndpointsCommand, "ClientVpnEndpoints"), {
      id: "ClientVpnEndpointId",
      arn: ec2Arn("client-vpn-endpoint", "ClientVpnEndpointId"),
      tags,
      details: [
        detail(DescribeClientVpnAuthorizationRulesCommand, endpoint),
        detail(DescribeClientVpnRoutesCommand, endpoint),
        detail(DescribeClientVpnTargetNetworksCommand, endpoint),
      ],
    }),
  ],
};
