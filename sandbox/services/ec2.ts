import * as sdk from "@aws-sdk/client-ec2";
import { type Network, networkOf } from "../estate/network.ts";
import { regionsOf } from "../estate/regions.ts";
import type { Operation, Service } from "../service.ts";

interface Paged {
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
}

/** A listing of the network, in pages, of those resources that the request names. */
const listing = <Kind extends keyof Network>(
  kind: Kind,
  member: string,
  identifier: keyof Network[Kind][number] & string,
  ids = `${identifier}s`,
): Operation<Paged & Record<string, unknown>, object> => ({
  run: (input, { state, account, region }) => {
    const requested = input[ids] as string[] | undefined;
    const all = (networkOf(state.seed, account, region)[kind] as unknown as Record<string, unknown>[]).filter(
      (each) => !requested?.length || requested.includes(String(each[identifier])),
    );
    const start = Number(input.NextToken ?? 0);
    const end = start + (input.MaxResults ?? 1000);
    return { [member]: all.slice(start, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
  },
});

/** Of EC2 the regions, which are asked for in each account, and the network of the estate. */
export const ec2: Service = {
  signingName: "ec2",
  iamPrefix: "ec2",
  protocol: "ec2",
  regional: true,
  knowsEstate: true,
  sdk: { ...sdk },
  operations: {
    DescribeRegions: {
      run: (input: sdk.DescribeRegionsRequest, { state, account }): sdk.DescribeRegionsResult => ({
        Regions: regionsOf(state.seed, account)
          .filter(
            ({ name, optIn }) =>
              (input.AllRegions || optIn !== "not-opted-in") && (input.RegionNames ?? [name]).includes(name),
          )
          .map(({ name, optIn }) => ({
            RegionName: name,
            OptInStatus: optIn,
            Endpoint: `ec2.${name}.amazonaws.com`,
          })),
      }),
    },
    DescribeVpcs: listing("vpcs", "Vpcs", "VpcId"),
    DescribeSubnets: listing("subnets", "Subnets", "SubnetId"),
    DescribeRouteTables: listing("routeTables", "RouteTables", "RouteTableId"),
    DescribeInternetGateways: listing("internetGateways", "InternetGateways", "InternetGatewayId"),
    DescribeNatGateways: listing("natGateways", "NatGateways", "NatGatewayId"),
    DescribeSecurityGroups: listing("securityGroups", "SecurityGroups", "GroupId"),
    DescribeSecurityGroupRules: listing("securityGroupRules", "SecurityGroupRules", "SecurityGroupRuleId"),
    DescribeNetworkAcls: listing("networkAcls", "NetworkAcls", "NetworkAclId"),
    DescribeFlowLogs: listing("flowLogs", "FlowLogs", "FlowLogId"),
    // Off, as AWS has it until somebody turns it on: what the estate opens is open.
    DescribeVpcBlockPublicAccessOptions: {
      run: (_input: unknown, { account, region }): sdk.DescribeVpcBlockPublicAccessOptionsResult => ({
        VpcBlockPublicAccessOptions: {
          AwsAccountId: account,
          AwsRegion: region,
          State: "default-state",
          InternetGatewayBlockMode: "off",
          ExclusionsAllowed: "allowed",
        },
      }),
    },
  },
};
