import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { S3Client } from "@aws-sdk/client-s3";
import { unzipSync } from "fflate";
import * as z from "zod";
import { deployAll } from "../../estate/deployAll.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { OPEN_EVERYWHERE } from "../../sandbox/estate/regions.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { runStore } from "../../src/evidence/store.ts";
import { PRICES } from "../../src/query/prices.ts";
import { databasesPage } from "../databases.ts";
import { limited } from "../quota.ts";
import { type Line, median, NotComparable, type Row, seconds } from "../row.ts";

const SIZES = [256, 512, 1024, 1769, 2048, 3008];
/**
 * Megabytes at which a function has one processor; its share goes with them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const ONE_PROCESSOR = 1769;
/** Of a function's memory, what V8's old space may take. */
const OLD_SPACE = 0.5;
const LATENCY_MS = 40;
const TIMES = 3;
const REGION = "eu-central-1";
const RUN = "01JDT3SAPG0000000000000000";
const DATE = "2026-11-24";
/** Databases of the account instead of those of the sandbox's estate, in all regions; and events of one instance. */
const TASKS = [
  { name: "ordinary", auditor: "rds", databases: 0, events: 2 },
  { name: "full", auditor: "rds", databases: 20_000, events: 1 },
  // One of those with several services, and the slowest of them to load.
  { name: "ordinary", auditor: "compute", databases: 0, events: 1 },
];

const Measured = z.object({
  /** Milliseconds until the bundle was loaded, since the start of the process. */
  loadMs: z.number(),
  peak: z.number(),
  ran: z.array(z.object({ ms: z.number(), cpuMs: z.number() })).min(1),
});

/** What a task takes in a function of some memory size. */
interface Point {
  size: number;
  loadMs: number;
  /** The first event of an instance with the loading, which Lambda bills too, and the second. */
  coldMs: number;
  warmMs: number | undefined;
  cpuMs: number;
  peak: number;
  gigabyteSeconds: number;
}

/** The size at which time and money of all tasks together are least: a tenth of the one is worth a tenth of the other. */
function best(tasks: readonly (readonly Point[])[]): number {
  const weight = (size: number) =>
    tasks
      .map((points) => points.find((point) => point.size === size)!)
      .reduce((product, { coldMs, gigabyteSeconds, peak }) => {
        return peak > size * 2 ** 20 ? Number.POSITIVE_INFINITY : product * coldMs * gigabyteSeconds;
      }, 1);
  return SIZES.reduce((a, b) => (weight(b) < weight(a) ? b : a));
}

/** What an auditor's task takes, and costs, by the memory size of its function. */
export const row: Row = {
  name: "memorySize",
  title: `one task in ${OPEN_EVERYWHERE.length} regions by memory size, ${LATENCY_MS} ms per call`,
  measure: async () => {
    const folder = await mkdtemp(join(tmpdir(), "bench-memory-size-"));
    const running = await startSandbox({ ...handedIn, folder, port: 0, accounts: 1, latency: LATENCY_MS });
    try {
      return await measured(running, folder);
    } finally {
      await running.stop();
      await rm(folder, { recursive: true });
    }
  },
};

async function measured({ endpoint, sandbox }: Awaited<ReturnType<typeof startSandbox>>, folder: string) {
  const { auditAccount, members, functions } = sandbox.state;
  const account = members[0]!.id;
  const auditors = [...new Set(TASKS.map(({ auditor }) => auditor))].join(",");
  const { bucketName } = await deployAll({
    door: { endpoint },
    region: REGION,
    audit: { auditors, regions: OPEN_EVERYWHERE.join(",") },
    member: { auditors },
    members: [account],
    onStack: (name) => process.stderr.write(`  deployed ${name}\n`),
  });
  const credentials = { accessKeyId: auditAccount, secretAccessKey: "sandbox" };
  const store = runStore(
    new S3Client({ endpoint, region: REGION, credentials, forcePathStyle: true }),
    `${bucketName}`,
  );

  let databases = 0;
  const { handle } = sandbox;
  sandbox.handle = async (request) => {
    const form = databases ? Buffer.from(request.body).toString() : "";
    if (!form.startsWith("Action=DescribeDBInstances&")) return handle(request);
    const body = Buffer.from(databasesPage(form, Math.ceil(databases / OPEN_EVERYWHERE.length)));
    return { status: 200, headers: { "content-type": "text/xml" }, body };
  };

  const functionOf = (name: string) =>
    [...functions.values()].find(({ FunctionName }) => FunctionName.endsWith(`-${name}`))!;
  let tasks = 0;
  /** So many tasks after each other in one instance. */
  const instance = async (name: string, size: number, events: number) => {
    const auditor = functionOf(name);
    const bundle = join(folder, `${name}.mjs`);
    await writeFile(bundle, unzipSync(auditor.zip)["index.mjs"]!);
    const ids = Array.from({ length: events }, () => `${name}-${String(tasks++).padStart(4, "0")}`);
    // Never the last one out of its run, and the first to take its session.
    const task = {
      auditor: name,
      accounts: [account],
      regions: OPEN_EVERYWHERE,
      group: { index: 0, tasks: 1000, of: 1 },
      place: 0,
    };
    const out = await limited(
      size / ONE_PROCESSOR,
      [
        process.execPath,
        "--no-warnings",
        `--max-old-space-size=${Math.round(size * OLD_SPACE)}`,
        fileURLToPath(new URL("../oneInstance.mjs", import.meta.url)),
        pathToFileURL(bundle).href,
      ],
      {
        ...auditor.environment,
        AWS_REGION: auditor.region,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: `${auditAccount}.${auditor.Role.split("/").at(-1)}`,
        AWS_SECRET_ACCESS_KEY: "sandbox",
        AWS_LAMBDA_FUNCTION_NAME: auditor.FunctionName,
      },
      JSON.stringify({
        events: ids.map((id) => ({ run_id: RUN, run_date: DATE, task: { ...task, id } })),
        context: { invokedFunctionArn: auditor.FunctionArn, awsRequestId: "bench", memoryLimitInMB: String(size) },
      }),
    );
    const { loadMs, peak, ran } = Measured.parse(JSON.parse(out.slice(out.lastIndexOf("\n"))));
    const outcomes = (await store.readOutcome(RUN, DATE, ids[0]!))?.outcomes ?? [];
    const left = outcomes.find(({ status }) => status !== "collected");
    if (left || !outcomes.length)
      throw new NotComparable(`not everything was collected with ${size} MB: ${JSON.stringify(left ?? "no outcome")}`);
    const read = outcomes.map(
      ({ calls, counts }) => [calls, Object.values(counts).reduce((a, b) => a + b, 0)] as const,
    );
    const [calls, items] = read.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    return { loadMs, peak, cold: ran[0]!, warm: ran[1], calls, items };
  };

  const lines: Line[] = [];
  const curves: Point[][] = [];
  for (const task of TASKS) {
    databases = task.databases;
    const points: Point[] = [];
    let what = "";
    for (const size of SIZES) {
      const ran: Awaited<ReturnType<typeof instance>>[] = [];
      for (let n = 0; n < TIMES; n++) ran.push(await instance(task.auditor, size, task.events));
      const of = (pick: (each: (typeof ran)[number]) => number) => median(ran.map(pick));
      const coldMs = of(({ loadMs, cold }) => loadMs + cold.ms);
      points.push({
        size,
        loadMs: of(({ loadMs }) => loadMs),
        coldMs,
        warmMs: task.events > 1 ? of(({ warm }) => warm!.ms) : undefined,
        cpuMs: of(({ cold }) => cold.cpuMs),
        peak: Math.max(...ran.map(({ peak }) => peak)),
        gigabyteSeconds: (coldMs / 1000) * (size / 1024),
      });
      what = `${task.name} task of ${task.auditor}: ${of(({ calls }) => calls)} calls, ${of(({ items }) => items)} items`;
      process.stderr.write(`  ${what}: ${told(points.at(-1)!)}\n`);
    }
    curves.push(points);
    const cheapest = points.reduce((a, b) => (b.gigabyteSeconds < a.gigabyteSeconds ? b : a));
    lines.push({ what: `${what}; cheapest at`, measured: `${cheapest.size} MB`, from: points.map(told).join("; ") });
  }
  const size = best(curves);
  const deployed = functionOf(TASKS[0]!.auditor).MemorySize;
  lines.push({
    what: "where time × money of all is least",
    measured: `${size} MB`,
    target: { text: `deployed: ${deployed} MB`, met: size === deployed },
    from: `at ${PRICES.lambda.perGigabyteSecond} dollars a GB-second, ${PRICES.asOf}`,
  });
  return lines;
}

const told = ({ size, loadMs, coldMs, warmMs, cpuMs, peak, gigabyteSeconds }: Point): string =>
  `${size} MB: ${seconds(coldMs)} with ${seconds(loadMs)} of start, ${warmMs === undefined ? "" : `again ${seconds(warmMs)}, `}processor ${seconds(cpuMs)}, ${gigabyteSeconds.toFixed(2)} GB-s, $${(gigabyteSeconds * PRICES.lambda.perGigabyteSecond * 1000).toFixed(4)} for 1,000, ${Math.round(peak / 2 ** 20)} MB`;
