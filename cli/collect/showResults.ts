import { compose } from "../../src/auditors/registry.ts";
import { publicKeyFile } from "../../src/desk/deskKey.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { runDate } from "../../src/evidence/layout.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import type { Report } from "../../src/report/model.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { catalogOfRuns } from "../../src/tables/runCatalog.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { phaseLines, progressLine } from "../progress.ts";
import { reportOf } from "../reportOf.ts";
import { print } from "../terminal.ts";
import type { CollectOptions } from "./options.ts";
import { failuresFrom, outcomesOf, resultText, writeTo } from "./results.ts";

/** Exit code of a run in which something could not be read. */
const NOT_ALL_COLLECTED = 2;

/** Derives the tables of a sealed run, asks the controls, writes the page, and prints what there is. @returns the exit code */
export async function showResults(
  options: CollectOptions,
  { run_id, run_date }: Pick<Manifest, "run_id" | "run_date">,
): Promise<number> {
  const { dir } = options;
  const line = process.stderr.isTTY ? progressLine() : phaseLines();
  const objects = folderObjects(dir);
  const sealed = (await readSealedRun(objects, run_id, run_date))!;
  await tabulate(objects, sealed, await catalogOfRuns([sealed.plan]), {
    progress: ({ done, of }) => line("deriving tables from the sealed evidence", done, of),
  });
  const page = options.out ?? `audit-${run_id}.html`;
  const evidence = { objects, source: folderSource(dir), folder: dir };
  // Controls about what nobody asked for would be unknown, one and all.
  const services = sealed.plan.narrowed?.includes("auditors")
    ? compose(sealed.plan.auditors.map(({ name }) => name)).flatMap((each) => each.services)
    : undefined;
  const code = await reportOf({ run: run_id, evidence, line, ...(services ? { services } : {}) }, async (report) => {
    line("writing the page");
    await writeTo(page, report, "html");
    if (options.sarif) await writeTo(options.sarif, report, "sarif");
    if (options.ocsf) await writeTo(options.ocsf, report, "ocsf");
    line.end();
    if (options.json) print(JSON.stringify(resultJson(report, page)));
    else if (options.sarif !== "-" && options.ocsf !== "-") {
      print(await resultText(report));
      print(nextSteps(options, page, report));
    }
    return exitCode(options, report);
  });
  line.end();
  return code;
}

function exitCode({ failOn }: CollectOptions, report: Report): number {
  if (failOn && failuresFrom(report, failOn)) return 1;
  const { collected: _collected, "not-enabled": _closed, ...unread } = outcomesOf(report);
  return report.run.complete && !Object.keys(unread).length ? 0 : NOT_ALL_COLLECTED;
}

const nextSteps = ({ dir, kmsKey }: CollectOptions, page: string, { run }: Report): string =>
  [
    "",
    `Page       ${page}`,
    `Sealed     run ${run.run_id} with ${kmsKey ? "the key named" : "the key of this desk"}: itaudit verify --all --dir ${dir}${kmsKey ? "" : ` --public-key ${publicKeyFile()}`}`,
    `Next       itaudit query --dir ${dir} "SELECT resource_type, count(*) AS resources FROM latest_resources GROUP BY 1 ORDER BY 2 DESC LIMIT 10"`,
    `           itaudit controls --dir ${dir} --verdicts`,
  ].join("\n");

const resultJson = ({ run, controls, ...report }: Report, page: string) => ({
  run_id: run.run_id,
  run_date: runDate(run.started_at),
  complete: run.complete,
  planned: run.planned,
  items: run.items,
  outcomes: outcomesOf({ run, controls, ...report }),
  page,
  controls: controls.map(({ id, title, severity, status, verdicts }) => ({ id, title, severity, status, ...verdicts })),
});
