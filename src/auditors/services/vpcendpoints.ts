import {
  DescribeVpcEndpointConnectionNotificationsCommand,
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";
import { ec2Arn } from "./ec2Arn.ts";

const { from, list, detail } = reads("ec2");
const tags = inline("Tags");
const onlyWithService: OnlyWith = {
  type: "AWS::EC2::VPCEndpointService",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpointServiceConfigurations.html",
};

/** PrivateLink: what the networks reach without the internet, and who reaches into them. */
export const vpcendpoints: Service = {
  name: "vpcendpoints",
  title: "PrivateLink: VPC endpoints with their policies, endpoint services with whom they let in",
  client: EC2Client,
  collectors: [
    list("AWS::EC2::VPCEndpoint", from(DescribeVpcEndpointsCommand, "VpcEndpoints"), {
      id: "VpcEndpointId",
      arn: ec2Arn("vpc-endpoint", "VpcEndpointId"),
      tags,
    }),
    list(
      "AWS::EC2::VPCEndpointService",
      from(DescribeVpcEndpointServiceConfigurationsCommand, "ServiceConfigurations"),
      {
        id: "ServiceId",
        arn: ec2Arn("vpc-endpoint-service", "ServiceId"),
        name: "ServiceName",
        tags,
        details: [detail(DescribeVpcEndpointServicePermissionsCommand, { ServiceId: "ServiceId" })],
      },
    ),
    list("AWS::EC2::VPCEndpointConnection", from(DescribeVpcEndpointConnectionsCommand, "VpcEndpointConnections"), {
      onlyWith: onlyWithService,
      id: "VpcEndpointConnectionId",
      arn: ec2Arn("vpc-endpoint-connection", "VpcEndpointConnectionId"),
      tags,
    }),
    list(
      "AWS::EC2::VPCEndpointConnectionNotification",
      from(DescribeVpcEndpointConnectionNotificationsCommand, "ConnectionNotificationSet"),
      { id: "ConnectionNotificationId" },
    ),
  ],
};
