#!/usr/bin/env node
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { Command } from "commander";
import { memberPolicyDocuments } from "../auditors/policy.ts";
import { auditorNames } from "../auditors/registry.ts";
import { runStore } from "../evidence/store.ts";
import { version } from "../package.json" with { type: "json" };
import { coverageTable } from "./coverageTable.ts";
import { CliError, progressOf, runOf, startRun } from "./runs.ts";

const list = (text: string): string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);
const s3 = (): S3Client => new S3Client({ forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL) });
const out = (text: string): void => void process.stdout.write(`${text}\n`);
/** Milliseconds between two looks at a run. */
const LOOK_EVERY_MS = 1000;

const program = new Command("itaudit")
  .description("Provable evidence of what runs in every AWS account.")
  .version(version)
  .addHelpText(
    "after",
    `
AWS or the sandbox is reached by the usual variables: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL.

Examples:
  itaudit policy --auditors rds,iam
  itaudit run --accounts 111111111111 --wait
  itaudit status --bucket my-evidence runs/run_date=2026-11-24/run_id=01JDT3SAPG0000000000000000/manifest.json`,
  );

program
  .command("policy")
  .description("print the policy that the cross-account role of a member account needs")
  .option("--auditors <names>", `comma-separated; there are ${auditorNames.join(", ")}`, list, [...auditorNames])
  .action(({ auditors }: { auditors: string[] }) => {
    let documents: ReturnType<typeof memberPolicyDocuments>;
    try {
      documents = memberPolicyDocuments(auditors);
    } catch (error) {
      throw new CliError(`--auditors: ${(error as Error).message}`);
    }
    out(
      JSON.stringify(
        documents.length === 1 ? documents[0]!.document : documents.map(({ document }) => document),
        null,
        2,
      ),
    );
  });

program
  .command("run")
  .description("start a run: every account, auditor and region, or fewer")
  .option("--accounts <ids>", "comma-separated account ids", list)
  .option("--auditors <names>", "comma-separated auditors", list)
  .option("--regions <names>", "comma-separated regions", list)
  .option("--boss <function>", "name of the boss function", "audit-boss")
  .option("--wait", "wait until the run is sealed, then print its coverage")
  .option("--json", "print JSON")
  .action(async ({ boss, wait, json, ...narrowing }) => {
    const started = await startRun(new LambdaClient({}), boss, narrowing);
    if (!wait) {
      out(
        json
          ? JSON.stringify(started)
          : `run ${started.run_id}: ${started.tasks} tasks, ${started.planned_items} planned items\nitaudit status --bucket ${started.bucket} ${started.manifest_key}`,
      );
      return;
    }
    const store = runStore(s3(), started.bucket);
    const { run, date } = runOf(started.manifest_key);
    let seen = -1;
    for (;;) {
      const { committed, manifest, plan } = await progressOf(store, run, date);
      if (committed.length !== seen && !json)
        process.stderr.write(`${committed.length} of ${plan.tasks.length} tasks\n`);
      seen = committed.length;
      if (manifest) {
        out(json ? JSON.stringify(manifest) : coverageTable(manifest.outcomes));
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  });

program
  .command("status")
  .description("how far a run is, and once it is sealed its coverage")
  .argument("<manifest-key>", "key of the run's manifest, as `itaudit run` prints it")
  .requiredOption("--bucket <name>", "the evidence bucket")
  .option("--json", "print JSON")
  .action(async (key: string, { bucket, json }: { bucket: string; json?: boolean }) => {
    const { run, date } = runOf(key);
    const { plan, committed, manifest } = await progressOf(runStore(s3(), bucket), run, date);
    if (json) {
      out(
        JSON.stringify({
          run_id: run,
          tasks: plan.tasks.length,
          committed: committed.length,
          sealed: Boolean(manifest),
          totals: manifest?.totals,
        }),
      );
      return;
    }
    out(
      `run ${run}: ${committed.length} of ${plan.tasks.length} tasks committed, ${manifest ? `sealed ${manifest.sealed_at}` : "not sealed"}`,
    );
    if (manifest) out(coverageTable(manifest.outcomes));
  });

program.parseAsync().catch((error: Error) => {
  process.stderr.write(`itaudit: ${error instanceof CliError ? error.message : `${error.name}: ${error.message}`}\n`);
  process.exitCode = 1;
});
