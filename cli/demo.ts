import { existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { deployAll } from "../estate/deployAll.ts";
import { handedIn } from "../estate/handedIn.ts";
import { runningFrom, stopRunning } from "../sandbox/background.ts";
import { startSandbox } from "../sandbox/server.ts";
import type { Manifest } from "../src/evidence/manifest.ts";
import { readObjects, readOutcomes } from "../src/evidence/readCommits.ts";
import { type RunStore, runStore } from "../src/evidence/store.ts";
import type { Finding } from "../src/report/model.ts";
import { lineOf } from "./commands/diff.ts";
import { coverageTable } from "./coverageTable.ts";
import { openABucket } from "./demoChange.ts";
import { progressLine } from "./progress.ts";
import { progressOf, runOf } from "./runs.ts";
import { startRun } from "./startRun.ts";

/** The main job without an AWS account: three member accounts, one of which does not trust the audit account. */
const REGION = "eu-central-1";
/** Where the demo leaves what it made, for the commands that it ends with. */
const FOLDER = join(".sandbox", "demo");
/** Three of the auditors: enough to see, and done in seconds. `itaudit sandbox deploy` deploys them all. */
const AUDITORS = "rds,iam,s3";
const REPORT = join(FOLDER, "report.html");
/** The stack's own word of who seals: what `verify` asks for. */
const KEY = join(FOLDER, "key.pem");
const FINDINGS_SHOWN = 3;
const SHOWN: string = "AWS::RDS::DBInstance";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
/** How far a step is: one line that changes on a terminal, a line each in a log. */
const progress = (text: string): void =>
  void process.stdout.write(process.stdout.isTTY ? `\r\u001b[K  ${text}` : `  ${text}\n`);
const settled = (): void => void (process.stdout.isTTY && process.stdout.write("\r\u001b[K"));

const left = runningFrom(FOLDER);
if (left) await stopRunning(FOLDER, left);
rmSync(FOLDER, { recursive: true, force: true });
const began = performance.now();
const running = await startSandbox({ ...handedIn, folder: FOLDER, port: 0, accounts: 3 });
try {
  const { endpoint, sandbox } = running;
  const { auditAccount } = sandbox.state;
  const members = sandbox.state.members.map(({ id }) => id);
  const outdated = members.at(-1)!;
  say(`A sandbox of AWS answers at ${endpoint}: audit account ${auditAccount}, members ${members.join(", ")}.\n`);

  say("Deploying the Pulumi program, a stack for each account:");
  progress(`audit in ${auditAccount} …`);
  const audit = await deployAll({
    door: { endpoint },
    region: REGION,
    members,
    audit: { auditors: AUDITORS },
    member: { auditors: AUDITORS },
    outdated: [outdated],
    onStack: (name) =>
      progress(`${name} deployed${name.endsWith(outdated) ? ", its external id outdated on purpose" : ""}`),
  });
  settled();
  writeFileSync(KEY, String(audit.signingPublicKey));
  say(
    `  bucket ${audit.bucketName}, boss ${audit.bossName}, auditors ${(audit.auditorNames as string[]).join(", ")}\n`,
  );

  const client = { endpoint, region: REGION, credentials: { accessKeyId: auditAccount, secretAccessKey: "sandbox" } };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const started = await startRun(new LambdaClient(client), String(audit.bossName), {});
  say(`The boss planned run ${started.run_id}: ${started.tasks} tasks, ${started.planned_items} items to cover.`);
  const { run, date } = runOf(started.manifest_key);
  const store = runStore(s3, started.bucket);
  const manifest = await sealed(store, run, date);
  settled();
  const { plan } = await store.readPlan(run, date);
  say(`\n${await coverageTable(readOutcomes(store.source, manifest), plan.auditors)}\n`);
  say(`${manifest.totals.items} items in ${manifest.totals.objects} objects of s3://${started.bucket}/evidence/,`);
  say(`sealed by s3://${started.bucket}/${started.manifest_key}`);
  const first = await firstOf(store, manifest);
  if (first) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: started.bucket, Key: first.key }));
    const [line] = gunzipSync(await Body!.transformToByteArray())
      .toString()
      .split("\n");
    const { configuration, ...item } = JSON.parse(line!) as { configuration: object };
    const members = Object.keys(configuration);
    say(`\nThe first of ${first.items} items in ${first.key}:\n${JSON.stringify(item, null, 2)}`);
    say(`with its configuration as AWS returned it: ${members.slice(0, 5).join(", ")} and ${members.length - 5} more`);
  }

  const member = members[0]!;
  const opened = await openABucket({ ...client, credentials: { accessKeyId: member, secretAccessKey: "sandbox" } });
  say(`\nThen somebody in ${member} opens the bucket ${opened} to the public, and a second run starts:`);
  const again = await startRun(new LambdaClient(client), String(audit.bossName), {});
  const second = runOf(again.manifest_key);
  await sealed(store, second.run, second.date);
  settled();
  // The tables of both runs are derived by then.
  await running.lambda.idle();
  await report(s3, started.bucket, second.run);
  say(`\nDone in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  next(started.bucket);
} finally {
  await running.stop();
}

async function firstOf(store: RunStore, manifest: Manifest) {
  for await (const object of readObjects(store.source, manifest)) if (object.resource_type === SHOWN) return object;
  return undefined;
}

/** Writes the report of the second run, and says where it is, the worst of it, and what changed. */
async function report(s3: S3Client, bucket: string, run: string): Promise<void> {
  const [{ reportOf }, { writeReport }, { bucketObjects }, { bucketSource }] = await Promise.all([
    import("./reportOf.ts"),
    import("../src/report/write.ts"),
    import("../src/tables/bucketObjects.ts"),
    import("../src/evidence/bucketSource.ts"),
  ]);
  const evidence = { objects: bucketObjects(s3, bucket), source: bucketSource(s3, bucket) };
  const request = { run, evidence, services: AUDITORS.split(","), line: progressLine() };
  const [found, worst] = await reportOf(request, async (drawn) => {
    const portions: string[] = [];
    await writeReport(drawn, "html", (text) => void portions.push(text));
    writeFileSync(REPORT, portions.join(""));
    const worst: Finding[] = [];
    // One of each control.
    for await (const portion of drawn.findings(1)) worst.push(...portion.filter(({ status }) => status === "fail"));
    return [drawn, worst] as const;
  });
  const failing = found.controls.reduce((sum, { verdicts }) => sum + verdicts.fail, 0);
  say(`\nThe report, to open in a browser: ${REPORT}`);
  say(`The evidence ${found.integrity.holds ? "is" : "is NOT"} as it was sealed.`);
  say(`${failing} findings; three of the worst:`);
  const titles = new Map(found.controls.map(({ id, title }) => [id, title]));
  for (const { control, account_id, resource, reason } of worst.slice(0, FINDINGS_SHOWN))
    say(
      `  ${titles.get(control)}: ${resource?.arn ?? resource?.resource_id ?? account_id}${reason ? `, ${reason}` : ""}`,
    );
  say("What changed since the first run:");
  for (const each of found.changes?.differences ?? []) say(lineOf(each).replace(/^/gm, "  "));
}

/** Follows the tasks until the run is sealed. */
async function sealed(store: RunStore, run: string, date: string): Promise<Manifest> {
  const seen = new Set<string>();
  for (;;) {
    const { committed, manifest, plan } = await progressOf(store, run, date);
    const tasks = new Map(plan.tasks.map((task) => [task.id, task]));
    for (const id of committed.filter((each) => !seen.has(each))) {
      seen.add(id);
      const task = tasks.get(id);
      const what = task ? `${task.auditor} of ${task.accounts.join(", ")}` : id;
      progress(`${String(seen.size).padStart(3)} of ${plan.tasks.length} tasks committed: ${what}`);
    }
    if (manifest) return manifest;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What to try now; each line works as it is printed, from the checkout's folder. */
function next(bucket: string): void {
  const hasAws = (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, "aws")));
  say(`\nNext: open ${REPORT} in a browser. Then, with what the demo left in ${FOLDER}:`);
  for (const command of [
    `eval "$(npx --no-install itaudit sandbox start --dir ${FOLDER})"`,
    "npx --no-install itaudit run --accounts 111111111111 --wait",
    'npx --no-install itaudit query "SELECT resource_type, count(*) AS resources FROM latest_resources GROUP BY 1 ORDER BY 2 DESC LIMIT 5"',
    `npx --no-install itaudit verify --all --public-key ${KEY}`,
    ...(hasAws ? [`aws s3 ls --recursive s3://${bucket}/evidence/`] : []),
    `npx --no-install itaudit sandbox stop --dir ${FOLDER}`,
  ])
    say(`  ${command}`);
  if (!hasAws) say("With the AWS CLI installed, `aws` works against it too: docs/walk-through.md.");
}
