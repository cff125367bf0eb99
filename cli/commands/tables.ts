import type { Command } from "commander";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";
import { type EvidenceOptions, openEvidence } from "../openEvidence.ts";
import { progressLine } from "../progress.ts";
import { print } from "../terminal.ts";

export const tablesCommand = (program: Command): Command => {
  const tables = program.command("tables").description("derive tables from sealed evidence");
  tables
    .command("build")
    .description("derive the tables of sealed runs again; the tabulator does it once after each run")
    .argument("[run]", "id of a run, or latest (default: every sealed run)")
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the evidence bucket")
    .option("--json", "print JSON")
    .action(async (run: string | undefined, options: EvidenceOptions & { json?: boolean }) => {
      const [{ catalogOfRuns }, { derivedCatalog }, { tabulate }, { listSealedRuns, readSealedRun }] =
        await Promise.all([
          import("../../src/tables/runCatalog.ts"),
          import("../../src/tables/declaredCatalog.ts"),
          import("../../src/tables/tabulate.ts"),
          import("../../src/tables/sealedRun.ts"),
        ]);
      const objects = await openEvidence(options);
      const all = await listSealedRuns(objects);
      const chosen = run === "latest" ? all.slice(-1) : run ? all.filter((each) => each.run === run) : all;
      if (!chosen.length)
        throw new CliError(
          `${objects.name} has no sealed run${run && run !== "latest" ? ` ${run}` : ""}; itaudit status shows how far one is`,
        );
      const declared = await derivedCatalog();
      const line = progressLine();
      for (const each of chosen) {
        const sealed = (await readSealedRun(objects, each.run, each.date))!;
        const built = await tabulate(objects, sealed, await catalogOfRuns([sealed.plan], declared), {
          progress: ({ done, of }) => line(`deriving the tables of run ${each.run}`, done, of),
        });
        line.end();
        const sum = (of: "rows" | "bytes") => built.reduce((total, file) => total + file[of], 0);
        print(
          options.json
            ? JSON.stringify({ run_id: each.run, files: built })
            : printable(`run ${each.run}: ${built.length} files, ${sum("rows")} rows, ${sum("bytes")} bytes`),
        );
      }
    });
  return tables;
};
