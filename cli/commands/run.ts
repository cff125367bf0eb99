import { LambdaClient } from "@aws-sdk/client-lambda";
import type { Command } from "commander";
import { readOutcomes } from "../../evidence/sealedRun.ts";
import { runStore } from "../../evidence/store.ts";
import { evidenceS3 } from "../../handlers/clients.ts";
import { coverageTable } from "../coverageTable.ts";
import { progressOf, runOf, startRun } from "../runs.ts";
import { list, print } from "../terminal.ts";

/** Milliseconds between two looks at a run. */
const LOOK_EVERY_MS = 1000;

export const runCommand = (program: Command): Command =>
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
        print(
          json
            ? JSON.stringify(started)
            : `run ${started.run_id}: ${started.tasks} tasks, ${started.planned_items} planned items\nitaudit status --bucket ${started.bucket} ${started.manifest_key}`,
        );
        return;
      }
      const store = runStore(evidenceS3(), started.bucket);
      const { run, date } = runOf(started.manifest_key);
      let seen = -1;
      for (;;) {
        const { committed, manifest, plan } = await progressOf(store, run, date);
        if (committed.length !== seen && !json)
          process.stderr.write(`${committed.length} of ${plan.tasks.length} tasks\n`);
        seen = committed.length;
        if (manifest) {
          print(json ? JSON.stringify(manifest) : await coverageTable(readOutcomes(store.source, manifest)));
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    });
