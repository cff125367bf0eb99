import {
  DescribeAddressesCommand,
  DescribeCarrierGatewaysCommand,
  DescribeDhcpOptionsCommand,
  DescribeEgressOnlyInternetGatewaysCommand,
  DescribeFlowLogsCommand,
  DescribeInternetGatewaysCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInsightsAccessScopesCommand,
  DescribeNetworkInterfacePermissionsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSecurityGroupVpcAssociationsCommand,
  DescribeSubnetsCommand,
  DescribeVpcBlockPublicAccessExclusionsCommand,
  DescribeVpcBlockPublicAccessOptionsCommand,
  DescribeVpcEncryptionControlsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetManagedPrefixListEntriesCommand,
} from "@aws-sdk/client-ec2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";
import { ec2Arn } from "./ec2Arn.ts";

const { from, list, detail } = reads("ec2");
const tags = inline("Tags");
// Whom subnets are shared with is told of their VPC; what is the VPC's own is deleted before it or with it. Not so what
// participants have in it, who keep it when the subnet is no longer shared: groups, network interfaces, flow logs.
const onlyWithVpc: OnlyWith = {
  type: "AWS::EC2::VPC",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html",
};
const onlyWithGroup: OnlyWith = {
  type: "AWS::EC2::SecurityGroup",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html",
};

/** VPC: networks, their ways in and out, and the rules on them. */
export const vpc: Service = {
  name: "vpc",
  title: "VPC: networks, subnets, routes, gateways and addresses, the rules on them and the logs of their traffic",
  client: EC2Client,
  collectors: [
    list("AWS::EC2::VPC", from(DescribeVpcsCommand, "Vpcs"), {
      id: "VpcId",
      arn: "arn:{partition}:ec2:{region}:{OwnerId}:vpc/{VpcId}",
      tags,
    }),
    list("AWS::EC2::Subnet", from(DescribeSubnetsCommand, "Subnets", { input: { MaxResults: 1000 } }), {
      onlyWith: onlyWithVpc,
      id: "SubnetId",
      arn: "SubnetArn",
      tags,
    }),
    list(
      "AWS::EC2::SecurityGroup",
      from(DescribeSecurityGroupsCommand, "SecurityGroups", { input: { MaxResults: 1000 } }),
      {
        id: "GroupId",
        arn: "arn:{partition}:ec2:{region}:{OwnerId}:security-group/{GroupId}",
        name: "GroupName",
        tags,
      },
    ),
    list(
      "AWS::EC2::SecurityGroupRule",
      from(DescribeSecurityGroupRulesCommand, "SecurityGroupRules", { input: { MaxResults: 1000 } }),
      { onlyWith: onlyWithGroup, id: "SecurityGroupRuleId", arn: "SecurityGroupRuleArn", tags },
    ),
    list(
      "AWS::EC2::SecurityGroupVpcAssociation",
      from(DescribeSecurityGroupVpcAssociationsCommand, "SecurityGroupVpcAssociations"),
      { onlyWith: onlyWithGroup, id: "{GroupId}|{VpcId}" },
    ),
    list(
      "AWS::EC2::NetworkInterface",
      from(DescribeNetworkInterfacesCommand, "NetworkInterfaces", { input: { MaxResults: 1000 } }),
      {
        id: "NetworkInterfaceId",
        arn: "arn:{partition}:ec2:{region}:{OwnerId}:network-interface/{NetworkInterfaceId}",
        tags: inline("TagSet"),
      },
    ),
    list(
      "AWS::EC2::NetworkInterfacePermission",
      from(DescribeNetworkInterfacePermissionsCommand, "NetworkInterfacePermissions", { input: { MaxResults: 255 } }),
      { id: "NetworkInterfacePermissionId" },
    ),
    list("AWS::EC2::RouteTable", from(DescribeRouteTablesCommand, "RouteTables"), {
      onlyWith: onlyWithVpc,
      id: "RouteTableId",
      arn: "arn:{partition}:ec2:{region}:{OwnerId}:route-table/{RouteTableId}",
      tags,
    }),
    list("AWS::EC2::NetworkAcl", from(DescribeNetworkAclsCommand, "NetworkAcls"), {
      onlyWith: onlyWithVpc,
      id: "NetworkAclId",
      arn: "arn:{partition}:ec2:{region}:{OwnerId}:network-acl/{NetworkAclId}",
      tags,
    }),
    list("AWS::EC2::InternetGateway", from(DescribeInternetGatewaysCommand, "InternetGateways"), {
      id: "InternetGatewayId",
      arn: "arn:{partition}:ec2:{region}:{OwnerId}:internet-gateway/{InternetGatewayId}",
      tags,
    }),
    list(
      "AWS::EC2::EgressOnlyInternetGateway",
      from(DescribeEgressOnlyInternetGatewaysCommand, "EgressOnlyInternetGateways"),
      {
        onlyWith: onlyWithVpc,
        id: "EgressOnlyInternetGatewayId",
        arn: ec2Arn("egress-only-internet-gateway", "EgressOnlyInternetGatewayId"),
        tags,
      },
    ),
    list("AWS::EC2::NatGateway", from(DescribeNatGatewaysCommand, "NatGateways"), {
      onlyWith: onlyWithVpc,
      id: "NatGatewayId",
      arn: ec2Arn("natgateway", "NatGatewayId"),
      tags,
    }),
    list("AWS::EC2::CarrierGateway", from(DescribeCarrierGatewaysCommand, "CarrierGateways"), {
      onlyWith: onlyWithVpc,
      id: "CarrierGatewayId",
      arn: "arn:{partition}:ec2:{region}:{OwnerId}:carrier-gateway/{CarrierGatewayId}",
      tags,
    }),
    list("AWS::EC2::EIP", from(DescribeAddressesCommand, "Addresses"), {
      id: "AllocationId",
      arn: ec2Arn("elastic-ip", "AllocationId"),
      name: "PublicIp",
      tags,
    }),
    list("AWS::EC2::DHCPOptions", from(DescribeDhcpOptionsCommand, "DhcpOptions"), {
      id: "DhcpOptionsId",
      arn: "arn:{partition}:ec2:{region}:{OwnerId}:dhcp-options/{DhcpOptionsId}",
      tags,
    }),
    list(
      "AWS::EC2::PrefixList",
      // Those that others share and AWS's own among them: rules name these too.
      from(DescribeManagedPrefixListsCommand, "PrefixLists"),
      {
        id: "PrefixListId",
        arn: "PrefixListArn",
        name: "PrefixListName",
        tags,
        details: [
          // AWS's own are known by their names, and the same in every account.
          detail(
            GetManagedPrefixListEntriesCommand,
            { PrefixListId: "PrefixListId" },
            { when: ({ OwnerId }) => OwnerId !== "AWS" },
          ),
        ],
      },
    ),
    list("AWS::EC2::VPCPeeringConnection", from(DescribeVpcPeeringConnectionsCommand, "VpcPeeringConnections"), {
      id: "VpcPeeringConnectionId",
      arn: ec2Arn("vpc-peering-connection", "VpcPeeringConnectionId"),
      tags,
    }),
    list("AWS::EC2::FlowLog", from(DescribeFlowLogsCommand, "FlowLogs"), {
      id: "FlowLogId",
      arn: ec2Arn("vpc-flow-log", "FlowLogId"),
      tags,
    }),
    list("AWS::EC2::VPCBlockPublicAccessOptions", from(DescribeVpcBlockPublicAccessOptionsCommand)),
    list(
      "AWS::EC2::VPCBlockPublicAccessExclusion",
      from(DescribeVpcBlockPublicAccessExclusionsCommand, "VpcBlockPublicAccessExclusions"),
      {
        id: "ExclusionId",
        arn: ec2Arn("vpc-block-public-access-exclusion", "ExclusionId"),
        tags,
      },
    ),
    list("AWS::EC2::VPCEncryptionControl", from(DescribeVpcEncryptionControlsCommand, "VpcEncryptionControls"), {
      onlyWith: onlyWithVpc,
      id: "VpcEncryptionControlId",
      arn: ec2Arn("vpc-encryption-control", "VpcEncryptionControlId"),
      tags,
    }),
    list(
      "AWS::EC2::NetworkInsightsAccessScope",
      from(DescribeNetworkInsightsAccessScopesCommand, "NetworkInsightsAccessScopes"),
      { id: "NetworkInsightsAccessScopeId", arn: "NetworkInsightsAccessScopeArn", tags },
    ),
  ],
};
