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
  /** Bytes that the engine read, where it says so. */
  bytes?: number;
  /** US dollars, where the engine is paid for. */
  dollars?: number;
}

/** What answers SQL: DuckDB over a folder of tables, or Athena. */
export interface Engine {
  /** @throws QueryError showing the place in the SQL */
  query(sql: string): Promise<Answer>;
  close(): Promise<void>;
}

/** All rows of an answer as objects; for answers that are known to be small. */
export async function rowsOf({ columns, rows }: Answer): Promise<Record<string, Cell>[]> {
  const all: Record<string, Cell>[] = [];
  for await (const portion of rows)
    for (const row of portion) all.push(Object.fromEntries(columns.map(({ name }, index) => [name, row[index]!])));
  return all;
}
