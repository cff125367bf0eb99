import {
  ClusterState,
  DescribeClusterCommand,
  DescribeSecurityConfigurationCommand,
  DescribeStudioCommand,
  EMRClient,
  GetBlockPublicAccessConfigurationCommand,
  ListClustersCommand,
  ListSecurityConfigurationsCommand,
  ListStudiosCommand,
} from "@aws-sdk/client-emr";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, describe } = reads("elasticmapreduce");
const { STARTING, BOOTSTRAPPING, RUNNING, WAITING } = ClusterState;

/** EMR: clusters that run, how they are encrypted, and whether they may be public. */
export const emr: Service = {
  name: "emr",
  title: "EMR: clusters that run, how they are encrypted, and whether they may be public",
  client: EMRClient,
  collectors: [
    list(
      "AWS::EMR::Cluster",
      // A cluster that ended stays in the list for two months.
      from(ListClustersCommand, "Clusters", { input: { ClusterStates: [STARTING, BOOTSTRAPPING, RUNNING, WAITING] } }),
      {
        id: "Id",
        arn: "ClusterArn",
        name: "Name",
        describe: describe(DescribeClusterCommand, { ClusterId: "Id" }, "Cluster"),
        tags: inline("Tags"),
        redact: [
          "Applications.Args",
          "Configurations",
          "KerberosAttributes.KdcAdminPassword",
          "KerberosAttributes.CrossRealmTrustPrincipalPassword",
          "KerberosAttributes.ADDomainJoinPassword",
        ],
      },
    ),
    list("AWS::EMR::SecurityConfiguration", from(ListSecurityConfigurationsCommand, "SecurityConfigurations"), {
      id: "Name",
      describe: describe(DescribeSecurityConfigurationCommand, { Name: "Name" }),
    }),
    list("AWS::EMR::Studio", from(ListStudiosCommand, "Studios"), {
      id: "StudioId",
      arn: "StudioArn",
      name: "Name",
      describe: describe(DescribeStudioCommand, { StudioId: "StudioId" }, "Studio"),
      tags: inline("Tags"),
    }),
    list(
      "AWS::EMR::BlockPublicAccessConfiguration",
      from(GetBlockPublicAccessConfigurationCommand, "BlockPublicAccessConfiguration"),
    ),
  ],
};
