import {
  DatabaseMigrationServiceClient,
  DescribeCertificatesCommand,
  DescribeEndpointsCommand,
  DescribeEventSubscriptionsCommand,
  DescribeReplicationConfigsCommand,
  DescribeReplicationInstancesCommand,
  DescribeReplicationSubnetGroupsCommand,
  DescribeReplicationTasksCommand,
} from "@aws-sdk/client-database-migration-service";
import { type OnlyWith, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list } = reads("dms");

// AWS leaves passwords out of its answers; should it ever not, they are none of the evidence's.
const PASSWORDS = [
  "MongoDbSettings.Password",
  "KafkaSettings.SslClientKeyPassword",
  "KafkaSettings.SaslPassword",
  "RedshiftSettings.Password",
  "PostgreSQLSettings.Password",
  "MySQLSettings.Password",
  "OracleSettings.AsmPassword",
  "OracleSettings.Password",
  "SybaseSettings.Password",
  "MicrosoftSQLServerSettings.Password",
  "IBMDb2Settings.Password",
  "DocDbSettings.Password",
  "RedisSettings.AuthPassword",
  "GcpMySQLSettings.Password",
] as const;
const onlyWithInstance: OnlyWith = {
  type: "AWS::DMS::ReplicationInstance",
  because: "https://docs.aws.amazon.com/dms/latest/APIReference/API_DeleteReplicationInstance.html",
};

/** Database Migration Service: what is copied from where to where, and whether the way is encrypted. */
export const dms: Service = {
  name: "dms",
  title: "Database Migration Service: what is copied from where to where, and whether the way is encrypted",
  client: DatabaseMigrationServiceClient,
  collectors: [
    list("AWS::DMS::ReplicationInstance", from(DescribeReplicationInstancesCommand, "ReplicationInstances"), {
      id: "ReplicationInstanceIdentifier",
      arn: "ReplicationInstanceArn",
      tags: taggingApi("dms:rep"),
    }),
    list("AWS::DMS::Endpoint", from(DescribeEndpointsCommand, "Endpoints"), {
      id: "EndpointIdentifier",
      arn: "EndpointArn",
      tags: taggingApi("dms:endpoint"),
      redact: ["ExtraConnectionAttributes", ...PASSWORDS],
    }),
    list(
      "AWS::DMS::ReplicationTask",
      from(DescribeReplicationTasksCommand, "ReplicationTasks", { input: { WithoutSettings: true } }),
      {
        onlyWith: onlyWithInstance,
        id: "ReplicationTaskIdentifier",
        arn: "ReplicationTaskArn",
        tags: taggingApi("dms:task"),
        redact: ["TaskData"],
      },
    ),
    list("AWS::DMS::ReplicationConfig", from(DescribeReplicationConfigsCommand, "ReplicationConfigs"), {
      id: "ReplicationConfigIdentifier",
      arn: "ReplicationConfigArn",
      tags: taggingApi("dms:replication-config"),
    }),
    list("AWS::DMS::Certificate", from(DescribeCertificatesCommand, "Certificates"), {
      id: "CertificateIdentifier",
      arn: "CertificateArn",
      // A wallet of Oracle's can have a private key in it.
      redact: ["CertificateWallet"],
    }),
    list("AWS::DMS::ReplicationSubnetGroup", from(DescribeReplicationSubnetGroupsCommand, "ReplicationSubnetGroups"), {
      id: "ReplicationSubnetGroupIdentifier",
      arn: "arn:{partition}:dms:{region}:{account}:subgrp:{ReplicationSubnetGroupIdentifier}",
      tags: taggingApi("dms:subgrp"),
    }),
    list("AWS::DMS::EventSubscription", from(DescribeEventSubscriptionsCommand, "EventSubscriptionsList"), {
      id: "CustSubscriptionId",
      arn: "arn:{partition}:dms:{region}:{account}:es:{CustSubscriptionId}",
      tags: taggingApi("dms:es"),
    }),
  ],
};
