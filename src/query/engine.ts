import type { Table } from "../tables/columns.ts";

/** A value of an answer: timestamps are ISO 8601 UTC, whole numbers beyond 2^53 are text. */
export type Cell = string | number | boolean | null | Cell[] | { [key: string]: Cell };

/** What a query answers with. */
export interface Answer {
  columns: { name: string; type: string }[];
  /** Rows in portions as they come; to be read once. */
  rows: AsyncIterable<Cell[][]>;
  /** What it took, once the rows are read. */
  cost: () => Cost;
}

export interface Cost {
  /** Milliseconds. */
  ms: number;
  /** Bytes: in Athena those that were scanned, in DuckDB those of the files that the query's tables have. */
  bytes: number;
  /** US dollars, where the engine is paid for. */
  dollars?: number;
}

/** What answers SQL: DuckDB over a folder of tables, or Athena. */
export interface Engine {
  /** @throws QueryError showing the place in the SQL */
  query(sql: string): Promise<Answer>;
  /** Names and columns of what can be asked. */
  tables(): readonly Table[];
  close(): Promise<void>;
}

/** All rows of an answer as objects; for answers that are known to be small. */
export async function rowsOf({ columns, rows }: Answer): Promise<Record<string, Cell>[]> {
  const all: Record<string, Cell>[] = [];
  for await (const portion of rows)
    for (const row of portion) all.push(Object.fromEntries(columns.map(({ name }, index) => [name, row[index]!])));
  return all;
}
