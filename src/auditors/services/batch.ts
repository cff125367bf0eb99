import {
  BatchClient,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
  ListSchedulingPoliciesCommand,
} from "@aws-sdk/client-batch";
import { inline, reads, type Service } from "../collector.ts";

const { from, list } = reads("batch");
const tags = inline("tags");
const containers = [
  "containerProperties",
  "nodeProperties.nodeRangeProperties.container",
  "ecsProperties.taskProperties.containers",
  "nodeProperties.nodeRangeProperties.ecsProperties.taskProperties.containers",
];
const pods = ["eksProperties", "nodeProperties.nodeRangeProperties.eksProperties"].flatMap((each) => [
  `${each}.podProperties.containers`,
  `${each}.podProperties.initContainers`,
]);
const because = (paths: readonly string[], reason: string) =>
  Object.fromEntries(paths.map((each) => [each, reason] as const));

/** Batch: jobs, the machines they run on, and as whom they run. */
export const batch: Service = {
  name: "batch",
  title: "Batch: compute environments, job queues and job definitions",
  client: BatchClient,
  collectors: [
    list("AWS::Batch::ComputeEnvironment", from(DescribeComputeEnvironmentsCommand, "computeEnvironments"), {
      id: "computeEnvironmentName",
      arn: "computeEnvironmentArn",
      tags,
    }),
    list("AWS::Batch::JobQueue", from(DescribeJobQueuesCommand, "jobQueues"), {
      id: "jobQueueName",
      arn: "jobQueueArn",
      tags,
      notSecret: {
        "computeEnvironmentOrder.computeEnvironment": "names of compute environments",
        "serviceEnvironmentOrder.serviceEnvironment": "names of service environments",
      },
    }),
    list(
      "AWS::Batch::JobDefinition",
      from(DescribeJobDefinitionsCommand, "jobDefinitions", { input: { status: "ACTIVE" } }),
      {
        id: "jobDefinitionArn",
        arn: "jobDefinitionArn",
        name: "jobDefinitionName",
        tags,
        // Commands and logging drivers' options are given secrets as often as variables are.
        redact: [
          "parameters",
          ...containers.flatMap((each) => [
            `${each}.environment.value`,
            `${each}.command`,
            `${each}.logConfiguration.options`,
          ]),
          ...pods.flatMap((each) => [`${each}.env.value`, `${each}.command`, `${each}.args`]),
        ],
        notSecret: {
          ...because(
            containers.map((each) => `${each}.secrets`),
            "names and ARNs of secrets and parameters",
          ),
          ...because(
            containers.map((each) => `${each}.logConfiguration.secretOptions`),
            "names and ARNs of secrets and parameters",
          ),
          ...because(
            containers.map((each) => `${each}.linuxParameters`),
            "kernel settings",
          ),
          ...because(
            containers.map((each) => `${each}.repositoryCredentials.credentialsParameter`),
            "the ARN of a secret",
          ),
          ...because(
            ["eksProperties", "nodeProperties.nodeRangeProperties.eksProperties"].flatMap((each) => [
              `${each}.podProperties.imagePullSecrets`,
              `${each}.podProperties.volumes.secret`,
            ]),
            "names of the cluster's secrets",
          ),
        },
      },
    ),
    list("AWS::Batch::SchedulingPolicy", from(ListSchedulingPoliciesCommand, "schedulingPolicies"), {
      id: "arn",
      arn: "arn",
    }),
  ],
};
