/**
 * One task over regions that are as far away as they are, and have nothing: `farTask.ts <auditor>`. AWS is a function of
 * this process that answers after the way to its region and back, and on a new connection after two more of them for the
 * handshakes of TCP and TLS. The second of two tasks is measured, with the code of the first and none of its
 * connections. Prints a line of JSON.
 */

import { setTimeout as wait } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { OPEN_EVERYWHERE } from "../sandbox/estate/regions.ts";
import { loadAuditors } from "../src/auditors/registry.ts";
import { runTask } from "../src/collect/task.ts";
import { databaseTask, openRegions, session } from "./databaseTask.ts";
import { type Answer, door, type Request } from "./door.ts";

const HOME = "us-east-1";
/** Milliseconds to a part of the world and back from {@link HOME}, by order of magnitude: what is compared has the same. */
const WAY: Readonly<Record<string, number>> = { us: 60, ca: 20, eu: 95, sa: 115, ap: 200 };
/** What AWS itself takes to answer. */
const ANSWER_MS = 15;
const HANDSHAKES = 2;
const regions = openRegions(OPEN_EVERYWHERE);

function answerTo(action: string | undefined): Answer {
  if (!action) return { body: "{}" };
  if (action === "AssumeRole") return { body: session };
  return { body: action === "DescribeRegions" ? regions : `<${action}Response><${action}Result/></${action}Response>` };
}

const wayTo = (hostname: string): number => {
  const region = OPEN_EVERYWHERE.find((each) => hostname.includes(each)) ?? HOME;
  return region === HOME ? 1 : WAY[region.split("-")[0]!]!;
};

/** Idle connections by endpoint, and what was asked of them. */
const idle = new Map<string, number>();
let [calls, connections, waitedMs, underWay, most] = [0, 0, 0, 0, 0];
const { handle, ...aws } = door((request: Request) => answerTo(/^Action=(\w+)/.exec(request.text())?.[1]));
const far = {
  ...aws,
  async handle(request: Parameters<typeof handle>[0]) {
    const { hostname } = request;
    const open = idle.get(hostname) ?? 0;
    const ms = wayTo(hostname) * (open ? 1 : 1 + HANDSHAKES) + ANSWER_MS;
    if (open) idle.set(hostname, open - 1);
    else connections += 1;
    calls += 1;
    waitedMs += ms;
    underWay += 1;
    most = Math.max(most, underWay);
    await wait(ms);
    underWay -= 1;
    idle.set(hostname, (idle.get(hostname) ?? 0) + 1);
    return handle(request);
  },
} as never;

const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };
const near = (answer: Answer) => door(() => answer) as never;
const [auditor] = await loadAuditors([process.argv[2]!]);
let ms = 0;
for (let n = 0; n < 2; n++) {
  idle.clear();
  [calls, connections, waitedMs, most] = [0, 0, 0, 0];
  const began = performance.now();
  const { outcomes } = await runTask({
    ...databaseTask("111111111111", OPEN_EVERYWHERE, {
      s3: new S3Client({ region: HOME, credentials, requestHandler: near({ headers: { etag: '"e"' } }) }),
      sts: new STSClient({ region: HOME, credentials, requestHandler: near({ body: session }) }),
    }),
    auditor: auditor!,
    client: () => ({ requestHandler: far }),
  });
  ms = performance.now() - began;
  const wrong = outcomes.find(({ status }) => status !== "collected");
  if (wrong) throw new Error(JSON.stringify(wrong));
}
const leastMs = Math.max(...OPEN_EVERYWHERE.map((region) => wayTo(`.${region}.`) * (1 + HANDSHAKES) + ANSWER_MS));
process.stdout.write(JSON.stringify({ ms, leastMs, waitedMs, calls, connections, most }));
