import type { Command } from "commander";
import { headLine } from "../../src/evidence/head.ts";
import type { RunStore } from "../../src/evidence/store.ts";
import { BOSS } from "../bossName.ts";
import { print, printLine } from "../terminal.ts";

interface StatusOptions {
  dir?: string;
  bucket?: string;
  boss: string;
  json?: boolean;
}

/** Open tasks that are named. */
const OPEN_NAMED = 10;

export const statusCommand = (program: Command): Command =>
  program
    .command("status")
    .description("show a run's progress; after it is sealed, its coverage, throttles, slowest accounts and cost")
    .argument("[run]", "id of a run, as `itaudit run` prints it, or latest", "latest")
    .option(
      "--bucket <name>",
      "the evidence bucket; also ITAUDIT_BUCKET (default: the bucket of the deployed boss)",
      process.env.ITAUDIT_BUCKET,
    )
    .option("--dir <folder>", "a copy of the bucket, or the folder of runs from a desk")
    .option("--boss <function>", "name of the boss function; also ITAUDIT_BOSS", BOSS)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  itaudit status
  itaudit status 01JDT3SAPG0000000000000000 --bucket my-evidence
  itaudit status --json | jq .totals.outcomes
  itaudit status --json | jq .summary.cost`,
    )
    .action(async (named: string, { bucket: option, dir, boss, json }: StatusOptions) => {
      const { requestedRun, existingRun, progressOf } = await import("../runs.ts");
      // Before anything is asked of AWS: a mistyped id is the user's to mend.
      const requested = requestedRun(named);
      const { store, ...evidence } = dir ? await inFolder(dir) : await inBucket(option, boss);
      const { run, date } = await existingRun(store.source, requested);
      const { plan, committed, manifest, head } = await progressOf(store, run, date);
      const done = new Set(committed);
      const open = plan.tasks.flatMap(({ id }) => (done.has(id) ? [] : [id]));
      const { RunCount, summaryText } = await import("../runSummary.ts");
      const { readCommits } = await import("../../src/evidence/readCommits.ts");
      const count = new RunCount();
      if (json) {
        const { coverage } = await import("../../src/evidence/coverage.ts");
        const { listingsOf, notesOf } = await import("../../src/evidence/coverageTotals.ts");
        const cells = manifest ? await coverage(count.through(readCommits(store.source, manifest)), plan.auditors) : [];
        print(
          JSON.stringify({
            run_id: run,
            ...evidence,
            started_at: plan.started_at,
            requested_by: plan.requested_by,
            tasks: plan.tasks.length,
            committed: plan.tasks.length - open.length,
            sealed_at: manifest?.sealed_at ?? null,
            complete: manifest?.complete ?? null,
            totals: manifest?.totals ?? null,
            open_tasks: open,
            listings: manifest ? listingsOf(cells) : null,
            notes: notesOf(cells),
            head: head ?? null,
            summary: manifest ? count.summary(manifest, plan.tasks.length) : null,
          }),
        );
        return;
      }
      const state = manifest
        ? `sealed ${manifest.sealed_at}${manifest.complete ? "" : " as incomplete"}`
        : "not sealed yet";
      printLine(
        `run ${run}, started ${plan.started_at}: ${plan.tasks.length - open.length} of ${plan.tasks.length} tasks committed, ${state}`,
      );
      if (!manifest) {
        if (open.length)
          printLine(`out: ${open.slice(0, OPEN_NAMED).join(", ")}${open.length > OPEN_NAMED ? ", …" : ""}`);
        return;
      }
      const { coverageTable } = await import("../coverageTable.ts");
      print(await coverageTable(count.through(readCommits(store.source, manifest)), plan.auditors));
      print(summaryText(count.summary(manifest, plan.tasks.length), !plan.desk));
      if (head) printLine(headLine(head));
    });

async function inFolder(dir: string): Promise<{ store: RunStore; dir: string }> {
  const [{ runStoreIn }, { folderStore }, { copyIn }] = await Promise.all([
    import("../../src/evidence/store.ts"),
    import("../../src/evidence/folderStore.ts"),
    import("../openEvidence.ts"),
  ]);
  return { store: runStoreIn(folderStore(copyIn(dir))), dir };
}

async function inBucket(named: string | undefined, boss: string): Promise<{ store: RunStore; bucket: string }> {
  const [{ LambdaClient }, { runStore }, { evidenceS3 }, { evidenceBucket }] = await Promise.all([
    import("@aws-sdk/client-lambda"),
    import("../../src/evidence/store.ts"),
    import("../../src/runtime/clients.ts"),
    import("../deployment.ts"),
  ]);
  const bucket = await evidenceBucket(named, boss, () => new LambdaClient({}));
  return { store: runStore(evidenceS3(), bucket), bucket };
}
