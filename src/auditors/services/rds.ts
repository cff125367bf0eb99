import {
  DescribeAccountAttributesCommand,
  DescribeBlueGreenDeploymentsCommand,
  DescribeCertificatesCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterParameterGroupsCommand,
  DescribeDBClusterParametersCommand,
  DescribeDBClusterSnapshotAttributesCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBMajorEngineVersionsCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyEndpointsCommand,
  DescribeDBProxyTargetGroupsCommand,
  DescribeDBSnapshotAttributesCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  DescribeEventSubscriptionsCommand,
  DescribeExportTasksCommand,
  DescribeGlobalClustersCommand,
  DescribeIntegrationsCommand,
  DescribeOptionGroupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { inline, type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail } = reads("rds");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceName: "{arn}" }), "TagList");
const proxies = from(DescribeDBProxiesCommand, "DBProxies");
const onlyWithProxy: OnlyWith = {
  type: "AWS::RDS::DBProxy",
  because: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-endpoints.DeletingEndpoint.html",
};
// Not so groups of parameters and options, of which AWS's own are not counted, and snapshots, of which automatic ones are not.
const used = from(DescribeAccountAttributesCommand, "AccountQuotas");
const counted = (quota: string): OnlyWith => ({
  countedBy: used,
  of: ["AccountQuotaName", quota],
  counts: ["Used"],
  because: "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AccountQuota.html",
});
// A group has hundreds of parameters; those that someone set are what makes it differ from AWS's own.
const set = "user";
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
      onlyWith: counted("DBInstances"),
      id: "DBInstanceIdentifier",
      arn: "DBInstanceArn",
      tags: inline("TagList"),
      ...passwords,
    }),
    // The quota of clusters is about Aurora's by AWS's page, and the listing has Neptune's and DocumentDB's too: not counted.
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
      onlyWith: counted("DBSubnetGroups"),
      id: "DBSubnetGroupName",
      arn: "DBSubnetGroupArn",
      tags,
    }),
    list("AWS::RDS::DBParameterGroup", from(DescribeDBParameterGroupsCommand, "DBParameterGroups"), {
      id: "DBParameterGroupName",
      arn: "DBParameterGroupArn",
      tags,
      details: [
        detail(DescribeDBParametersCommand, ({ DBParameterGroupName }) => ({ DBParameterGroupName, Source: set }), {
          when: ({ DBParameterGroupName }) => !String(DBParameterGroupName).startsWith("default."),
        }),
      ],
      notSecret: { "DescribeDBParameters.Parameters": "how the engine runs: force_ssl, what it logs" },
    }),
    list(
      "AWS::RDS::DBClusterParameterGroup",
      from(DescribeDBClusterParameterGroupsCommand, "DBClusterParameterGroups"),
      {
        id: "DBClusterParameterGroupName",
        arn: "DBClusterParameterGroupArn",
        tags,
        details: [
          detail(
            DescribeDBClusterParametersCommand,
            ({ DBClusterParameterGroupName }) => ({ DBClusterParameterGroupName, Source: set }),
            { when: ({ DBClusterParameterGroupName }) => !String(DBClusterParameterGroupName).startsWith("default.") },
          ),
        ],
        notSecret: { "DescribeDBClusterParameters.Parameters": "how the engine runs: force_ssl, what it logs" },
      },
    ),
    list("AWS::RDS::OptionGroup", from(DescribeOptionGroupsCommand, "OptionGroupsList"), {
      id: "OptionGroupName",
      arn: "OptionGroupArn",
      tags,
    }),
    list("AWS::RDS::EventSubscription", from(DescribeEventSubscriptionsCommand, "EventSubscriptionsList"), {
      onlyWith: counted("EventSubscriptions"),
      id: "CustSubscriptionId",
      arn: "EventSubscriptionArn",
      tags,
    }),
    list("AWS::RDS::DBProxy", proxies, {
      id: "DBProxyName",
      arn: "DBProxyArn",
      tags,
    }),
    list("AWS::RDS::DBProxyEndpoint", from(DescribeDBProxyEndpointsCommand, "DBProxyEndpoints"), {
      onlyWith: onlyWithProxy,
      id: "DBProxyEndpointName",
      arn: "DBProxyEndpointArn",
      tags,
    }),
    list(
      "AWS::RDS::DBProxyTargetGroup",
      under(proxies, DescribeDBProxyTargetGroupsCommand, "TargetGroups", { DBProxyName: "DBProxyName" }),
      { id: "{DBProxyName}/{TargetGroupName}", arn: "TargetGroupArn", name: "TargetGroupName", tags },
    ),
    list("AWS::RDS::GlobalCluster", from(DescribeGlobalClustersCommand, "GlobalClusters"), {
      id: "GlobalClusterIdentifier",
      arn: "GlobalClusterArn",
      tags: inline("TagList"),
    }),
    list(
      "AWS::RDS::DBInstanceAutomatedBackup",
      from(DescribeDBInstanceAutomatedBackupsCommand, "DBInstanceAutomatedBackups"),
      {
        id: "DbiResourceId",
        arn: "DBInstanceAutomatedBackupsArn",
        name: "DBInstanceIdentifier",
        tags: inline("TagList"),
      },
    ),
    list(
      "AWS::RDS::DBClusterAutomatedBackup",
      from(DescribeDBClusterAutomatedBackupsCommand, "DBClusterAutomatedBackups"),
      {
        id: "DbClusterResourceId",
        arn: "DBClusterAutomatedBackupsArn",
        name: "DBClusterIdentifier",
        tags: inline("TagList"),
      },
    ),
    list("AWS::RDS::ExportTask", from(DescribeExportTasksCommand, "ExportTasks"), { id: "ExportTaskIdentifier" }),
    list("AWS::RDS::Integration", from(DescribeIntegrationsCommand, "Integrations"), {
      id: "IntegrationArn",
      arn: "IntegrationArn",
      name: "IntegrationName",
      tags: inline("Tags"),
    }),
    list("AWS::RDS::BlueGreenDeployment", from(DescribeBlueGreenDeploymentsCommand, "BlueGreenDeployments"), {
      id: "BlueGreenDeploymentIdentifier",
      name: "BlueGreenDeploymentName",
      tags: inline("TagList"),
    }),
    // AWS's own, in each region: until when a certificate is valid, and until when a version is supported.
    list("AWS::RDS::Certificate", from(DescribeCertificatesCommand, "Certificates"), {
      id: "CertificateIdentifier",
      arn: "CertificateArn",
    }),
    list("AWS::RDS::DBMajorEngineVersion", from(DescribeDBMajorEngineVersionsCommand, "DBMajorEngineVersions"), {
      id: "{Engine}/{MajorEngineVersion}",
    }),
  ],
};
