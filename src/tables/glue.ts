import { latestPrefix, tablePrefix } from "../evidence/layout.ts";
import { type Catalog, latestName, runTables } from "./catalog.ts";
import type { ColumnType, Table } from "./columns.ts";

/** A table as AWS Glue's catalog has it, for Athena. */
export interface GlueTable {
  name: string;
  location: string;
  columns: { name: string; type: string }[];
  partitionKeys: { name: string; type: string }[];
  parameters: Record<string, string>;
}

/** The day before which there are no runs. */
const FIRST_DAY = "2026-01-01";

/** Names of {@link ColumnType} in Glue, whose types are Hive's. */
const TYPES: Record<ColumnType, string> = {
  varchar: "string",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
  timestamp: "timestamp",
  "array(varchar)": "array<string>",
  "map(varchar, varchar)": "map<string,string>",
};

const columnsOf = ({ columns }: Table) => columns.map(({ name, type }) => ({ name, type: TYPES[type] }));

/**
 * The tables of a catalog: each once with all runs, by day, and once with the last sealed run's rows alone. The days
 * are projected, so that nothing has to look for new ones and no query has to name them.
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export const glueTables = (
  bucket: string,
  { tables }: Pick<Catalog, "tables">,
  ofRuns: readonly Table[] = runTables,
): GlueTable[] =>
  [...tables, ...ofRuns].flatMap((table): GlueTable[] => {
    const location = `s3://${bucket}/${tablePrefix(table.name)}`;
    const common = { EXTERNAL: "TRUE", classification: "parquet" };
    return [
      {
        name: table.name,
        location,
        columns: columnsOf(table),
        partitionKeys: [{ name: "run_date", type: "string" }],
        parameters: {
          ...common,
          "projection.enabled": "true",
          "projection.run_date.type": "date",
          "projection.run_date.format": "yyyy-MM-dd",
          // Tomorrow too: a run's day is UTC's, wherever the query is asked.
          "projection.run_date.range": `${FIRST_DAY},NOW+1DAYS`,
          "projection.run_date.interval": "1",
          "projection.run_date.interval.unit": "DAYS",
          "storage.location.template": `${location}run_date=\${run_date}/`,
        },
      },
      {
        name: latestName(table.name),
        location: `s3://${bucket}/${latestPrefix(table.name)}`,
        columns: columnsOf(table),
        partitionKeys: [],
        parameters: common,
      },
    ];
  });

/** How Parquet is read, column by name. */
export const PARQUET = {
  inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
  serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
} as const;
