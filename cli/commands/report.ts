import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { makeFolder } from "../../src/evidence/folders.ts";
import type { Report } from "../../src/report/model.ts";
import { FORMATS, type Format, writeReport } from "../../src/report/write.ts";
import { CliError } from "../cliError.ts";
import { type EvidenceOptions, evidenceSource, openEvidence } from "../openEvidence.ts";
import { optionFile } from "../optionFile.ts";
import { checkOutput } from "../outputFile.ts";
import { progressLine } from "../progress.ts";
import { print, say, writeData } from "../terminal.ts";

interface ReportOptions extends EvidenceOptions {
  out?: string;
  format: string;
  compare?: string;
  exceptions?: string;
  publicKey?: string;
}

export const reportCommand = (program: Command): Command =>
  program
    .command("report")
    .description("write a run's coverage, integrity, findings, inventory and changes, as a page or for machines")
    .argument("[run]", "id of a run, or latest", "latest")
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the evidence bucket")
    .option(
      "--out <file>",
      "where to write it (default: audit-<run>.html for a page, standard output for other formats)",
    )
    .option("--format <format>", `${FORMATS.join(", ")}`, "html")
    .option("--compare <run>", "show changes since this run (default: the run before)")
    .option("--exceptions <file>", "YAML file with accepted failures, each with owner and last day")
    .option("--public-key <file>", "PEM of the audit stack's output signingPublicKey, to show who sealed the run")
    .action(async (run: string, options: ReportOptions) => {
      const format = FORMATS.find((each) => each === options.format);
      if (!format) throw new CliError(`--format ${options.format}: there are ${FORMATS.join(", ")}`);
      await checkOutput("--out", options.out);
      const line = progressLine();
      try {
        const objects = await openEvidence(options);
        const source = await evidenceSource(options);
        const { reportOf } = await import("../reportOf.ts");
        const request = {
          run,
          compare: options.compare,
          evidence: { objects, source, folder: options.dir },
          exceptions: options.exceptions && {
            path: options.exceptions,
            text: await optionFile("--exceptions", options.exceptions),
          },
          publicKey: options.publicKey && (await optionFile("--public-key", options.publicKey)),
          line,
        };
        const path = await reportOf(request, (report) => {
          line("writing the report");
          return writeOutput(report, format, options.out);
        });
        line.end();
        // In a pipe there is the report alone.
        if (path) print(path);
      } catch (error) {
        throw await forUsers(error);
      } finally {
        line.end();
      }
    });

/** @returns the file that was written; undefined for standard output */
async function writeOutput(report: Report, format: Format, out: string | undefined): Promise<string | undefined> {
  const path = out ?? (format === "html" ? `audit-${report.run.run_id}.html` : undefined);
  if (!path) {
    await writeReport(report, format, async (text) => {
      if (!writeData(text)) await once(process.stdout, "drain");
    });
    return undefined;
  }
  // What stands there and is no file, such as a pipe, is written to: a file must not take its place.
  const standing = await stat(path).catch(() => undefined);
  if (standing && !standing.isFile()) {
    const device = await open(path, "w");
    try {
      await writeReport(report, format, async (text) => void (await device.writeFile(text)));
    } finally {
      await device.close();
    }
    return undefined;
  }
  const { fileSink } = await import("../../src/tables/fileSink.ts");
  const folder = dirname(path);
  if (!(await stat(folder).catch(() => undefined))) {
    await makeFolder(folder);
    say(`the folder ${folder} was not there: made`);
  }
  const sink = fileSink(path);
  try {
    await writeReport(report, format, (text) => sink.write(Buffer.from(text)));
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  return path;
}

/** Problems that the user can mend, in one line. */
async function forUsers(error: unknown): Promise<unknown> {
  const [{ DiffError }, { ControlError }, { ExceptionsError }, { AlteredError }] = await Promise.all([
    import("../../src/query/diff.ts"),
    import("../../src/controls/control.ts"),
    import("../../src/controls/exceptions.ts"),
    import("../../src/evidence/readCommits.ts"),
  ]);
  const known = [DiffError, ControlError, ExceptionsError, AlteredError].some((type) => error instanceof type);
  return known ? new CliError((error as Error).message) : error;
}
