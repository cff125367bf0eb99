/**
 * One task over so many databases through the real engine, in a process of its own: `largeTask.ts <resources>`. AWS is
 * a function that makes up each page when it is asked for. Prints a line of JSON.
 */

import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { rds } from "../auditors/rds.ts";
import { runTask } from "../collect/task.ts";
import { type Answer, door, type Request } from "./door.ts";

const RESOURCES = Number(process.argv[2]);
/** As many as RDS puts on a page. */
const PAGE = 100;
const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };

/** A database as DescribeDBInstances tells of it: 1,300 bytes, each another. */
const instance = (n: number): string =>
  `<DBInstance><DBInstanceIdentifier>db-${n}</DBInstanceIdentifier><DBInstanceClass>db.r7g.large</DBInstanceClass><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion><DBInstanceStatus>available</DBInstanceStatus><MasterUsername>admin</MasterUsername><Endpoint><Address>db-${n}.abcdefghijkl.eu-central-1.rds.amazonaws.com</Address><Port>5432</Port></Endpoint><AllocatedStorage>${20 + (n % 200)}</AllocatedStorage><InstanceCreateTime>2025-01-02T03:04:05.000Z</InstanceCreateTime><VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-${n % 500}</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups><DBSubnetGroup><DBSubnetGroupName>default</DBSubnetGroupName><VpcId>vpc-1</VpcId></DBSubnetGroup><MultiAZ>${n % 2 === 0}</MultiAZ><StorageEncrypted>true</StorageEncrypted><KmsKeyId>arn:aws:kms:eu-central-1:111111111111:key/${n % 20}</KmsKeyId><DbiResourceId>db-ABCDEFGHIJKLMNOPQRSTUVWX${n}</DbiResourceId><DBInstanceArn>arn:aws:rds:eu-central-1:111111111111:db:db-${n}</DBInstanceArn><TagList><Tag><Key>team</Key><Value>team-${n % 50}</Value></Tag><Tag><Key>cost</Key><Value>${n % 1000}</Value></Tag></TagList></DBInstance>`;

function databases({ text }: Request): Answer {
  const start = Number(new URLSearchParams(text()).get("Marker") ?? 0);
  const end = Math.min(RESOURCES, start + PAGE);
  const page = Array.from({ length: end - start }, (_none, n) => instance(start + n)).join("");
  const next = end < RESOURCES ? `<Marker>${end}</Marker>` : "";
  return {
    body: `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>${page}</DBInstances>${next}</DescribeDBInstancesResult></DescribeDBInstancesResponse>`,
  };
}

const session = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const regions =
  "<DescribeRegionsResponse><regionInfo><item><regionName>eu-central-1</regionName><optInStatus>opt-in-not-required</optInStatus></item></regionInfo></DescribeRegionsResponse>";

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
  runId: "01JDT3SAPG0000000000000000",
  date: "2026-11-24",
  task: {
    id: "rds-0000",
    auditor: "rds",
    accounts: ["111111111111"],
    regions: ["eu-central-1"],
    group: { index: 0, tasks: 1, of: 1 },
  },
  attempt: "bench",
  auditor: { name: "rds", services: [{ ...rds, collectors: rds.collectors.slice(0, 1) }] },
  digestKey: "0123456789abcdef",
  apiShare: 1,
  account: "999999999999",
  role: { partition: "aws", roleName: "audit", externalId: "external" },
  bucket: "evidence",
  s3: new S3Client({ region: "us-east-1", credentials, forcePathStyle: true, requestHandler: door(bucket) as never }),
  sts: new STSClient({ region: "us-east-1", credentials, requestHandler: door(() => ({ body: session })) as never }),
  homeRegion: "us-east-1",
  client: () => ({
    requestHandler: door((request) =>
      request.hostname.startsWith("ec2") ? { body: regions } : databases(request),
    ) as never,
  }),
  deadline: new AbortController().signal,
  now: Date.now,
  wait: async () => undefined,
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
