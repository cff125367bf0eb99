import type { Command } from "commander";
import type { DuckDBEngine } from "../../src/query/duckdb.ts";
import type { Answer, Cost, Engine } from "../../src/query/engine.ts";
import { CliError } from "../cliError.ts";
import { type EvidenceOptions, isElsewhere, openEvidence } from "../openEvidence.ts";
import { optionFile } from "../optionFile.ts";
import { progressLine } from "../progress.ts";
import { writeData } from "../terminal.ts";

interface QueryOptions extends EvidenceOptions {
  file?: string;
  json?: boolean;
  csv?: boolean;
  parquet?: string;
  run?: string;
  engine?: string;
  workgroup: string;
  database: string;
}

export const queryCommand = (program: Command): Command =>
  program
    .command("query")
    .description("query the tables with SQL: Athena in AWS, DuckDB for a copy or the sandbox")
    .argument("[sql]", "a query; without it and without -f, a prompt opens")
    .option("-f, --file <file>", "read the query from a file")
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the evidence bucket")
    .option("--run <id>", "the run that the latest_ tables show (DuckDB; default: the latest full run)")
    .option("--json", "print a JSON array, one row per line")
    .option("--csv", "print CSV")
    .option("--parquet <file>", "write a Parquet file")
    .option("--engine <name>", "athena or duckdb; Athena for a bucket in AWS, otherwise DuckDB")
    .option("--workgroup <name>", "Athena: the workgroup", "audit")
    .option("--database <name>", "Athena: the database", "audit")
    .action(async (sql: string | undefined, options: QueryOptions) => {
      if (sql !== undefined && options.file) throw new CliError("a query and -f: give one of them");
      if ([options.json, options.csv, options.parquet].filter(Boolean).length > 1)
        throw new CliError("--json, --csv and --parquet: choose one");
      const text = options.file ? await optionFile("-f", options.file) : sql;
      if (text !== undefined && !text.trim())
        throw new CliError(
          `${options.file ? `-f ${options.file}` : "the query"}: it is empty. Try: itaudit query "SELECT * FROM latest_accounts"`,
        );
      const line = progressLine();
      const engine = await engineFor(options, (text) => line(text));
      const { QueryError } = await import("../../src/query/queryError.ts");
      try {
        if (text === undefined) {
          const { prompt } = await import("../prompt.ts");
          await prompt(engine, (each) => ask(engine, each, options, line));
        } else await ask(engine, text, options, line);
      } catch (error) {
        throw error instanceof QueryError ? new CliError(error.message) : error;
      } finally {
        line.end();
        await engine.close();
      }
    });

async function engineFor(options: QueryOptions, progress: (text: string) => void): Promise<Engine> {
  const { catalogIn, catalogOfRuns } = await import("../../src/tables/runCatalog.ts");
  const name = options.engine ?? (options.dir || isElsewhere() ? "duckdb" : "athena");
  if (name === "athena") {
    if (options.run) throw new CliError("--run: Athena's latest_ tables show the latest full run");
    if (options.dir) throw new CliError("--engine athena: Athena reads the bucket, a copy is read by duckdb");
    const [{ athenaEngine }, { AthenaClient }] = await Promise.all([
      import("../../src/query/athena.ts"),
      import("@aws-sdk/client-athena"),
    ]);
    progress("asking Athena");
    return athenaEngine({
      athena: new AthenaClient({}),
      workGroup: options.workgroup,
      database: options.database,
      catalog: options.bucket ? await catalogIn(await openEvidence(options)) : await catalogOfRuns([]),
    });
  }
  if (name !== "duckdb") throw new CliError(`--engine ${name}: there are athena and duckdb`);
  const evidence = await openEvidence(options);
  const { openTables } = await import("../openTables.ts");
  const { dir, run } = options;
  const catalog = await catalogIn(evidence, run ? [run] : []);
  const opened = await openTables({ evidence, dir, catalog, run, progress });
  if (opened.latest) return opened;
  await opened.close();
  if (run) throw new CliError(`--run ${run}: there is no such run with tables`);
  throw new CliError(
    `${evidence.name} has no sealed run with tables yet: they are made after each run, or now by itaudit tables build`,
  );
}

async function ask(
  engine: Engine,
  sql: string,
  options: QueryOptions,
  line: ReturnType<typeof progressLine>,
): Promise<void> {
  if ("connection" in engine && namesVerdicts(sql)) await evaluateAll(engine as DuckDBEngine, line);
  line("running the query");
  const answer = await engine.query(sql);
  line.end();
  const rows = await writeAnswer(answer, options);
  if (process.stderr.isTTY) process.stderr.write(`${costLine(rows, answer.cost())}\n`);
}

const namesVerdicts = (sql: string): boolean => /\b(?:from|join)\s+(?:latest_)?verdicts\b/i.test(sql);
/** Engines that have the table `verdicts` already. */
const evaluated = new WeakSet<DuckDBEngine["connection"]>();

/** Evaluates the controls where a query asks for their verdicts; the table is of the run that `latest_` shows. */
async function evaluateAll(engine: DuckDBEngine, line: ReturnType<typeof progressLine>): Promise<void> {
  if (evaluated.has(engine.connection)) return;
  line("evaluating the controls");
  const [{ loadControls }, { createVerdictsTable }] = await Promise.all([
    import("../../src/controls/control.ts"),
    import("../../src/controls/verdictsTable.ts"),
  ]);
  await createVerdictsTable(engine, await loadControls());
  evaluated.add(engine.connection);
}

async function writeAnswer(answer: Answer, options: QueryOptions): Promise<number> {
  const { writeCsv, writeJson, writeParquet, writeTable } = await import("../../src/query/output.ts");
  const write = (text: string) => void writeData(text);
  if (options.parquet) return writeParquet(answer, options.parquet);
  if (options.json) return writeJson(answer, write);
  return options.csv ? writeCsv(answer, write) : writeTable(answer, write, process.stdout.isTTY);
}

/** `3 rows in 0.2 s, 1.2 MB read, $0.00005`. */
export function costLine(rows: number, { ms, bytes, dollars }: Cost): string {
  const price = dollars === undefined ? "" : `, about $${dollars.toFixed(dollars < 0.01 ? 5 : 2)}`;
  return `${rows} row${rows === 1 ? "" : "s"} in ${(ms / 1000).toFixed(1)} s, ${(bytes / 1e6).toFixed(1)} MB read${price}`;
}
