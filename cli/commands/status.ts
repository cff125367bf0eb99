import type { Command } from "commander";
import { readOutcomes } from "../../evidence/sealedRun.ts";
import { runStore } from "../../evidence/store.ts";
import { evidenceS3 } from "../../handlers/clients.ts";
import { coverageTable } from "../coverageTable.ts";
import { progressOf, runOf } from "../runs.ts";
import { print } from "../terminal.ts";

export const statusCommand = (program: Command): Command =>
  program
    .command("status")
    .description("how far a run is, and once it is sealed its coverage")
    .argument("<manifest-key>", "key of the run's manifest, as `itaudit run` prints it")
    .requiredOption("--bucket <name>", "the evidence bucket")
    .option("--json", "print JSON")
    .action(async (key: string, { bucket, json }: { bucket: string; json?: boolean }) => {
      const { run, date } = runOf(key);
      const store = runStore(evidenceS3(), bucket);
      const { plan, committed, manifest } = await progressOf(store, run, date);
      if (json) {
        print(
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
      print(
        `run ${run}: ${committed.length} of ${plan.tasks.length} tasks committed, ${manifest ? `sealed ${manifest.sealed_at}` : "not sealed"}`,
      );
      if (manifest) print(await coverageTable(readOutcomes(store.source, manifest)));
    });
