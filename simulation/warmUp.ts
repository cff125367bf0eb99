import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient, ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import { GetAccountSummaryCommand, IAMClient } from "@aws-sdk/client-iam";
import { KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { inProcess } from "../sandbox/inProcess.ts";

let warm: Promise<void> | undefined;

/**
 * Lets each SDK client do once, in real time, what it does once in a process: it reads the shared configuration files.
 * Virtual time would not wait for a file.
 */
export function warmUp(): Promise<void> {
  warm ??= callEach();
  return warm;
}

async function callEach(): Promise<void> {
  const refused = { status: 400, headers: {}, body: Buffer.from("<Error/>") };
  const options = {
    requestHandler: inProcess({ handle: async () => refused }),
    region: "us-east-1",
    credentials: { accessKeyId: "warm", secretAccessKey: "warm" },
    retryMode: "adaptive",
  };
  await Promise.allSettled([
    new EC2Client(options).send(new DescribeRegionsCommand({})),
    new ECSClient(options).send(new ListTaskDefinitionsCommand({})),
    new IAMClient(options).send(new GetAccountSummaryCommand({})),
    new KMSClient(options).send(new ListKeysCommand({})),
    new LambdaClient(options).send(new InvokeCommand({ FunctionName: "none" })),
    new RDSClient(options).send(new DescribeDBInstancesCommand({})),
    new S3Client(options).send(new GetObjectCommand({ Bucket: "none", Key: "none" })),
    new SSMClient(options).send(new GetParameterCommand({ Name: "none" })),
    new STSClient(options).send(new GetCallerIdentityCommand({})),
  ]);
}
