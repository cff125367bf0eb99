import { createHash } from "node:crypto";
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Column, ColumnType } from "./columns.ts";
import type { Sink } from "./objects.ts";

/** A row: a value for each column, in the columns' order. */
export type Row = readonly Value[];
export type Value =
  | string
  | number
  | bigint
  | boolean
  | Date
  | null
  | readonly (string | null)[]
  | Record<string, string>;

/** A row group is written once it has so many rows, or so many characters of text: what memory holds of a table. */
const GROUP_ROWS = 20_000;
const GROUP_CHARACTERS = 24 * 1024 * 1024;

/** What was written. */
export interface WrittenFile {
  rows: number;
  bytes: number;
  /** Hex. */
  sha256: string;
}

/**
 * A typed Parquet file that grows row group by row group, in memory that does not depend on its length.
 * The same rows give the same bytes.
 */
export class ParquetFile {
  private readonly bytes = new ByteWriter();
  private readonly writer: ParquetWriter;
  private readonly hash = createHash("sha256");
  private group: Value[][];
  private characters = 0;
  private rows = 0;

  /** @param metadata the file's key-value metadata */
  constructor(
    private readonly sink: Sink,
    private readonly columns: readonly Column[],
    metadata: Record<string, string>,
  ) {
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: parquetSchema(columns),
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      createdBy: "audit-ecosystem",
    });
    this.group = columns.map(() => []);
  }

  async write(row: Row): Promise<void> {
    for (const [index, value] of row.entries()) {
      const whole = typeof value === "number" && this.columns[index]!.type === "bigint";
      this.group[index]!.push(whole ? BigInt(value) : value);
      if (typeof value === "string") this.characters += value.length;
    }
    this.rows += 1;
    if (this.group[0]!.length >= GROUP_ROWS || this.characters >= GROUP_CHARACTERS) await this.flush();
  }

  async finish(): Promise<WrittenFile> {
    await this.flush();
    this.writer.finish();
    await this.hand();
    await this.sink.finish();
    return { rows: this.rows, bytes: this.bytes.offset, sha256: this.hash.digest("hex") };
  }

  abandon(): Promise<void> {
    return this.sink.abandon();
  }

  private async flush(): Promise<void> {
    const rows = this.group[0]!.length;
    if (!rows) return;
    this.writer.write({
      columnData: this.columns.map(({ name }, index) => ({ name, data: this.group[index]! })),
      rowGroupSize: rows,
    });
    this.group = this.columns.map(() => []);
    this.characters = 0;
    await this.hand();
  }

  /** Hands what is encoded to the sink; the writer's count of all bytes goes on. */
  private async hand(): Promise<void> {
    const encoded = this.bytes.getBytes().slice();
    this.bytes.index = 0;
    this.hash.update(encoded);
    if (encoded.length) await this.sink.write(encoded);
  }
}

const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;

/** @see https://parquet.apache.org/docs/file-format/types/logicaltypes/ */
export const parquetSchema = (columns: readonly Column[]): SchemaElement[] => [
  { name: "schema", num_children: columns.length },
  ...columns.flatMap(({ name, type }) => elements[type]({ name, repetition_type: "OPTIONAL" })),
];

const elements: Record<ColumnType, (column: SchemaElement) => SchemaElement[]> = {
  varchar: (column) => [{ ...column, ...text }],
  bigint: (column) => [{ ...column, type: "INT64" }],
  double: (column) => [{ ...column, type: "DOUBLE" }],
  boolean: (column) => [{ ...column, type: "BOOLEAN" }],
  timestamp: (column) => [{ ...column, type: "INT64", converted_type: "TIMESTAMP_MILLIS" }],
  "array(varchar)": (column) => [
    { ...column, converted_type: "LIST", num_children: 1 },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "OPTIONAL", ...text },
  ],
  "map(varchar, varchar)": (column) => [
    { ...column, converted_type: "MAP", num_children: 1 },
    { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
    { name: "key", repetition_type: "REQUIRED", ...text },
    { name: "value", repetition_type: "OPTIONAL", ...text },
  ],
};
