import {
  AppRunnerClient,
  DescribeServiceCommand,
  DescribeVpcIngressConnectionCommand,
  ListAutoScalingConfigurationsCommand,
  ListConnectionsCommand,
  ListObservabilityConfigurationsCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListVpcConnectorsCommand,
  ListVpcIngressConnectionsCommand,
} from "@aws-sdk/client-apprunner";
import { type OnlyWith, reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail, describe } = reads("apprunner");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn: "{arn}" }), "Tags");
const source = "SourceConfiguration";
const onlyWithService: OnlyWith = {
  type: "AWS::AppRunner::Service",
  because: "https://docs.aws.amazon.com/apprunner/latest/api/API_DeleteService.html",
};

/** App Runner: containers and code that serve requests, and the networks they are in. */
export const apprunner: Service = {
  name: "apprunner",
  title: "App Runner: services with source, network and encryption, and their connections",
  client: AppRunnerClient,
  collectors: [
    list("AWS::AppRunner::Service", from(ListServicesCommand, "ServiceSummaryList"), {
      id: "ServiceArn",
      arn: "ServiceArn",
      name: "ServiceName",
      tags,
      describe: describe(DescribeServiceCommand, { ServiceArn: "ServiceArn" }, "Service"),
      redact: [
        `${source}.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentVariables`,
        `${source}.CodeRepository.CodeConfiguration.CodeConfigurationValues.BuildCommand`,
        `${source}.CodeRepository.CodeConfiguration.CodeConfigurationValues.StartCommand`,
        `${source}.ImageRepository.ImageConfiguration.RuntimeEnvironmentVariables`,
        `${source}.ImageRepository.ImageConfiguration.StartCommand`,
      ],
      notSecret: {
        [`${source}.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentSecrets`]:
          "ARNs of secrets and parameters",
        [`${source}.ImageRepository.ImageConfiguration.RuntimeEnvironmentSecrets`]: "ARNs of secrets and parameters",
      },
    }),
    list("AWS::AppRunner::VpcConnector", from(ListVpcConnectorsCommand, "VpcConnectors"), {
      id: "VpcConnectorArn",
      arn: "VpcConnectorArn",
      name: "VpcConnectorName",
      tags,
    }),
    list(
      "AWS::AppRunner::VpcIngressConnection",
      from(ListVpcIngressConnectionsCommand, "VpcIngressConnectionSummaryList"),
      {
        onlyWith: onlyWithService,
        id: "VpcIngressConnectionArn",
        arn: "VpcIngressConnectionArn",
        tags,
        describe: describe(
          DescribeVpcIngressConnectionCommand,
          { VpcIngressConnectionArn: "VpcIngressConnectionArn" },
          "VpcIngressConnection",
        ),
      },
    ),
    list("AWS::AppRunner::Connection", from(ListConnectionsCommand, "ConnectionSummaryList"), {
      id: "ConnectionArn",
      arn: "ConnectionArn",
      name: "ConnectionName",
      tags,
    }),
    list(
      "AWS::AppRunner::AutoScalingConfiguration",
      from(ListAutoScalingConfigurationsCommand, "AutoScalingConfigurationSummaryList"),
      { id: "AutoScalingConfigurationArn", arn: "AutoScalingConfigurationArn", name: "AutoScalingConfigurationName" },
    ),
    list(
      "AWS::AppRunner::ObservabilityConfiguration",
      from(ListObservabilityConfigurationsCommand, "ObservabilityConfigurationSummaryList"),
      {
        id: "ObservabilityConfigurationArn",
        arn: "ObservabilityConfigurationArn",
        name: "ObservabilityConfigurationName",
      },
    ),
  ],
};
