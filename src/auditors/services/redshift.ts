import {
  DescribeClusterParameterGroupsCommand,
  DescribeClusterParametersCommand,
  DescribeClusterSnapshotsCommand,
  DescribeClusterSubnetGroupsCommand,
  DescribeClustersCommand,
  DescribeDataSharesCommand,
  DescribeEndpointAccessCommand,
  DescribeEndpointAuthorizationCommand,
  DescribeEventSubscriptionsCommand,
  DescribeIntegrationsCommand,
  DescribeLoggingStatusCommand,
  DescribeScheduledActionsCommand,
  GetResourcePolicyCommand,
  RedshiftClient,
} from "@aws-sdk/client-redshift";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, detail } = reads("redshift");

/** Redshift: clusters, what is logged of them, their copies, and with whom they are shared. */
export const redshift: Service = {
  name: "redshift",
  title: "Redshift: clusters, what is logged of them, their copies, and with whom they are shared",
  client: RedshiftClient,
  collectors: [
    list("AWS::Redshift::Cluster", from(DescribeClustersCommand, "Clusters"), {
      id: "ClusterIdentifier",
      arn: "arn:{partition}:redshift:{region}:{account}:cluster:{ClusterIdentifier}",
      tags: inline("Tags"),
      details: [
        detail(DescribeLoggingStatusCommand, { ClusterIdentifier: "ClusterIdentifier" }),
        detail(
          GetResourcePolicyCommand,
          { ResourceArn: "ClusterNamespaceArn" },
          { none: ["ResourceNotFoundFault"], when: ({ ClusterNamespaceArn }) => ClusterNamespaceArn !== undefined },
        ),
      ],
      redact: ["PendingModifiedValues.MasterUserPassword"],
      notSecret: { "ClusterParameterGroups.ClusterParameterStatusList": "which parameters are in force" },
    }),
    list(
      "AWS::Redshift::ClusterSnapshot",
      from(DescribeClusterSnapshotsCommand, "Snapshots", { input: ({ account }) => ({ OwnerAccount: account }) }),
      { id: "SnapshotIdentifier", arn: "SnapshotArn", tags: inline("Tags") },
    ),
    list("AWS::Redshift::ClusterParameterGroup", from(DescribeClusterParameterGroupsCommand, "ParameterGroups"), {
      id: "ParameterGroupName",
      arn: "arn:{partition}:redshift:{region}:{account}:parametergroup:{ParameterGroupName}",
      tags: inline("Tags"),
      details: [detail(DescribeClusterParametersCommand, { ParameterGroupName: "ParameterGroupName" })],
      notSecret: { "DescribeClusterParameters.Parameters": "require_ssl, logging of activity, the queues' memory" },
    }),
    list("AWS::Redshift::ClusterSubnetGroup", from(DescribeClusterSubnetGroupsCommand, "ClusterSubnetGroups"), {
      id: "ClusterSubnetGroupName",
      arn: "arn:{partition}:redshift:{region}:{account}:subnetgroup:{ClusterSubnetGroupName}",
      tags: inline("Tags"),
    }),
    list("AWS::Redshift::DataShare", from(DescribeDataSharesCommand, "DataShares"), {
      id: "DataShareArn",
      arn: "DataShareArn",
    }),
    list("AWS::Redshift::EndpointAccess", from(DescribeEndpointAccessCommand, "EndpointAccessList"), {
      id: "EndpointName",
    }),
    list(
      "AWS::Redshift::EndpointAuthorization",
      from(DescribeEndpointAuthorizationCommand, "EndpointAuthorizationList"),
      { id: "{ClusterIdentifier}|{Grantee}" },
    ),
    list("AWS::Redshift::EventSubscription", from(DescribeEventSubscriptionsCommand, "EventSubscriptionsList"), {
      id: "CustSubscriptionId",
      arn: "arn:{partition}:redshift:{region}:{account}:eventsubscription:{CustSubscriptionId}",
      tags: inline("Tags"),
    }),
    list("AWS::Redshift::ScheduledAction", from(DescribeScheduledActionsCommand, "ScheduledActions"), {
      id: "ScheduledActionName",
    }),
    list("AWS::Redshift::Integration", from(DescribeIntegrationsCommand, "Integrations"), {
      id: "IntegrationArn",
      arn: "IntegrationArn",
      name: "IntegrationName",
      tags: inline("Tags"),
    }),
  ],
};
