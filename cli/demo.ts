import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { readObjects, readOutcomes } from "../evidence/sealedRun.ts";
import { runStore } from "../evidence/store.ts";
import { deploy } from "../sandbox/deploy/program.ts";
import { AUDIT_ACCOUNT } from "../sandbox/estate/organization.ts";
import { startSandbox } from "../sandbox/server.ts";
import { coverageTable } from "./coverageTable.ts";
import { progressOf, runOf, startRun } from "./runs.ts";

/** The main job without an AWS account: three member accounts, one of which does not trust the audit account. */
const REGION = "eu-central-1";
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const running = await startSandbox({
  folder: mkdtempSync(join(tmpdir(), "audit-ecosystem-")),
  port: 0,
  accounts: 3,
  seed: 1,
  latency: 0,
});
try {
  const { endpoint, sandbox } = running;
  const members = sandbox.state.members.map(({ id }) => id);
  say(`sandbox at ${endpoint}: audit account ${AUDIT_ACCOUNT}, members ${members.join(", ")}`);
  const audit = await deploy({ endpoint }, REGION, {
    name: "audit",
    account: AUDIT_ACCOUNT,
    config: { kind: "audit", accounts: members.join(",") },
  });
  say(
    `deployed audit: bucket ${audit.bucketName}, boss ${audit.bossName}, ${(audit.auditorNames as string[]).join(", ")}`,
  );
  for (const [index, account] of members.entries()) {
    const broken = index === members.length - 1;
    await deploy({ endpoint }, REGION, {
      name: `member-${account}`,
      account,
      config: {
        kind: "member",
        auditAccountId: AUDIT_ACCOUNT,
        externalId: broken ? "an-outdated-external-id" : String(audit.externalId),
      },
    });
    say(`deployed member ${account}${broken ? " (with an outdated external id, on purpose)" : ""}`);
  }
  const client = { endpoint, region: REGION, credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" } };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const started = await startRun(new LambdaClient(client), String(audit.bossName), {});
  say(`\nrun ${started.run_id}: ${started.tasks} tasks, ${started.planned_items} planned items`);
  const { run, date } = runOf(started.manifest_key);
  const store = runStore(s3, started.bucket);
  let shown = -1;
  for (;;) {
    const { committed, manifest, plan } = await progressOf(store, run, date);
    if (committed.length !== shown) say(`  ${committed.length} of ${plan.tasks.length} tasks committed`);
    shown = committed.length;
    if (manifest) {
      say(`\n${await coverageTable(readOutcomes(store.source, manifest))}\n`);
      say(`${manifest.totals.items} items in ${manifest.totals.objects} objects of s3://${started.bucket}/evidence/`);
      say(`sealed by s3://${started.bucket}/${started.manifest_key}\n`);
      for await (const { resource_type, key } of readObjects(store.source, manifest)) {
        if (resource_type !== "AWS::RDS::DBInstance") continue;
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: started.bucket, Key: key }));
        const [line] = gunzipSync(await Body!.transformToByteArray())
          .toString()
          .split("\n");
        say(`the first item of ${key}:\n${JSON.stringify(JSON.parse(line!), null, 2)}`);
        break;
      }
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  say("\nNext: npx itaudit policy   (what a member account's role may read, and nothing else)");
} finally {
  await running.stop();
}
