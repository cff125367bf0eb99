import {
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListAccountSettingsCommand,
  ListClustersCommand,
  ListContainerInstancesCommand,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
} from "@aws-sdk/client-ecs";
import { inline, reads, type Service, tagsFrom } from "../collector.ts";

const { from, under, list, detail, describeInBatches } = reads("ecs");
const clusters = from(ListClustersCommand, "clusterArns", { as: "clusterArn" });
const tags = inline("tags");
const definition = detail(DescribeTaskDefinitionCommand, { taskDefinition: "taskDefinitionArn", include: ["TAGS"] });
const container = "DescribeTaskDefinition.taskDefinition.containerDefinitions";

/** ECS: clusters, what runs in them, and as whom. */
export const ecs: Service = {
  name: "ecs",
  title: "ECS: clusters with their logging of commands, services, task definitions and account settings",
  client: ECSClient,
  collectors: [
    list("AWS::ECS::Cluster", clusters, {
      id: "clusterName",
      arn: "clusterArn",
      tags,
      describe: describeInBatches(
        DescribeClustersCommand,
        100,
        { clusters: "clusterArn", include: ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"] },
        "clusters",
        ["clusterArn", "clusterArn"],
      ),
    }),
    list(
      "AWS::ECS::Service",
      under(
        clusters,
        ListServicesCommand,
        "serviceArns",
        { maxResults: 100, cluster: "clusterArn" },
        { as: "serviceArn" },
      ),
      {
        id: "serviceArn",
        arn: "serviceArn",
        name: "serviceName",
        tags,
        // Services that are described together were listed together: they are of one cluster.
        describe: describeInBatches(
          DescribeServicesCommand,
          10,
          (services) => ({
            cluster: services[0].cluster,
            services: services.map(({ serviceArn }) => serviceArn),
            include: ["TAGS" as const],
          }),
          "services",
          ["serviceArn", "serviceArn"],
        ),
        redact: ["deployments.serviceConnectConfiguration.logConfiguration.options"],
        notSecret: {
          "deployments.serviceConnectConfiguration.logConfiguration.secretOptions": "names of secrets and parameters",
          "deployments.serviceConnectConfiguration.accessLogConfiguration.includeQueryParameters":
            "whether it logs them",
        },
      },
    ),
    list(
      "AWS::ECS::ContainerInstance",
      under(
        clusters,
        ListContainerInstancesCommand,
        "containerInstanceArns",
        { cluster: "clusterArn" },
        { as: "containerInstanceArn" },
      ),
      {
        id: "containerInstanceArn",
        arn: "containerInstanceArn",
        name: "ec2InstanceId",
        tags,
        describe: describeInBatches(
          DescribeContainerInstancesCommand,
          100,
          (instances) => ({
            cluster: instances[0].cluster,
            containerInstances: instances.map(({ containerInstanceArn }) => containerInstanceArn),
            include: ["TAGS" as const, "CONTAINER_INSTANCE_HEALTH" as const],
          }),
          "containerInstances",
          ["containerInstanceArn", "containerInstanceArn"],
        ),
      },
    ),
    list(
      "AWS::ECS::TaskDefinition",
      from(ListTaskDefinitionsCommand, "taskDefinitionArns", { as: "taskDefinitionArn" }),
      {
        id: "taskDefinitionArn",
        arn: "taskDefinitionArn",
        tags: tagsFrom(definition, "tags"),
        details: [definition],
        // Commands and logging drivers' options are given secrets as often as variables are.
        redact: [
          `${container}.environment.value`,
          `${container}.command`,
          `${container}.entryPoint`,
          `${container}.healthCheck.command`,
          `${container}.logConfiguration.options`,
        ],
        notSecret: {
          [`${container}.environmentFiles`]: "ARNs of the files",
          [`${container}.secrets`]: "names and ARNs of secrets and parameters",
          [`${container}.logConfiguration.secretOptions`]: "names and ARNs of secrets and parameters",
          [`${container}.repositoryCredentials.credentialsParameter`]: "the ARN of a secret",
          [`${container}.credentialSpecs`]: "ARNs of the files",
          [`${container}.linuxParameters`]: "kernel settings",
          "DescribeTaskDefinition.taskDefinition.volumes.fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter":
            "the ARN of a secret or parameter",
        },
      },
    ),
    list(
      "AWS::ECS::CapacityProvider",
      from(DescribeCapacityProvidersCommand, "capacityProviders", { input: { include: ["TAGS"] } }),
      { id: "name", arn: "capacityProviderArn", tags },
    ),
    list(
      "AWS::ECS::AccountSetting",
      from(ListAccountSettingsCommand, "settings", { input: { effectiveSettings: true } }),
      { id: "name" },
    ),
  ],
};
