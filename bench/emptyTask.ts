/**
 * The processor that a call takes: a task over 17 regions in which RDS has nothing, again and again in one process, over
 * HTTP to a server in another. Prints a line of JSON: milliseconds of a call in the process's first task and in the
 * nine after it.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { rds } from "../auditors/rds.ts";
import { WAITS } from "../collect/clientOptions.ts";
import { runTask } from "../collect/task.ts";
import { thisProcess } from "../handlers/surroundings.ts";

const TASKS = 10;
const REGIONS =
  "ap-northeast-1,ap-northeast-2,ap-northeast-3,ap-south-1,ap-southeast-1,ap-southeast-2,ca-central-1,eu-central-1,eu-north-1,eu-west-1,eu-west-2,eu-west-3,sa-east-1,us-east-1,us-east-2,us-west-1,us-west-2".split(
    ",",
  );

const session = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>${"t".repeat(300)}</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const regions = `<DescribeRegionsResponse><regionInfo>${REGIONS.map((name) => `<item><regionName>${name}</regionName><optInStatus>opt-in-not-required</optInStatus></item>`).join("")}</regionInfo></DescribeRegionsResponse>`;

function answerTo(action: string | undefined): string {
  if (!action) return "";
  if (action === "AssumeRole") return session;
  if (action === "DescribeRegions") return regions;
  return `<${action}Response><${action}Result/></${action}Response>`;
}

if (process.argv[2] === "serve") {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (data) => {
      text += data;
    });
    request.on("end", () => {
      response.setHeader("etag", '"e"');
      response.end(answerTo(/^Action=(\w+)/.exec(text)?.[1]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.on("disconnect", () => process.exit());
  process.send!((server.address() as { port: number }).port);
} else {
  const server = fork(fileURLToPath(import.meta.url), ["serve"]);
  const [port] = (await once(server, "message")) as [number];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
  });
  const client = { ...thisProcess.client(WAITS), region: "us-east-1" };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sts = new STSClient(client);
  const each: number[] = [];
  for (let n = 0; n < TASKS; n++) {
    const before = process.cpuUsage();
    const outcome = await runTask({
      runId: "01JDT3SAPG0000000000000000",
      date: "2026-11-24",
      task: {
        id: "rds-0000",
        auditor: "rds",
        accounts: [String(111111111111 + n)],
        regions: REGIONS,
        group: { index: 0, tasks: 1, of: 1 },
      },
      attempt: "bench",
      auditor: { name: "rds", services: [rds] },
      digestKey: "0123456789abcdef",
      apiShare: 1,
      account: "999999999999",
      role: { partition: "aws", roleName: "audit", externalId: "external" },
      bucket: "evidence",
      s3,
      sts,
      homeRegion: "us-east-1",
      client: thisProcess.client,
      deadline: new AbortController().signal,
      now: Date.now,
      wait: async () => undefined,
    });
    const after = process.cpuUsage(before);
    const calls = outcome.outcomes.reduce((sum, outcome) => sum + outcome.calls, 0);
    const wrong = outcome.outcomes.find(({ status }) => status !== "collected");
    if (wrong) throw new Error(JSON.stringify(wrong));
    each.push((after.user + after.system) / 1000 / calls);
  }
  server.disconnect();
  const later = each.slice(1).reduce((sum, ms) => sum + ms, 0) / (TASKS - 1);
  process.stdout.write(JSON.stringify({ first: each[0], later }));
}
