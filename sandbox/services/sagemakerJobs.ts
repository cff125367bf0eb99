import { gunzipSync, gzipSync } from "node:zlib";
import type * as s3Shapes from "@aws-sdk/client-s3";
import type { CreateModelInput, CreateTrainingJobRequest, CreateTransformJobRequest } from "@aws-sdk/client-sagemaker";
import { letsServiceIn } from "../iam.ts";
import { randomOf } from "../random.ts";
import { AwsError, type Call, isAwsError, type Principal } from "../service.ts";
import { RandomCutForest } from "./randomCutForest.ts";
import { s3 } from "./s3.ts";

/** What became of a job. */
export interface Done {
  /** What SageMaker gives as the reason of a failed one. */
  failure?: string;
}

const IMAGE = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z.]+\/([a-z-]+):\w+$/;

/** A job's containers, and SageMaker for them: with the rights of the job's role alone. */
class Job {
  private constructor(private readonly call: Call) {}

  /** @throws AwsError where SageMaker may not take the role */
  static of(call: Call, roleArn: string | undefined): Job {
    const role = call.state.roles.get(roleArn ?? "");
    const taken =
      role &&
      letsServiceIn(role.AssumeRolePolicyDocument, {
        service: "sagemaker.amazonaws.com",
        action: "sts:AssumeRole",
        resource: role.Arn,
        context: { "aws:SourceAccount": call.account },
      });
    if (!role || !taken)
      throw new AwsError(
        "ValidationException",
        `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`,
      );
    const { account, Arn, RoleName } = role;
    const principal: Principal = { kind: "role", account, roleArn: Arn, roleName: RoleName, sessionName: "SageMaker" };
    return new Job({ ...call, principal, denial: (permission) => call.denial(permission, principal) });
  }

  /** Brings the algorithm's container, and begins its log. */
  start(image: string | undefined, log: string, name: string | undefined): void {
    const [, registry, region, repository] = IMAGE.exec(image ?? "") ?? [];
    if (repository !== "randomcutforest")
      throw new AwsError("ClientError", `the sandbox does not know the algorithm of the image ${image}`);
    const arn = `arn:aws:ecr:${region}:${registry}:repository/${repository}`;
    this.must("ecr:GetAuthorizationToken", "*");
    for (const action of ["BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"])
      this.must(`ecr:${action}`, arn);
    const { account, region: here, state, now } = this.call;
    const group = `arn:aws:logs:${here}:${account}:log-group:${log}`;
    this.must("logs:CreateLogGroup", group);
    if (!state.logGroups.has(group))
      state.logGroups.set(group, { account, region: here, name: log, arn: group, lines: [] });
    const stream = `${name}/algo-1`;
    for (const action of ["CreateLogStream", "DescribeLogStreams", "PutLogEvents"])
      this.must(`logs:${action}`, `${group}:log-stream:${stream}`);
    state.logGroups.get(group)!.lines.push({ timestamp: now(), stream, message: "a stand-in for a random cut forest" });
  }

  /** Objects below an address, by their names after it. */
  async read(uri: string | undefined): Promise<{ name: string; body: Uint8Array }[]> {
    const { Bucket, Key: Prefix } = locationOf(uri);
    const { Contents = [] } = await this.ask<s3Shapes.ListObjectsV2Output>("ListObjectsV2", { Bucket, Prefix });
    if (!Contents.length) throw new AwsError("ClientError", `No S3 objects found under S3 URL "${uri}"`);
    const read = Contents.map(async ({ Key = "" }) => {
      const { Body } = await this.ask<{ Body?: unknown }>("GetObject", { Bucket, Key });
      return { name: Key.slice(Prefix.lastIndexOf("/") + 1), body: Body as Uint8Array };
    });
    return Promise.all(read);
  }

  async write(uri: string, Body: Uint8Array): Promise<void> {
    await this.ask("PutObject", { ...locationOf(uri), Body });
  }

  private must(action: string, resource: string): void {
    const why = this.call.denial({ action, resource });
    if (why) throw new AwsError("ClientError", why);
  }

  private async ask<Output>(operation: string, input: object): Promise<Output> {
    const { permissions, run } = s3.operations[operation]!;
    for (const permission of permissions!(input, this.call)) {
      const why = this.call.denial(permission);
      if (why) throw new AwsError("ClientError", `Data download or upload failed: ${why}`);
    }
    return (await run(input, this.call)) as Output;
  }
}

function locationOf(uri: string | undefined): { Bucket: string; Key: string } {
  const [, Bucket, Key = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri ?? "") ?? [];
  if (!Bucket) throw new AwsError("ClientError", `${uri} is no address in S3`);
  return { Bucket, Key };
}

/** What SageMaker itself refuses is an error of the call; what fails later is the job's failure. */
async function done(work: () => Promise<void>): Promise<Done> {
  try {
    await work();
    return {};
  } catch (error) {
    if (!isAwsError(error)) throw error;
    return { failure: `${error.code}: ${error.message}` };
  }
}

function rowsOf(body: Uint8Array, columns: number | undefined): Float64Array[] {
  const lines = Buffer.from(body).toString("utf8").split("\n").filter(Boolean);
  return lines.map((line, index) => {
    const row = Float64Array.from(line.split(","), Number);
    if (row.some(Number.isNaN) || (columns !== undefined && row.length !== columns))
      throw new AwsError("ClientError", `line ${index + 1} is not ${columns ?? "all"} numbers with commas`);
    return row;
  });
}

/** What the stand-in's model.tar.gz holds. */
interface Model {
  rows: number[][];
  trees: number;
  samples: number;
}

/** Trains. @param artifact where the model goes @throws AwsError what SageMaker refuses at once */
export async function train(call: Call, input: CreateTrainingJobRequest, artifact: string): Promise<Done> {
  const job = Job.of(call, input.RoleArn);
  const { feature_dim, num_trees, num_samples_per_tree } = input.HyperParameters ?? {};
  const channel = input.InputDataConfig?.find(({ ChannelName }) => ChannelName === "train");
  if (channel?.DataSource?.S3DataSource?.S3DataDistributionType !== "ShardedByS3Key")
    throw new AwsError("ValidationException", "a random cut forest's train channel is ShardedByS3Key");
  return done(async () => {
    job.start(input.AlgorithmSpecification?.TrainingImage, "/aws/sagemaker/TrainingJobs", input.TrainingJobName);
    if (!/^text\/csv;\s*label_size=0$/.test(channel.ContentType ?? ""))
      throw new AwsError("ClientError", `content type ${channel.ContentType}: text/csv;label_size=0 is expected`);
    const dimensions = Number(feature_dim);
    if (!(dimensions >= 1 && dimensions <= 10_000))
      throw new AwsError("ClientError", `feature_dim: ${feature_dim} is not between 1 and 10000`);
    const rows = (await job.read(channel.DataSource?.S3DataSource?.S3Uri)).flatMap(({ body }) =>
      rowsOf(body, dimensions),
    );
    const model: Model = {
      rows: rows.map((row) => [...row]),
      trees: Number(num_trees ?? 100),
      samples: Number(num_samples_per_tree ?? 256),
    };
    await job.write(artifact, gzipSync(JSON.stringify(model)));
  });
}

/** Scores in a batch: of each object below the input one below the output, a line for each line. */
export async function score(call: Call, input: CreateTransformJobRequest, model: CreateModelInput): Promise<Done> {
  const job = Job.of(call, model.ExecutionRoleArn);
  const { TransformInput, TransformOutput } = input;
  return done(async () => {
    job.start(model.PrimaryContainer?.Image, "/aws/sagemaker/TransformJobs", input.TransformJobName);
    const [artifact] = await job.read(model.PrimaryContainer?.ModelDataUrl);
    const { rows, trees, samples } = JSON.parse(gunzipSync(artifact!.body).toString("utf8")) as Model;
    const forest = new RandomCutForest(
      rows.map((row) => Float64Array.from(row)),
      { trees, samples },
      randomOf(input.ModelName ?? ""),
    );
    if (TransformInput?.SplitType !== "Line" || TransformOutput?.Accept !== "application/jsonlines")
      throw new AwsError("ClientError", "the sandbox scores lines alone, and answers in application/jsonlines");
    for (const { name, body } of await job.read(TransformInput.DataSource?.S3DataSource?.S3Uri)) {
      const scores = rowsOf(body, rows[0]?.length).map((row) => `${JSON.stringify({ score: forest.score(row) })}\n`);
      await job.write(`${TransformOutput.S3OutputPath}/${name}.out`, Buffer.from(scores.join("")));
    }
  });
}
