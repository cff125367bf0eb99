/**
 * One task over so many databases through the real engine, in a process of its own: `largeTask.ts <resources>`. AWS is
 * a function that makes up each page when it is asked for. Prints a line of JSON.
 */

import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { rds } from "../src/auditors/services/rds.ts";
import { runTask } from "../src/collect/task.ts";
import { databasesPage } from "./databases.ts";
import { databaseTask, openRegions, session } from "./databaseTask.ts";
import { type Answer, door, type Request } from "./door.ts";

const RESOURCES = Number(process.argv[2]);
const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };

const regions = openRegions(["eu-central-1"]);

/** The bucket takes everything, and keeps nothing. */
function bucket({ method, query = {} }: Request): Answer {
  if ("uploads" in query)
    return { body: "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>" };
  if (method === "POST")
    return { body: '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>' };
  return { headers: { etag: '"e"' } };
}

/** The largest number of resident bytes, as Lambda counts them. */
let peak = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
const watch = setInterval(look, 20);
const began = performance.now();
const cpu = process.cpuUsage();
const outcome = await runTask({
  ...databaseTask("111111111111", ["eu-central-1"], {
    s3: new S3Client({ region: "us-east-1", credentials, forcePathStyle: true, requestHandler: door(bucket) as never }),
    sts: new STSClient({ region: "us-east-1", credentials, requestHandler: door(() => ({ body: session })) as never }),
  }),
  auditor: { name: "rds", services: [{ ...rds, collectors: rds.collectors.slice(0, 1) }] },
  client: () => ({
    requestHandler: door((request) =>
      request.hostname.startsWith("ec2") ? { body: regions } : { body: databasesPage(request.text(), RESOURCES) },
    ) as never,
  }),
});
look();
clearInterval(watch);
const [read] = outcome.outcomes;
const items = read?.counts["AWS::RDS::DBInstance"];
if (items !== RESOURCES) throw new Error(`${items} of ${RESOURCES} were read: ${JSON.stringify(read)}`);
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  JSON.stringify({
    peak,
    ms: performance.now() - began,
    cpuMs: (user + system) / 1000,
    calls: read?.calls,
    objects: outcome.objects.length,
    bytes: outcome.objects.reduce((sum, { bytes }) => sum + bytes, 0),
  }),
);
