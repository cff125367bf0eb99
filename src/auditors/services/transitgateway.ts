import {
  DescribeTransitGatewayAttachmentsCommand,
  DescribeTransitGatewayConnectsCommand,
  DescribeTransitGatewayMulticastDomainsCommand,
  DescribeTransitGatewayPeeringAttachmentsCommand,
  DescribeTransitGatewayPolicyTablesCommand,
  DescribeTransitGatewayRouteTablesCommand,
  DescribeTransitGatewaysCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  EC2Client,
  GetTransitGatewayPolicyTableEntriesCommand,
  GetTransitGatewayRouteTableAssociationsCommand,
  GetTransitGatewayRouteTablePropagationsCommand,
  SearchTransitGatewayRoutesCommand,
} from "@aws-sdk/client-ec2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";
import { ec2Arn } from "./ec2Arn.ts";

const { from, list, detail } = reads("ec2");
const tags = inline("Tags");
const attachment = {
  id: "TransitGatewayAttachmentId",
  arn: ec2Arn("transit-gateway-attachment", "TransitGatewayAttachmentId"),
  tags,
} as const;
const routeTable = { TransitGatewayRouteTableId: "TransitGatewayRouteTableId" } as const;
const onlyWithAttachment: OnlyWith = {
  type: "AWS::EC2::TransitGatewayAttachment",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGatewayAttachments.html",
};

/** Transit Gateway: which networks are joined, and along which routes. */
export const transitgateway: Service = {
  name: "transitgateway",
  title: "Transit Gateway: gateways, what is attached to them, and their routes",
  client: EC2Client,
  collectors: [
    list("AWS::EC2::TransitGateway", from(DescribeTransitGatewaysCommand, "TransitGateways"), {
      id: "TransitGatewayId",
      arn: "TransitGatewayArn",
      tags,
    }),
    list(
      "AWS::EC2::TransitGatewayAttachment",
      from(DescribeTransitGatewayAttachmentsCommand, "TransitGatewayAttachments"),
      attachment,
    ),
    list(
      "AWS::EC2::TransitGatewayVpcAttachment",
      from(DescribeTransitGatewayVpcAttachmentsCommand, "TransitGatewayVpcAttachments"),
      { ...attachment, onlyWith: onlyWithAttachment },
    ),
    list(
      "AWS::EC2::TransitGatewayPeeringAttachment",
      from(DescribeTransitGatewayPeeringAttachmentsCommand, "TransitGatewayPeeringAttachments"),
      { ...attachment, onlyWith: onlyWithAttachment },
    ),
    list("AWS::EC2::TransitGatewayConnect", from(DescribeTransitGatewayConnectsCommand, "TransitGatewayConnects"), {
      ...attachment,
      onlyWith: onlyWithAttachment,
    }),
    list(
      "AWS::EC2::TransitGatewayRouteTable",
      from(DescribeTransitGatewayRouteTablesCommand, "TransitGatewayRouteTables"),
      {
        id: "TransitGatewayRouteTableId",
        arn: ec2Arn("transit-gateway-route-table", "TransitGatewayRouteTableId"),
        tags,
        details: [
          detail(GetTransitGatewayRouteTableAssociationsCommand, routeTable),
          detail(GetTransitGatewayRouteTablePropagationsCommand, routeTable),
          detail(SearchTransitGatewayRoutesCommand, {
            ...routeTable,
            // A filter is required; these two types are all there are.
            Filters: [{ Name: "type", Values: ["static", "propagated"] }],
          }),
        ],
      },
    ),
    list(
      "AWS::EC2::TransitGatewayMulticastDomain",
      from(DescribeTransitGatewayMulticastDomainsCommand, "TransitGatewayMulticastDomains"),
      { id: "TransitGatewayMulticastDomainId", arn: "TransitGatewayMulticastDomainArn", tags },
    ),
    list(
      "AWS::EC2::TransitGatewayPolicyTable",
      from(DescribeTransitGatewayPolicyTablesCommand, "TransitGatewayPolicyTables"),
      {
        id: "TransitGatewayPolicyTableId",
        arn: ec2Arn("transit-gateway-policy-table", "TransitGatewayPolicyTableId"),
        tags,
        details: [
          detail(GetTransitGatewayPolicyTableEntriesCommand, {
            TransitGatewayPolicyTableId: "TransitGatewayPolicyTableId",
          }),
        ],
      },
    ),
  ],
};
