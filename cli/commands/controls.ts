import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { Control } from "../../src/controls/control.ts";
import type { Exceptions } from "../../src/controls/exceptions.ts";
import type { Verdict, VerdictCounts } from "../../src/controls/verdict.ts";
import type { DuckDBEngine } from "../../src/query/duckdb.ts";
import { CliError } from "../cliError.ts";
import { type EvidenceOptions, openEvidence } from "../openEvidence.ts";
import { progressLine } from "../progress.ts";
import { print } from "../terminal.ts";

interface ControlsOptions extends EvidenceOptions {
  control?: string;
  framework?: string;
  exceptions?: string;
  list?: boolean;
  verdicts?: boolean;
  json?: boolean;
}

/** Exit code when there is no answer at all: another than that of a failure. */
const NOT_EVALUATED = 3;

export const controlsCommand = (program: Command): Command =>
  program
    .command("controls")
    .description("evaluate controls against a run: fail, unknown, excepted, pass, not applicable")
    .argument("[run]", "id of a run, or latest", "latest")
    .option("--bucket <name>", "the evidence bucket; the deployed system's otherwise")
    .option("--dir <folder>", "a copy of the evidence bucket")
    .option("--control <id>", "this control alone; several with commas")
    .option("--framework <name>", "only what is mapped to it: cis-v3, cis-v5, fsbp, pci-dss-4, soc-2, iso-27001")
    .option("--exceptions <file>", "a YAML file with exceptions; see docs/controls.md")
    .option("--list", "list the controls and ask nothing")
    .option("--verdicts", "print each failure, exception and thing not known, with its evidence")
    .option("--json", "print JSON: with --verdicts an object a line, every verdict among them")
    .addHelpText(
      "after",
      `
Ends with 0 when nothing failed, with 1 when something did, with 2 when nothing did and something is not known or not
evaluated, and with 3 when no control could be evaluated.`,
    )
    .action(async (run: string, options: ControlsOptions) => {
      const { ControlError, loadControls } = await import("../../src/controls/control.ts");
      const { ExceptionsError } = await import("../../src/controls/exceptions.ts");
      try {
        const all = await loadControls();
        const chosen = await choose(all, options);
        if (options.list) return list(chosen, options);
        const exceptions = await exceptionsOf(options, all);
        await inRun(run, options, (engine, progress) => answer(engine, chosen, exceptions, options, progress));
      } catch (error) {
        process.exitCode = NOT_EVALUATED;
        throw error instanceof ControlError || error instanceof ExceptionsError ? new CliError(error.message) : error;
      }
    });

/** @throws CliError for an id or a framework that there is not */
async function choose(all: readonly Control[], { control, framework }: ControlsOptions): Promise<Control[]> {
  const { FRAMEWORKS } = await import("../../src/controls/control.ts");
  const { list: names } = await import("../terminal.ts");
  const ids = control === undefined ? undefined : new Set(names(control));
  for (const id of ids ?? [])
    if (!all.some((each) => each.id === id))
      throw new CliError(`--control ${id}: there is no such control. itaudit controls --list shows them.`);
  if (framework !== undefined && !Object.hasOwn(FRAMEWORKS, framework))
    throw new CliError(`--framework ${framework}: there are ${Object.keys(FRAMEWORKS).join(", ")}`);
  return all.filter(
    ({ id, mappings }) => (!ids || ids.has(id)) && (!framework || mappings[framework as keyof typeof FRAMEWORKS]),
  );
}

async function exceptionsOf({ exceptions }: ControlsOptions, controls: readonly Control[]): Promise<Exceptions> {
  const { Exceptions, parseExceptions } = await import("../../src/controls/exceptions.ts");
  const today = new Date().toISOString().slice(0, 10);
  if (!exceptions) return new Exceptions([], today);
  let text: string;
  try {
    text = await readFile(exceptions, "utf8");
  } catch (error) {
    throw new CliError(`--exceptions ${exceptions}: ${(error as Error).message}`);
  }
  return new Exceptions(parseExceptions(text, exceptions, controls), today);
}

/** Opens DuckDB over the tables of a run; those of a bucket are fetched as they are asked for. */
async function inRun(
  run: string,
  options: ControlsOptions,
  work: (engine: DuckDBEngine, progress: (text: string) => void) => Promise<void>,
): Promise<void> {
  const [{ catalogIn }, { duckDBEngine }, { DiffError, mustHaveTables }, { pullInto }] = await Promise.all([
    import("../../src/tables/runCatalog.ts"),
    import("../../src/query/duckdb.ts"),
    import("../../src/query/diff.ts"),
    import("../../src/tables/pullInto.ts"),
  ]);
  const place = await openEvidence(options);
  const catalog = await catalogIn(place, [run]);
  const line = progressLine();
  const folder = options.dir ?? (await mkdtemp(join(tmpdir(), "itaudit-tables-")));
  const warn = (message: string) => void process.stderr.write(`itaudit: ${message}\n`);
  try {
    const engine = await duckDBEngine({
      folder,
      catalog,
      warn,
      ...(run === "latest" ? {} : { run }),
      ...(options.dir ? {} : { pull: pullInto(place, folder, (key) => line(`fetching ${key}`)) }),
    });
    try {
      if (run !== "latest") mustHaveTables(engine, [run]);
      if (!engine.latest) throw new CliError(`${place.name} has no sealed run with tables`);
      await work(engine, (text) => (text ? line(text) : line.end()));
    } finally {
      await engine.close();
    }
  } catch (error) {
    throw error instanceof DiffError ? new CliError(error.message) : error;
  } finally {
    line.end();
    if (!options.dir) await rm(folder, { recursive: true, force: true });
  }
}

async function answer(
  engine: DuckDBEngine,
  controls: readonly Control[],
  exceptions: Exceptions,
  { verdicts, json }: ControlsOptions,
  progress: (text: string) => void,
): Promise<void> {
  const { evaluation } = await import("../../src/controls/evaluate.ts");
  const { ControlError } = await import("../../src/controls/control.ts");
  const { noVerdicts } = await import("../../src/controls/verdict.ts");
  const counts = new Map(controls.map((control) => [control.id, noVerdicts()]));
  const expired = new Set<string>();
  const notEvaluated = new Map<string, string>();
  const about = await evaluation(engine, controls, exceptions);
  const evaluate = async (control: Control): Promise<void> => {
    if (!verdicts && !exceptions.concern(control.id)) {
      counts.set(control.id, await about.counts(control));
      return;
    }
    for await (const portion of about.verdicts(control))
      for (const verdict of portion) {
        counts.get(verdict.control)![verdict.status] += 1;
        if (verdict.exception?.expired) expired.add(expiredLine(verdict));
        if (verdicts && (json || ["fail", "excepted", "unknown"].includes(verdict.status))) {
          progress("");
          print(json ? JSON.stringify(verdict) : verdictLine(verdict));
        }
      }
  };
  for (const [index, control] of controls.entries()) {
    progress(`${index + 1} of ${controls.length}: ${control.id}`);
    try {
      await evaluate(control);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      counts.set(control.id, noVerdicts());
      notEvaluated.set(control.id, error.message);
      progress("");
      if (json && verdicts)
        print(JSON.stringify({ control: control.id, status: "not-evaluated", error: error.message }));
      else process.stderr.write(`itaudit: not evaluated: ${printable(error.message.replaceAll("\n", " "))}\n`);
    }
  }
  progress("");
  if (notEvaluated.size && notEvaluated.size === controls.length)
    throw new ControlError(`no control could be evaluated, the first because: ${[...notEvaluated.values()][0]}`);
  const results = controls.map((control) => ({
    control,
    counts: counts.get(control.id)!,
    error: notEvaluated.get(control.id),
  }));
  const totals = results.reduce((sum, each) => add(sum, each.counts), noVerdicts());
  if (json && !verdicts)
    print(
      JSON.stringify({
        run: engine.latest,
        narrowed: engine.narrowed,
        controls: results.map(({ control: { id, title, severity }, counts, error }) =>
          error === undefined
            ? { id, title, severity, ...counts }
            : { id, title, severity, status: "not-evaluated", error },
        ),
        totals,
        not_evaluated: notEvaluated.size,
      }),
    );
  if (!json) print(`${verdicts ? "\n" : ""}${await resultTable(results, totals)}`);
  for (const each of expired) process.stderr.write(`itaudit: ${each}\n`);
  for (const { control, owner } of exceptions.unused)
    process.stderr.write(`itaudit: the exception of ${owner} to ${control} met no failure\n`);
  process.exitCode = totals.fail ? 1 : totals.unknown || notEvaluated.size ? 2 : 0;
}

const add = (a: VerdictCounts, b: VerdictCounts): VerdictCounts =>
  Object.fromEntries(
    Object.entries(a).map(([status, count]) => [status, count + b[status as keyof VerdictCounts]]),
  ) as VerdictCounts;

const expiredLine = ({ control, exception }: Verdict): string =>
  `the exception of ${exception?.owner} to ${control} expired on ${exception?.expires}: what it covered has failed again`;

/** A verdict for people, on one line. */
export function verdictLine({
  control,
  status,
  account_id,
  region,
  resource,
  reason,
  evidence,
  exception,
}: Verdict): string {
  const where = resource?.arn ?? [account_id, region ?? "all regions", resource?.resource_id].filter(Boolean).join(" ");
  const why = status === "excepted" ? `${exception?.owner} till ${exception?.expires}: ${exception?.reason}` : reason;
  const proof = evidence.map(({ object, line }) => `  ${object}:${line}`).join("");
  return printable(`${status.padEnd(8)} ${control}  ${where}  (${why})${proof}`);
}

async function resultTable(
  results: readonly { control: Control; counts: VerdictCounts; error: string | undefined }[],
  totals: VerdictCounts,
): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const { VERDICT_STATUSES } = await import("../../src/controls/verdict.ts");
  const table = new Table({
    head: ["control", "severity", "fail", "unknown", "excepted", "pass", "n/a"],
    colAligns: ["left", "left", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  const cells = (counts: VerdictCounts) => VERDICT_STATUSES.map((status) => counts[status] || "");
  for (const { control, counts, error } of results)
    table.push(
      error === undefined
        ? [control.id, control.severity, ...cells(counts)]
        : [control.id, control.severity, { colSpan: VERDICT_STATUSES.length, content: "not evaluated" }],
    );
  table.push([`${results.length} controls`, "", ...cells(totals)]);
  return table.toString();
}

function list(controls: readonly Control[], { json }: ControlsOptions): void {
  if (json) print(JSON.stringify(controls));
  else for (const { id, severity, title } of controls) print(`${id.padEnd(44)} ${severity.padEnd(9)} ${title}`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�");
