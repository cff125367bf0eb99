import * as sdk from "@aws-sdk/client-sagemaker";
import { emit } from "../eventRules.ts";
import { passRole } from "../passRole.ts";
import { AwsError, type Call, type Service } from "../service.ts";
import { type Done, score, train } from "./sagemakerJobs.ts";

const arnOf = ({ region, account }: Call, kind: string, name: string | undefined) =>
  // SageMaker writes names in its ARNs small.
  `arn:aws:sagemaker:${region}:${account}:${kind}/${(name ?? "").toLowerCase()}`;
const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
function named(name: string | undefined): void {
  if (!NAME.test(name ?? ""))
    throw new AwsError(
      "ValidationException",
      `the name ${name} must match ${NAME.source}, and have 63 characters at most`,
    );
}
const inUse = (what: string, arn: string) =>
  new AwsError("ResourceInUse", `${what} names must be unique within an AWS account and region (${arn})`);
const missing = (what: string, arn: string) => new AwsError("ValidationException", `Could not find ${what} "${arn}".`);

/** On the thing itself, and to hand the role over. */
const making = (action: string, resource: string, role?: string) => [
  { action: `sagemaker:${action}`, resource },
  ...passRole(role, "sagemaker.amazonaws.com"),
];

/** What a job takes, in simulated milliseconds: it is told in the job's times, and nobody waits for it. */
const JOB_MS = 180_000;
const times = (call: Call) => ({
  began: new Date(call.now()),
  ended: new Date(call.now() + JOB_MS),
});

/** Tells of a job's end, and before it of its beginning; SageMaker may tell of each more than once. */
function tell(call: Call, kind: "Training" | "Transform", name: string | undefined, detail: object, done: Done): void {
  const resource = arnOf(call, `${kind.toLowerCase()}-job`, name);
  const event = (status: string, more: object) =>
    emit(call, {
      source: "aws.sagemaker",
      detailType: `SageMaker ${kind} Job State Change`,
      resources: [resource],
      detail: {
        [`${kind}JobName`]: name,
        [`${kind}JobArn`]: resource,
        ...detail,
        [`${kind}JobStatus`]: status,
        ...more,
      },
    });
  event("InProgress", {});
  event(done.failure ? "Failed" : "Completed", done.failure ? { FailureReason: done.failure } : {});
}

/**
 * SageMaker, as far as training a random cut forest and scoring with it in batches: jobs are done when they are asked
 * for, with the rights of their role, and told of as EventBridge tells. What scores is a stand-in (`randomCutForest.ts`).
 */
export const sagemaker: Service = {
  signingName: "sagemaker",
  iamPrefix: "sagemaker",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateTrainingJob: {
      permissions: (input: sdk.CreateTrainingJobRequest, call) =>
        making("CreateTrainingJob", arnOf(call, "training-job", input.TrainingJobName), input.RoleArn),
      run: async (input: sdk.CreateTrainingJobRequest, call): Promise<sdk.CreateTrainingJobResponse> => {
        named(input.TrainingJobName);
        const { trainingJobs } = call.state.sageMaker;
        const TrainingJobArn = arnOf(call, "training-job", input.TrainingJobName);
        if (trainingJobs.has(TrainingJobArn)) throw inUse("Training job", TrainingJobArn);
        const { began, ended } = times(call);
        const artifact = `${input.OutputDataConfig?.S3OutputPath}/${input.TrainingJobName}/output/model.tar.gz`;
        const done = await train(call, input, artifact);
        const ModelArtifacts = { S3ModelArtifacts: artifact };
        trainingJobs.set(TrainingJobArn, {
          ...input,
          TrainingJobArn,
          ModelArtifacts,
          TrainingJobStatus: done.failure ? "Failed" : "Completed",
          SecondaryStatus: done.failure ? "Failed" : "Completed",
          FailureReason: done.failure,
          CreationTime: began,
          TrainingStartTime: began,
          TrainingEndTime: ended,
          BillableTimeInSeconds: JOB_MS / 1000,
        } as sdk.DescribeTrainingJobResponse);
        tell(call, "Training", input.TrainingJobName, { ModelArtifacts }, done);
        return { TrainingJobArn };
      },
    },
    DescribeTrainingJob: {
      permissions: ({ TrainingJobName }: sdk.DescribeTrainingJobRequest, call) =>
        making("DescribeTrainingJob", arnOf(call, "training-job", TrainingJobName)),
      run: ({ TrainingJobName }: sdk.DescribeTrainingJobRequest, call): sdk.DescribeTrainingJobResponse => {
        const arn = arnOf(call, "training-job", TrainingJobName);
        const job = call.state.sageMaker.trainingJobs.get(arn);
        if (!job) throw new AwsError("ResourceNotFound", "Requested resource not found.");
        return job;
      },
    },
    CreateModel: {
      permissions: (input: sdk.CreateModelInput, call) =>
        making("CreateModel", arnOf(call, "model", input.ModelName), input.ExecutionRoleArn),
      run: (input: sdk.CreateModelInput, call): sdk.CreateModelOutput => {
        named(input.ModelName);
        const ModelArn = arnOf(call, "model", input.ModelName);
        if (call.state.sageMaker.models.has(ModelArn))
          throw new AwsError("ValidationException", `Cannot create already existing model "${ModelArn}".`);
        call.state.sageMaker.models.set(ModelArn, input);
        return { ModelArn };
      },
    },
    DescribeModel: {
      permissions: ({ ModelName }: sdk.DescribeModelInput, call) =>
        making("DescribeModel", arnOf(call, "model", ModelName)),
      run: ({ ModelName }: sdk.DescribeModelInput, call): sdk.DescribeModelOutput => {
        const ModelArn = arnOf(call, "model", ModelName);
        const model = call.state.sageMaker.models.get(ModelArn);
        if (!model) throw missing("model", ModelArn);
        return { ...model, ModelArn, CreationTime: new Date(call.now()) } as sdk.DescribeModelOutput;
      },
    },
    DeleteModel: {
      permissions: ({ ModelName }: sdk.DeleteModelInput, call) =>
        making("DeleteModel", arnOf(call, "model", ModelName)),
      run: ({ ModelName }: sdk.DeleteModelInput, call) => {
        const arn = arnOf(call, "model", ModelName);
        if (!call.state.sageMaker.models.delete(arn)) throw missing("model", arn);
        return {};
      },
    },
    CreateTransformJob: {
      permissions: (input: sdk.CreateTransformJobRequest, call) =>
        making("CreateTransformJob", arnOf(call, "transform-job", input.TransformJobName)),
      run: async (input: sdk.CreateTransformJobRequest, call): Promise<sdk.CreateTransformJobResponse> => {
        named(input.TransformJobName);
        const { transformJobs, models } = call.state.sageMaker;
        const TransformJobArn = arnOf(call, "transform-job", input.TransformJobName);
        if (transformJobs.has(TransformJobArn)) throw inUse("Transform job", TransformJobArn);
        const modelArn = arnOf(call, "model", input.ModelName);
        const model = models.get(modelArn);
        if (!model) throw missing("model", modelArn);
        const { began, ended } = times(call);
        const done = await score(call, input, model);
        transformJobs.set(TransformJobArn, {
          ...input,
          TransformJobArn,
          TransformJobStatus: done.failure ? "Failed" : "Completed",
          FailureReason: done.failure,
          CreationTime: began,
          TransformStartTime: began,
          TransformEndTime: ended,
        } as sdk.DescribeTransformJobResponse);
        tell(call, "Transform", input.TransformJobName, { ModelName: input.ModelName }, done);
        return { TransformJobArn };
      },
    },
    DescribeTransformJob: {
      permissions: ({ TransformJobName }: sdk.DescribeTransformJobRequest, call) =>
        making("DescribeTransformJob", arnOf(call, "transform-job", TransformJobName)),
      run: ({ TransformJobName }: sdk.DescribeTransformJobRequest, call): sdk.DescribeTransformJobResponse => {
        const job = call.state.sageMaker.transformJobs.get(arnOf(call, "transform-job", TransformJobName));
        if (!job) throw new AwsError("ResourceNotFound", "Requested resource not found.");
        return job;
      },
    },
  },
};
