import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import * as z from "zod";
import type { ResourceTable } from "../../src/tables/columns.ts";

const FOLDER = "test/upgrade/columnTypes";
const Types = z.record(z.string(), z.record(z.string(), z.string()));
/** Types of columns, by table and column. */
export type ColumnTypes = z.infer<typeof Types>;

export const columnTypesOf = (tables: readonly ResourceTable[]): ColumnTypes =>
  Object.fromEntries(
    tables.map(({ name, columns }) => [name, Object.fromEntries(columns.map((each) => [each.name, each.type]))]),
  );

/** Keeps the types of a release's columns, for the releases after it to be compared with. */
export function recordColumnTypes(version: string, tables: readonly ResourceTable[]): void {
  writeFileSync(`${FOLDER}/${version}.json.br`, brotliCompressSync(JSON.stringify(columnTypesOf(tables))));
}

/** Types of columns by release. */
export const recordedColumnTypes = (): [version: string, types: ColumnTypes][] =>
  readdirSync(FOLDER).map((file) => [
    file.replace(/\.json\.br$/, ""),
    Types.parse(JSON.parse(brotliDecompressSync(readFileSync(`${FOLDER}/${file}`)).toString())),
  ]);

/** Columns that have another type than before, as `table.column: before → now`. What is gone or new is none. */
export const retypedColumns = (before: ColumnTypes, now: ColumnTypes): string[] =>
  Object.entries(before).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([column, type]) => {
      const today = now[table]?.[column];
      return today && today !== type ? [`${table}.${column}: ${type} → ${today}`] : [];
    }),
  );
