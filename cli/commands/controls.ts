import type { Command } from "commander";
import type { Control, Framework, Severity } from "../../src/controls/control.ts";
import type { Exceptions } from "../../src/controls/exceptions.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import type { DuckDBEngine } from "../../src/query/duckdb.ts";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";
import type { ControlResult } from "../controlsTable.ts";
import { type EvidenceOptions, openEvidence } from "../openEvidence.ts";
import { optionFile } from "../optionFile.ts";
import { type ProgressLine, progressLine } from "../progress.ts";
import { print, say } from "../terminal.ts";

interface ControlsOptions extends EvidenceOptions {
  control?: string;
  framework?: string;
  severity?: string;
  exceptions?: string;
  all?: boolean;
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
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the evidence bucket")
    .option("--control <id>", "only these controls, comma-separated")
    .option("--framework <name>", "only controls mapped to it: cis-v3, cis-v5, fsbp, pci-dss-4, soc-2, iso-27001")
    .option("--severity <level>", "only those of this severity and worse: critical, high, medium, low, info")
    .option(
      "--all",
      "show every control that evaluated a resource, not only failed ones (or unknown ones, if none failed)",
    )
    .option("--exceptions <file>", "a YAML file with exceptions; see docs/controls.md")
    .option(
      "--list",
      "list the controls without evaluating them; with --framework by requirement, with requirements that have no control",
    )
    .option("--verdicts", "print each failed, excepted and unknown verdict with its evidence")
    .option("--json", "print JSON; with --verdicts one object per line, every verdict included")
    .addHelpText(
      "after",
      `
Exit codes: 0 nothing failed; 1 something failed; 2 nothing failed, but something is not known or not evaluated;
3 no control could be evaluated.`,
    )
    .action(async (run: string, options: ControlsOptions) => {
      const { ControlError, loadControls } = await import("../../src/controls/control.ts");
      const { ExceptionsError } = await import("../../src/controls/exceptions.ts");
      try {
        const all = await loadControls();
        const chosen = await choose(all, options);
        if (options.list) return await list(chosen, all, options);
        const exceptions = await exceptionsOf(options, all);
        await inRun(run, options, (engine, line) => answer(engine, chosen, exceptions, { ...options, run }, line));
      } catch (error) {
        process.exitCode = NOT_EVALUATED;
        throw error instanceof ControlError || error instanceof ExceptionsError ? new CliError(error.message) : error;
      }
    });

/** @throws CliError for an id or a framework that there is not */
async function choose(all: readonly Control[], { control, framework, severity }: ControlsOptions): Promise<Control[]> {
  const { FRAMEWORKS, SEVERITIES } = await import("../../src/controls/control.ts");
  const { list: names } = await import("../terminal.ts");
  const ids = control === undefined ? undefined : new Set(names(control));
  for (const id of ids ?? [])
    if (!all.some((each) => each.id === id))
      throw new CliError(`--control ${id}: there is no such control. itaudit controls --list shows them.`);
  if (framework !== undefined && !Object.hasOwn(FRAMEWORKS, framework))
    throw new CliError(`--framework ${framework}: there are ${Object.keys(FRAMEWORKS).join(", ")}`);
  if (severity !== undefined && !SEVERITIES.includes(severity as Severity))
    throw new CliError(`--severity ${severity}: there are ${SEVERITIES.join(", ")}`);
  const severities =
    severity === undefined ? SEVERITIES : SEVERITIES.slice(0, SEVERITIES.indexOf(severity as Severity) + 1);
  const chosen = all.filter(
    (each) =>
      (!ids || ids.has(each.id)) &&
      (!framework || each.mappings[framework as Framework]) &&
      severities.includes(each.severity),
  );
  if (!chosen.length)
    throw new CliError("no control is of all that was asked for. itaudit controls --list shows them.");
  return chosen;
}

async function exceptionsOf({ exceptions }: ControlsOptions, controls: readonly Control[]): Promise<Exceptions> {
  const { Exceptions, parseExceptions } = await import("../../src/controls/exceptions.ts");
  const today = new Date().toISOString().slice(0, 10);
  if (!exceptions) return new Exceptions([], today);
  const text = await optionFile("--exceptions", exceptions);
  return new Exceptions(parseExceptions(text, exceptions, controls), today);
}

/** Opens DuckDB over the tables of a run; those of a bucket are fetched as they are asked for. */
async function inRun(
  run: string,
  options: ControlsOptions,
  work: (engine: DuckDBEngine, line: ProgressLine) => Promise<void>,
): Promise<void> {
  const [{ catalogIn }, { DiffError, mustHaveTables }, { openTables }] = await Promise.all([
    import("../../src/tables/runCatalog.ts"),
    import("../../src/query/diff.ts"),
    import("../openTables.ts"),
  ]);
  const evidence = await openEvidence(options);
  const catalog = await catalogIn(evidence, [run]);
  const line = progressLine();
  try {
    const named = run === "latest" ? undefined : run;
    const engine = await openTables({ evidence, dir: options.dir, catalog, run: named, progress: line });
    try {
      if (named) mustHaveTables(engine, [named]);
      if (!engine.latest) throw new CliError(`${evidence.name} has no sealed run with tables`);
      await work(engine, line);
    } finally {
      await engine.close();
    }
  } catch (error) {
    throw error instanceof DiffError ? new CliError(error.message) : error;
  } finally {
    line.end();
  }
}

async function answer(
  engine: DuckDBEngine,
  controls: readonly Control[],
  exceptions: Exceptions,
  options: ControlsOptions & { run: string },
  line: ProgressLine,
): Promise<void> {
  const { verdicts, json } = options;
  const { totalOf } = await import("../controlsTable.ts");
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
          line.end();
          print(json ? JSON.stringify(verdict) : verdictLine(verdict));
        }
      }
  };
  for (const [index, control] of controls.entries()) {
    line("evaluating controls", index, controls.length);
    try {
      await evaluate(control);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      counts.set(control.id, noVerdicts());
      notEvaluated.set(control.id, error.message);
      line.end();
      if (json && verdicts)
        print(JSON.stringify({ control: control.id, status: "not-evaluated", error: error.message }));
      else say(`itaudit: not evaluated: ${printable(error.message.replaceAll("\n", " "))}`);
    }
  }
  line.end();
  if (notEvaluated.size && notEvaluated.size === controls.length)
    throw new ControlError(`no control could be evaluated, the first because: ${[...notEvaluated.values()][0]}`);
  const results = controls.map((control) => ({
    control,
    counts: counts.get(control.id)!,
    error: notEvaluated.get(control.id),
  }));
  const totals = totalOf(results);
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
  if (!json) await showResults(results, options);
  for (const each of expired) say(`itaudit: ${printable(each)}`);
  for (const { control, owner } of exceptions.unused)
    say(`itaudit: the exception of ${printable(owner)} to ${printable(control)} met no failure`);
  process.exitCode = totals.fail ? 1 : totals.unknown || notEvaluated.size ? 2 : 0;
}

async function showResults(
  results: readonly ControlResult[],
  options: ControlsOptions & { run: string },
): Promise<void> {
  const { controlsTable, worstFirst } = await import("../controlsTable.ts");
  const named = options.control !== undefined;
  print(`${options.verdicts ? "\n" : ""}${await controlsTable(results, Boolean(options.all) || named)}`);
  const worst = worstFirst(results).find(({ counts }) => counts.fail || counts.unknown);
  if (options.verdicts || !worst) return;
  const sourceOption = options.dir ? ` --dir ${options.dir}` : options.bucket ? ` --bucket ${options.bucket}` : "";
  const run = options.run === "latest" ? "" : ` ${options.run}`;
  print(
    `next: each finding with its evidence: itaudit controls${run}${sourceOption} --control ${worst.control.id} --verdicts`,
  );
}

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

async function list(
  controls: readonly Control[],
  all: readonly Control[],
  { framework, json }: ControlsOptions,
): Promise<void> {
  const { controlsList } = await import("../controlsList.ts");
  print(json ? JSON.stringify(controls) : controlsList(controls, all, framework as Framework | undefined));
}
