import type {
  CreateModelInput,
  CreateTrainingJobRequest,
  CreateTransformJobRequest,
  TrainingInstanceType,
  TransformInstanceType,
} from "@aws-sdk/client-sagemaker";
import { jobName, workKeys } from "./modelWork.ts";

/** Where and as whom SageMaker works. */
export interface SageMakerJobs {
  /** First part of the names of jobs and models. */
  prefix: string;
  bucket: string;
  roleArn: string;
  /** Of the algorithm's container. */
  image: string;
  instanceType: string;
}

/** Trees, as many as in the forest of our own. */
const TREES = 200;
const SAMPLES = 256;
/** Training takes minutes; what takes an hour hangs. */
const MAX_SECONDS = 3600;
const VOLUME_GB = 10;

/**
 * What a random cut forest of one type is trained with: a container without a network, on one instance.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/randomcutforest.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 */
export const trainingRequest = (
  jobs: SageMakerJobs,
  run: string,
  index: number,
  features: number,
): CreateTrainingJobRequest => ({
  TrainingJobName: jobName(jobs.prefix, run, index),
  RoleArn: jobs.roleArn,
  AlgorithmSpecification: { TrainingImage: jobs.image, TrainingInputMode: "File" },
  HyperParameters: {
    feature_dim: String(features),
    num_trees: String(TREES),
    num_samples_per_tree: String(SAMPLES),
  },
  InputDataConfig: [
    {
      ChannelName: "train",
      ContentType: "text/csv;label_size=0",
      DataSource: {
        S3DataSource: {
          S3DataType: "S3Prefix",
          S3Uri: `s3://${jobs.bucket}/${workKeys(run, index).rows}`,
          S3DataDistributionType: "ShardedByS3Key",
        },
      },
    },
  ],
  OutputDataConfig: { S3OutputPath: `s3://${jobs.bucket}/${workKeys(run, index).model}` },
  ResourceConfig: {
    InstanceType: jobs.instanceType as TrainingInstanceType,
    InstanceCount: 1,
    VolumeSizeInGB: VOLUME_GB,
  },
  StoppingCondition: { MaxRuntimeInSeconds: MAX_SECONDS },
  EnableNetworkIsolation: true,
});

/** What was trained, where a training job leaves it. */
export function modelRequest(jobs: SageMakerJobs, run: string, index: number): CreateModelInput {
  const name = jobName(jobs.prefix, run, index);
  const { model } = workKeys(run, index);
  return {
    ModelName: name,
    ExecutionRoleArn: jobs.roleArn,
    PrimaryContainer: {
      Image: jobs.image,
      ModelDataUrl: `s3://${jobs.bucket}/${model}/${name}/output/model.tar.gz`,
    },
    EnableNetworkIsolation: true,
  };
}

/**
 * What scores all rows, those with usual values too.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
 */
export function transformRequest(jobs: SageMakerJobs, run: string, index: number): CreateTransformJobRequest {
  const name = jobName(jobs.prefix, run, index);
  const { input, scores } = workKeys(run, index);
  return {
    TransformJobName: name,
    ModelName: name,
    BatchStrategy: "MultiRecord",
    MaxPayloadInMB: 6,
    TransformInput: {
      ContentType: "text/csv",
      SplitType: "Line",
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${jobs.bucket}/${input}` } },
    },
    TransformOutput: {
      S3OutputPath: `s3://${jobs.bucket}/${scores}`,
      Accept: "application/jsonlines",
      AssembleWith: "Line",
    },
    TransformResources: { InstanceType: jobs.instanceType as TransformInstanceType, InstanceCount: 1 },
  };
}
