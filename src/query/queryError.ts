import * as z from "zod";

/** SQL that cannot be answered: what is wrong, and where in it. */
export class QueryError extends Error {
  constructor(
    problem: string,
    readonly sql: string,
    /** From 1; undefined where the engine does not say. */
    readonly position?: Position,
  ) {
    super(position ? `${problem}\n${pointer(sql, position)}` : problem);
    this.name = "QueryError";
  }
}

/** A place in a text, both from 1. */
export interface Position {
  line: number;
  column: number;
}

/** The line with a caret below the place; of a long line, what is near it. */
function pointer(sql: string, { line, column }: Position): string {
  const text = sql.split("\n")[line - 1] ?? "";
  const start = Math.max(0, column - 60);
  const shown = text.slice(start, start + 100);
  const lead = `line ${line}:${column}  `;
  // A tab stays one: the caret stands below its place whatever a tab's width is.
  const gap = shown.slice(0, column - 1 - start).replace(/[^\t]/g, " ");
  return `${lead}${shown}\n${" ".repeat(lead.length)}${gap}^`;
}

const DuckDBProblem = z.object({
  exception_message: z.string(),
  /** Bytes of UTF-8 in front of the place. */
  position: z.coerce.number().optional(),
  type: z.string().optional(),
  name: z.string().optional(),
});

/**
 * DuckDB's error (with `errors_as_json`) as one that points into the SQL.
 * @param tables names to suggest for one that does not exist
 */
export function duckDBError(message: string, sql: string, tables: readonly string[]): QueryError {
  const found = DuckDBProblem.safeParse(jsonIn(message));
  if (!found.success) return new QueryError(message.trim(), sql);
  const { exception_message, position, type, name } = found.data;
  const problem =
    type === "Table" && name
      ? `there is no table ${name}. Is it ${nearest(name, tables).join(", ")}?`
      : exception_message.replaceAll("\n", " ");
  return new QueryError(problem, sql, position === undefined ? undefined : positionAt(sql, position));
}

function jsonIn(message: string): unknown {
  const start = message.indexOf("{");
  try {
    return JSON.parse(message.slice(start));
  } catch {
    return undefined;
  }
}

function positionAt(sql: string, bytes: number): Position {
  const before = Buffer.from(sql, "utf8").subarray(0, bytes).toString("utf8").split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The names most like one, by the pairs of letters that they share. */
export function nearest(name: string, names: readonly string[]): string[] {
  const pairs = (text: string) => new Set(Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2)));
  const sought = pairs(name.toLowerCase());
  return names
    .map((each) => {
      const own = pairs(each);
      const shared = [...own].filter((pair) => sought.has(pair)).length;
      return { each, likeness: (2 * shared) / (own.size + sought.size) };
    })
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ each }) => each);
}
