import Table from "cli-table3";
import type { Column, ColumnType } from "../tables/columns.ts";
import { fileSink } from "../tables/fileSink.ts";
import { ParquetFile, type Value } from "../tables/parquetFile.ts";
import type { Answer, Cell } from "./engine.ts";
import { printable } from "./printable.ts";

/** Rows of a table on a screen; more are asked for as CSV, JSON or Parquet. */
const ROWS_SHOWN = 1_000;
/** Characters of a cell on a screen. */
const CELL_SHOWN = 60;

/**
 * Text for people; answers with the number of rows, shown or not.
 * @param cut whether long cells are cut so that rows stay readable on a screen
 */
export async function writeTable(
  { columns, rows }: Answer,
  write: (text: string) => void,
  cut = true,
): Promise<number> {
  const table = new Table({ head: columns.map(({ name }) => name), style: { head: [], border: [], compact: true } });
  let count = 0;
  for await (const portion of rows)
    for (const row of portion) {
      count += 1;
      if (count <= ROWS_SHOWN) table.push(row.map((cell) => shown(cell, cut)));
    }
  if (count) write(`${table.toString()}\n`);
  if (count > ROWS_SHOWN) write(`… and ${count - ROWS_SHOWN} more rows: --csv, --json and --parquet have them all\n`);
  return count;
}

function shown(cell: Cell, cut: boolean): string {
  const text = printable(textOf(cell));
  return cut && text.length > CELL_SHOWN ? `${text.slice(0, CELL_SHOWN - 1)}…` : text;
}

const textOf = (cell: Cell): string =>
  cell === null ? "" : typeof cell === "object" ? JSON.stringify(cell) : String(cell);

/** A JSON array, a row a line. */
export async function writeJson({ columns, rows }: Answer, write: (text: string) => void): Promise<number> {
  let count = 0;
  for await (const portion of rows)
    for (const row of portion) {
      const object = Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]));
      write(`${count ? ",\n" : "["}${JSON.stringify(object)}`);
      count += 1;
    }
  write(count ? "]\n" : "[]\n");
  return count;
}

/**
 * A text as a field of CSV. A spreadsheet would run one that starts like a formula: an apostrophe in front keeps it a text.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvField(cell: Cell): string {
  const text = textOf(cell);
  const safe = typeof cell !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @see https://www.rfc-editor.org/rfc/rfc4180 */
export async function writeCsv({ columns, rows }: Answer, write: (text: string) => void): Promise<number> {
  const line = (cells: Cell[]) => `${cells.map(csvField).join(",")}\r\n`;
  write(line(columns.map(({ name }) => name)));
  let count = 0;
  for await (const portion of rows) {
    write(portion.map(line).join(""));
    count += portion.length;
  }
  return count;
}

/** A typed Parquet file. */
export async function writeParquet({ columns, rows }: Answer, path: string): Promise<number> {
  const typed: Column[] = columns.map(({ name, type }) => ({ name, type: parquetType(type) }));
  const file = new ParquetFile(fileSink(path), typed, {});
  try {
    for await (const portion of rows)
      for (const row of portion) await file.write(row.map((cell, index) => parquetValue(typed[index]!.type, cell)));
    return (await file.finish()).rows;
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

function parquetType(type: string): ColumnType {
  if (/^(tinyint|smallint|integer|bigint|utinyint|usmallint|uinteger)$/.test(type)) return "bigint";
  if (/^(float|double|real|decimal)/.test(type)) return "double";
  if (type === "boolean") return "boolean";
  if (type.startsWith("timestamp")) return "timestamp";
  if (type === "varchar[]") return "array(varchar)";
  if (type === "map(varchar, varchar)") return "map(varchar, varchar)";
  return "varchar";
}

function parquetValue(type: ColumnType, cell: Cell): Value {
  if (cell === null) return null;
  if (type === "timestamp") return new Date(String(cell));
  if (type === "bigint") return BigInt(String(cell));
  if (type === "varchar") return textOf(cell);
  return cell as Value;
}
