import {
  GetClusterPolicyCommand,
  KafkaClient,
  ListClustersV2Command,
  ListConfigurationsCommand,
  ListReplicatorsCommand,
  ListScramSecretsCommand,
  ListVpcConnectionsCommand,
} from "@aws-sdk/client-kafka";
import { inline, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("kafka");

/** MSK: Kafka clusters, who reaches them, and how they are encrypted. */
export const kafka: Service = {
  name: "kafka",
  title: "MSK: Kafka clusters, who reaches them, and how they are encrypted",
  client: KafkaClient,
  collectors: [
    list("AWS::MSK::Cluster", from(ListClustersV2Command, "ClusterInfoList"), {
      id: "ClusterArn",
      arn: "ClusterArn",
      name: "ClusterName",
      tags: inline("Tags"),
      notSecret: { "ListScramSecrets.SecretArnList": "ARNs of secrets, and not the secrets" },
      details: [
        detail(GetClusterPolicyCommand, { ClusterArn: "ClusterArn" }, { none: ["NotFoundException"] }),
        detail(
          ListScramSecretsCommand,
          { ClusterArn: "ClusterArn" },
          { when: ({ Provisioned }) => Provisioned?.ClientAuthentication?.Sasl?.Scram?.Enabled === true },
        ),
      ],
    }),
    list("AWS::MSK::Configuration", from(ListConfigurationsCommand, "Configurations"), {
      id: "Arn",
      arn: "Arn",
      name: "Name",
    }),
    list("AWS::MSK::VpcConnection", from(ListVpcConnectionsCommand, "VpcConnections"), {
      id: "VpcConnectionArn",
      arn: "VpcConnectionArn",
      tags: taggingApi("kafka:vpc-connection"),
    }),
    list("AWS::MSK::Replicator", from(ListReplicatorsCommand, "Replicators"), {
      id: "ReplicatorArn",
      arn: "ReplicatorArn",
      name: "ReplicatorName",
      tags: taggingApi("kafka:replicator"),
    }),
  ],
};
