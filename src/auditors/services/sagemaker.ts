import {
  DescribeDomainCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeFeatureGroupCommand,
  DescribeModelCommand,
  DescribeNotebookInstanceCommand,
  DescribeTrainingJobCommand,
  GetModelPackageGroupPolicyCommand,
  ListDomainsCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListFeatureGroupsCommand,
  ListModelPackageGroupsCommand,
  ListModelsCommand,
  ListNotebookInstancesCommand,
  ListPipelinesCommand,
  ListTrainingJobsCommand,
  ListUserProfilesCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { type OnlyWith, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describe } = reads("sagemaker");
const onlyWithDomain: OnlyWith = {
  type: "AWS::SageMaker::Domain",
  because: "https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html",
};

/** SageMaker: notebooks, models and what trains and serves them: network, keys, and as whom they run. */
export const sagemaker: Service = {
  name: "sagemaker",
  title: "SageMaker: notebooks, models and what trains and serves them: network, keys, and as whom they run",
  client: SageMakerClient,
  collectors: [
    list(
      "AWS::SageMaker::NotebookInstance",
      from(ListNotebookInstancesCommand, "NotebookInstances", { input: { MaxResults: 100 } }),
      {
        id: "NotebookInstanceName",
        arn: "NotebookInstanceArn",
        describe: describe(DescribeNotebookInstanceCommand, { NotebookInstanceName: "NotebookInstanceName" }),
        tags: taggingApi("sagemaker:notebook-instance"),
      },
    ),
    list("AWS::SageMaker::Domain", from(ListDomainsCommand, "Domains", { input: { MaxResults: 100 } }), {
      id: "DomainId",
      arn: "DomainArn",
      name: "DomainName",
      describe: describe(DescribeDomainCommand, { DomainId: "DomainId" }),
      tags: taggingApi("sagemaker:domain"),
    }),
    list("AWS::SageMaker::UserProfile", from(ListUserProfilesCommand, "UserProfiles", { input: { MaxResults: 100 } }), {
      onlyWith: onlyWithDomain,
      id: "{DomainId}/{UserProfileName}",
      arn: "arn:{partition}:sagemaker:{region}:{account}:user-profile/{DomainId}/{UserProfileName}",
      name: "UserProfileName",
    }),
    list("AWS::SageMaker::Model", from(ListModelsCommand, "Models", { input: { MaxResults: 100 } }), {
      id: "ModelName",
      arn: "ModelArn",
      describe: describe(DescribeModelCommand, { ModelName: "ModelName" }),
      tags: taggingApi("sagemaker:model"),
      redact: [
        "PrimaryContainer.Environment",
        "Containers.Environment",
        "DeploymentRecommendation.RealTimeInferenceRecommendations.Environment",
      ],
    }),
    list(
      "AWS::SageMaker::EndpointConfig",
      from(ListEndpointConfigsCommand, "EndpointConfigs", { input: { MaxResults: 100 } }),
      {
        id: "EndpointConfigName",
        arn: "EndpointConfigArn",
        describe: describe(DescribeEndpointConfigCommand, { EndpointConfigName: "EndpointConfigName" }),
        tags: taggingApi("sagemaker:endpoint-config"),
      },
    ),
    list("AWS::SageMaker::Endpoint", from(ListEndpointsCommand, "Endpoints", { input: { MaxResults: 100 } }), {
      id: "EndpointName",
      arn: "EndpointArn",
      describe: describe(DescribeEndpointCommand, { EndpointName: "EndpointName" }),
      tags: taggingApi("sagemaker:endpoint"),
    }),
    list(
      "AWS::SageMaker::TrainingJob",
      // Those that run: the finished ones stay in the list for ever.
      from(ListTrainingJobsCommand, "TrainingJobSummaries", { input: { MaxResults: 100, StatusEquals: "InProgress" } }),
      {
        id: "TrainingJobName",
        arn: "TrainingJobArn",
        describe: describe(DescribeTrainingJobCommand, { TrainingJobName: "TrainingJobName" }),
        tags: taggingApi("sagemaker:training-job"),
        redact: [
          "Environment",
          "HyperParameters",
          "AlgorithmSpecification.ContainerArguments",
          "AlgorithmSpecification.ContainerEntrypoint",
          "DebugRuleConfigurations.RuleParameters",
          "ProfilerRuleConfigurations.RuleParameters",
          "DebugHookConfig.HookParameters",
          "DebugHookConfig.CollectionConfigurations.CollectionParameters",
          "ProfilerConfig.ProfilingParameters",
        ],
      },
    ),
    list(
      "AWS::SageMaker::FeatureGroup",
      from(ListFeatureGroupsCommand, "FeatureGroupSummaries", { input: { MaxResults: 100 } }),
      {
        id: "FeatureGroupName",
        arn: "FeatureGroupArn",
        describe: describe(DescribeFeatureGroupCommand, { FeatureGroupName: "FeatureGroupName" }),
        tags: taggingApi("sagemaker:feature-group"),
      },
    ),
    list(
      "AWS::SageMaker::ModelPackageGroup",
      from(ListModelPackageGroupsCommand, "ModelPackageGroupSummaryList", { input: { MaxResults: 100 } }),
      {
        id: "ModelPackageGroupName",
        arn: "ModelPackageGroupArn",
        tags: taggingApi("sagemaker:model-package-group"),
        details: [detail(GetModelPackageGroupPolicyCommand, { ModelPackageGroupName: "ModelPackageGroupName" })],
      },
    ),
    list("AWS::SageMaker::Pipeline", from(ListPipelinesCommand, "PipelineSummaries", { input: { MaxResults: 100 } }), {
      id: "PipelineName",
      arn: "PipelineArn",
      tags: taggingApi("sagemaker:pipeline"),
    }),
  ],
};
