import {
  DescribeVerifiedAccessEndpointsCommand,
  DescribeVerifiedAccessGroupsCommand,
  DescribeVerifiedAccessInstanceLoggingConfigurationsCommand,
  DescribeVerifiedAccessInstancesCommand,
  DescribeVerifiedAccessTrustProvidersCommand,
  EC2Client,
  GetVerifiedAccessEndpointPolicyCommand,
  GetVerifiedAccessGroupPolicyCommand,
} from "@aws-sdk/client-ec2";
import { inline, reads, type Service } from "../collector.ts";
import { ec2Arn } from "./ec2Arn.ts";

const { from, list, detail, batch } = reads("ec2");
const tags = inline("Tags");

/** Verified Access: applications reached without a VPN, and the policies that decide who does. */
export const verifiedaccess: Service = {
  name: "verifiedaccess",
  title: "Verified Access: instances with their logging, groups and endpoints with their policies, trust providers",
  client: EC2Client,
  collectors: [
    list("AWS::EC2::VerifiedAccessInstance", from(DescribeVerifiedAccessInstancesCommand, "VerifiedAccessInstances"), {
      id: "VerifiedAccessInstanceId",
      arn: ec2Arn("verified-access-instance", "VerifiedAccessInstanceId"),
      tags,
      describe: {
        kind: "batch",
        batch: batch(
          DescribeVerifiedAccessInstanceLoggingConfigurationsCommand,
          100,
          { VerifiedAccessInstanceIds: "VerifiedAccessInstanceId" },
          "LoggingConfigurations",
          ["VerifiedAccessInstanceId", "VerifiedAccessInstanceId"],
        ),
      },
    }),
    list("AWS::EC2::VerifiedAccessGroup", from(DescribeVerifiedAccessGroupsCommand, "VerifiedAccessGroups"), {
      id: "VerifiedAccessGroupId",
      arn: "VerifiedAccessGroupArn",
      tags,
      details: [detail(GetVerifiedAccessGroupPolicyCommand, { VerifiedAccessGroupId: "VerifiedAccessGroupId" })],
    }),
    list("AWS::EC2::VerifiedAccessEndpoint", from(DescribeVerifiedAccessEndpointsCommand, "VerifiedAccessEndpoints"), {
      id: "VerifiedAccessEndpointId",
      arn: ec2Arn("verified-access-endpoint", "VerifiedAccessEndpointId"),
      tags,
      details: [
        detail(GetVerifiedAccessEndpointPolicyCommand, { VerifiedAccessEndpointId: "VerifiedAccessEndpointId" }),
      ],
    }),
    list(
      "AWS::EC2::VerifiedAccessTrustProvider",
      from(DescribeVerifiedAccessTrustProvidersCommand, "VerifiedAccessTrustProviders"),
      {
        id: "VerifiedAccessTrustProviderId",
        arn: ec2Arn("verified-access-trust-provider", "VerifiedAccessTrustProviderId"),
        tags,
        redact: ["OidcOptions.ClientSecret"],
        notSecret: {
          "OidcOptions.TokenEndpoint": "the address of the provider's token endpoint",
          "NativeApplicationOidcOptions.TokenEndpoint": "the address of the provider's token endpoint",
        },
      },
    ),
  ],
};
