import {
  DescribeByoipCidrsCommand,
  DescribeIpamPoolsCommand,
  DescribeIpamScopesCommand,
  DescribeIpamsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list } = reads("ec2");
const tags = inline("Tags");
const onlyWithIpam: OnlyWith = {
  type: "AWS::EC2::IPAM",
  because: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteIpam.html",
};

/** IPAM: which addresses there are, and who may take of them. */
export const ipam: Service = {
  name: "ipam",
  title: "IPAM: address managers, scopes and pools, and address ranges brought along",
  client: EC2Client,
  collectors: [
    list("AWS::EC2::IPAM", from(DescribeIpamsCommand, "Ipams"), { id: "IpamId", arn: "IpamArn", tags }),
    list("AWS::EC2::IPAMScope", from(DescribeIpamScopesCommand, "IpamScopes"), {
      onlyWith: onlyWithIpam,
      id: "IpamScopeId",
      arn: "IpamScopeArn",
      tags,
    }),
    list("AWS::EC2::IPAMPool", from(DescribeIpamPoolsCommand, "IpamPools"), {
      id: "IpamPoolId",
      arn: "IpamPoolArn",
      tags,
    }),
    list("AWS::EC2::ByoipCidr", from(DescribeByoipCidrsCommand, "ByoipCidrs", { input: { MaxResults: 100 } }), {
      id: "Cidr",
    }),
  ],
};
