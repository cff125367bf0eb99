import type { Command } from "commander";
import { type Anomaly, reasonText } from "../../src/anomalies/anomaly.ts";
import type { Observation } from "../../src/anomalies/features.ts";
import type { DuckDBEngine } from "../../src/query/duckdb.ts";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";
import { type EvidenceOptions, openEvidence } from "../openEvidence.ts";
import { progressLine } from "../progress.ts";
import { print } from "../terminal.ts";

interface AnomaliesOptions extends EvidenceOptions {
  runs?: string;
  services?: string;
  json?: boolean;
}

export const anomaliesCommand = (program: Command): Command =>
  program
    .command("anomalies")
    .description("list anomalies: resources and principals configured differently from others of their type")
    .argument("[run]", "id of a run, or latest", "latest")
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the evidence bucket")
    .option("--runs <n>", "learn what is usual from this many runs: this one and those before it")
    .option("--services <names>", "only resources of these services, comma-separated")
    .option("--json", "print JSON, an object a line")
    .addHelpText(
      "after",
      "\nAn anomaly is not a failure: review each one. Without --runs, the command reads the run's table of anomalies.\nHow anomalies are found: docs/anomalies.md",
    )
    .action(async (run: string, options: AnomaliesOptions) => {
      const runs = options.runs === undefined ? undefined : Number(options.runs);
      if (runs !== undefined && (!Number.isInteger(runs) || runs < 1))
        throw new CliError(`--runs ${options.runs}: a number of runs is expected`);
      const [{ declaredCatalog }, { openTables }, { list }] = await Promise.all([
        import("../../src/tables/declaredCatalog.ts"),
        import("../openTables.ts"),
        import("../terminal.ts"),
      ]);
      const evidence = await openEvidence(options);
      const catalog = await declaredCatalog(options.services ? list(options.services) : undefined).catch(
        (error: Error) => {
          throw error.name === "UnknownAuditorError" ? new CliError(`--services: ${error.message}`) : error;
        },
      );
      const line = progressLine();
      try {
        const named = run === "latest" ? undefined : run;
        const engine = await openTables({ evidence, dir: options.dir, catalog, run: named, progress: line });
        try {
          if (!engine.latest)
            throw new CliError(`${evidence.name} has no sealed run${run === "latest" ? "" : ` ${run}`} with tables`);
          const tables = new Map(catalog.tables.map(({ resourceType, name }) => [resourceType, name]));
          const anomalies =
            runs === undefined
              ? inTable(engine)
              : amongRuns(engine, tables, runs, (type) => line(`comparing resources of ${type}`));
          let found = 0;
          for await (const anomaly of anomalies) {
            if (!tables.has(anomaly.resource_type)) continue;
            found++;
            line.end();
            print(options.json ? JSON.stringify(anomaly) : anomalyLine(anomaly));
          }
          line.end();
          if (!options.json)
            print(found ? `${found} to look at, of run ${engine.latest}` : `nothing odd in run ${engine.latest}`);
        } finally {
          await engine.close();
        }
      } finally {
        line.end();
      }
    });

/** What was found when the run's tables were derived. */
async function* inTable(engine: DuckDBEngine): AsyncGenerator<Anomaly> {
  const { anomaliesIn } = await import("../../src/query/readAnomalies.ts");
  const anomalies = await anomaliesIn(engine, engine.latest!);
  if (!anomalies)
    throw new CliError(
      `the tables of run ${engine.latest} were derived before there was a table of anomalies: itaudit tables build ${engine.latest} derives them again`,
    );
  yield* anomalies;
}

/** What is odd in the last of some runs among the resources of them all. Type by type, as far as there are enough of it. */
async function* amongRuns(
  engine: DuckDBEngine,
  tables: ReadonlyMap<string, string>,
  count: number,
  progress: (type: string) => void,
): AsyncGenerator<Anomaly> {
  const { judgeFrom } = await import("../../src/anomalies/anomalies.ts");
  const { rowsOf } = await import("../../src/query/engine.ts");
  const last = engine.latest!;
  const runs = engine.runs.filter((run) => run <= last).slice(-count);
  const types = await rowsOf(
    await engine.query("SELECT DISTINCT resource_type FROM latest_resources ORDER BY resource_type"),
  );
  for (const { resource_type } of types) {
    const type = String(resource_type);
    const table = tables.get(type);
    if (!table) continue;
    progress(type);
    const rows = await rowsOf(
      await engine.query(`SELECT run_id, account_id, region, resource_type, resource_id, arn, name, evidence_object, evidence_line,
          configuration, map_keys(unread) AS unread
        FROM ${table} WHERE run_id IN (${runs.map((run) => `'${run}'`).join(", ")})
        ORDER BY run_id, account_id, region, resource_id`),
    );
    const observations = rows.map(
      (row) => ({ ...row, configuration: JSON.parse(String(row.configuration)) }) as unknown as Observation,
    );
    const judge = judgeFrom(type, observations);
    if (!judge) continue;
    yield* observations
      .filter(({ run_id }) => run_id === last)
      .flatMap((each) => judge(each) ?? [])
      .sort((a, b) => b.score - a.score);
  }
}

function anomalyLine({ resource_type, score, reasons, ...subject }: Anomaly): string {
  const where = subject.arn ?? `${subject.account_id} ${subject.region} ${subject.resource_id}`;
  const why = reasons.map(reasonText).join(", ");
  const proof = `${subject.evidence_object}:${subject.evidence_line}`;
  return printable(`${score.toFixed(2)} ${resource_type}  ${where}  (${why})  ${proof}`);
}
