import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  type Row,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { askable, type Catalog } from "../tables/catalog.ts";
import type { Answer, Cell, Engine } from "./engine.ts";
import { athenaPrice } from "./prices.ts";
import { QueryError } from "./queryError.ts";

/** What an {@link athenaEngine} must be told. */
export interface AthenaOptions {
  athena: AthenaClient;
  workGroup: string;
  database: string;
  catalog: Pick<Catalog, "tables">;
  /** Waits so many milliseconds. */
  wait?: (ms: number) => Promise<void>;
}

/** Milliseconds between two looks at a query: from the first to the second, doubling. */
const LOOKS = { first: 100, most: 2_000 };

/** Athena, with the workgroup's limit of scanned bytes. */
export function athenaEngine({
  athena,
  workGroup,
  database,
  catalog,
  wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}: AthenaOptions): Engine {
  const running = new Set<string>();
  const known = askable(catalog);
  return {
    tables: () => known,
    close: async () => {
      for (const id of running) await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    },
    query: async (sql) => {
      const started = performance.now();
      const { QueryExecutionId: id } = await athena.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: workGroup,
          QueryExecutionContext: { Database: database },
        }),
      );
      running.add(id!);
      let execution: QueryExecution;
      for (let pause = LOOKS.first; ; pause = Math.min(pause * 2, LOOKS.most)) {
        const { QueryExecution: now } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
        const state = now?.Status?.State;
        if (state === "FAILED" || state === "CANCELLED") {
          running.delete(id!);
          throw athenaError(now?.Status?.StateChangeReason ?? `the query is ${state}`, sql);
        }
        if (state === "SUCCEEDED") {
          execution = now!;
          break;
        }
        await wait(pause);
      }
      running.delete(id!);
      const bytes = execution.Statistics?.DataScannedInBytes ?? 0;
      const first = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: 1000 }));
      const columns = (first.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name, Type }) => ({
        name: Name ?? "",
        type: Type ?? "varchar",
      }));
      const cells = (rows: Row[]): Cell[][] =>
        rows.map(({ Data }) => columns.map(({ type }, index) => cellOf(type, Data?.[index]?.VarCharValue)));
      let ms = performance.now() - started;
      return {
        columns,
        rows: (async function* () {
          // The first row of a SELECT's first page is its header.
          yield cells((first.ResultSet?.Rows ?? []).slice(execution.StatementType === "DML" ? 1 : 0));
          let token = first.NextToken;
          while (token) {
            const page = await athena.send(
              new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: token, MaxResults: 1000 }),
            );
            yield cells(page.ResultSet?.Rows ?? []);
            token = page.NextToken;
          }
          ms = performance.now() - started;
        })(),
        cost: () => ({ ms, bytes, dollars: athenaPrice(bytes) }),
      } satisfies Answer;
    },
  };
}

/** Athena says `line 3:7: Column 'b' cannot be resolved`, with or without a code in front. */
export function athenaError(message: string, sql: string): QueryError {
  const match = /line (\d+):(\d+): ([\s\S]*)/.exec(message);
  return match
    ? new QueryError(match[3]!.trim(), sql, { line: Number(match[1]), column: Number(match[2]) })
    : new QueryError(message, sql);
}

/** Athena hands every value as text; lists and maps stay as it writes them. */
function cellOf(type: string, value: string | undefined): Cell {
  if (value === undefined) return null;
  if (type === "boolean") return value === "true";
  if (["tinyint", "smallint", "integer", "bigint", "float", "double", "real"].includes(type)) {
    const number = Number(value);
    return Number.isSafeInteger(number) || !/^-?\d+$/.test(value) ? number : value;
  }
  if (type.startsWith("timestamp")) {
    const date = new Date(`${value.replace(" UTC", "").replace(" ", "T")}Z`);
    return Number.isNaN(date.getTime()) ? value : date.toISOString();
  }
  return value;
}
