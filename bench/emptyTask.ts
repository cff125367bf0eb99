/**
 * The processor that a call takes: a task of an auditor over 17 regions that have nothing, again and again in one process,
 * over HTTP to a server in another: `emptyTask.ts <auditor>`. Prints a line of JSON: milliseconds of a call in the
 * process's first task and in the nine after it, and the calls of a task.
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { OPEN_EVERYWHERE } from "../sandbox/estate/regions.ts";
import { loadAuditors } from "../src/auditors/registry.ts";
import { WAITS } from "../src/collect/clientOptions.ts";
import { runTask } from "../src/collect/task.ts";
import { thisProcess } from "../src/runtime/runtime.ts";
import { databaseTask, openRegions, session } from "./databaseTask.ts";

const TASKS = 10;
const regions = openRegions(OPEN_EVERYWHERE);

function answerTo(action: string | undefined): string {
  if (!action) return "{}";
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
  const [auditor] = await loadAuditors([process.argv[2]!]);
  const each: number[] = [];
  let calls = 0;
  for (let n = 0; n < TASKS; n++) {
    const before = process.cpuUsage();
    const outcome = await runTask({
      ...databaseTask(String(111111111111 + n), OPEN_EVERYWHERE, { s3, sts }),
      auditor: auditor!,
      client: thisProcess.client,
    });
    const after = process.cpuUsage(before);
    calls = outcome.outcomes.reduce((sum, outcome) => sum + outcome.calls, 0);
    const wrong = outcome.outcomes.find(({ status }) => status !== "collected");
    if (wrong) throw new Error(JSON.stringify(wrong));
    each.push((after.user + after.system) / 1000 / calls);
  }
  server.disconnect();
  const later = each.slice(1).reduce((sum, ms) => sum + ms, 0) / (TASKS - 1);
  process.stdout.write(JSON.stringify({ first: each[0], later, calls }));
}
