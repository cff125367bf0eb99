import {
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClusterSnapshotAttributesCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBProxiesCommand,
  DescribeDBSnapshotAttributesCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeEventSubscriptionsCommand,
  DescribeOptionGroupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { inline, reads, type Service, tagsFrom } from "./collector.ts";

const { from, list, detail } = reads("rds");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceName: "{arn}" }), "TagList");
const passwords = {
  redact: ["PendingModifiedValues.MasterUserPassword"],
  notSecret: { MasterUserSecret: "the ARN, status and key of a secret, and not the secret" },
};

/** RDS: databases, their copies and the groups that configure them. */
export const rds: Service = {
  name: "rds",
  title: "RDS and Aurora (with Neptune and DocumentDB): databases, their copies and the groups that configure them",
  client: RDSClient,
  collectors: [
    list("AWS::RDS::DBInstance", from(DescribeDBInstancesCommand, "DBInstances"), {
      id: "DBInstanceIdentifier",
      arn: "DBInstanceArn",
      tags: inline("TagList"),
      ...passwords,
    }),
    list("AWS::RDS::DBCluster", from(DescribeDBClustersCommand, "DBClusters"), {
      id: "DBClusterIdentifier",
      arn: "DBClusterArn",
      tags: inline("TagList"),
      ...passwords,
    }),
    list("AWS::RDS::DBSnapshot", from(DescribeDBSnapshotsCommand, "DBSnapshots"), {
      id: "DBSnapshotIdentifier",
      arn: "DBSnapshotArn",
      tags: inline("TagList"),
      // Whom a snapshot is shared with; only manual ones can be.
      details: [
        detail(
          DescribeDBSnapshotAttributesCommand,
          { DBSnapshotIdentifier: "DBSnapshotIdentifier" },
          { when: ({ SnapshotType }) => SnapshotType === "manual" },
        ),
      ],
    }),
    list("AWS::RDS::DBClusterSnapshot", from(DescribeDBClusterSnapshotsCommand, "DBClusterSnapshots"), {
      id: "DBClusterSnapshotIdentifier",
      arn: "DBClusterSnapshotArn",
      tags: inline("TagList"),
      details: [
        detail(
          DescribeDBClusterSnapshotAttributesCommand,
          { DBClusterSnapshotIdentifier: "DBClusterSnapshotIdentifier" },
          { when: ({ SnapshotType }) => SnapshotType === "manual" },
        ),
      ],
    }),
    list("AWS::RDS::DBSubnetGroup", from(DescribeDBSubnetGroupsCommand, "DBSubnetGroups"), {
      id: "DBSubnetGroupName",
      arn: "DBSubnetGroupArn",
      tags,
    }),
    list("AWS::RDS::DBParameterGroup", from(DescribeDBParameterGroupsCommand, "DBParameterGroups"), {
      id: "DBParameterGroupName",
      arn: "DBParameterGroupArn",
      tags,
    }),
    list(
      "AWS::RDS::DBClusterParameterGroup",
      from(DescribeDBClusterParameterGroupsCommand, "DBClusterParameterGroups"),
      {
        id: "DBClusterParameterGroupName",
        arn: "DBClusterParameterGroupArn",
        tags,
      },
    ),
    list("AWS::RDS::OptionGroup", from(DescribeOptionGroupsCommand, "OptionGroupsList"), {
      id: "OptionGroupName",
      arn: "OptionGroupArn",
      tags,
    }),
    list("AWS::RDS::EventSubscription", from(DescribeEventSubscriptionsCommand, "EventSubscriptionsList"), {
      id: "CustSubscriptionId",
      arn: "EventSubscriptionArn",
      tags,
    }),
    list("AWS::RDS::DBProxy", from(DescribeDBProxiesCommand, "DBProxies"), {
      id: "DBProxyName",
      arn: "DBProxyArn",
      tags,
    }),
  ],
};
