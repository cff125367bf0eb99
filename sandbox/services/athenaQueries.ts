import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ColumnInfo, Row } from "@aws-sdk/client-athena";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type AthenaDialect, AwsError, type Call, type Permission } from "../service.ts";
import type { StoredObject } from "../state.ts";
import { checkLakeFormation } from "./lakeformation.ts";

/** A query's answer, as Athena keeps it. */
export interface QueryAnswer {
  columns: ColumnInfo[];
  rows: Row[];
  bytes: number;
}

const TYPES: Record<string, string> = {
  string: "VARCHAR",
  "array<string>": "VARCHAR[]",
  "map<string,string>": "MAP(VARCHAR, VARCHAR)",
};
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** DuckDB with Trino's functions, and the files of objects that it has read; one for the process. */
let engine: Promise<{ connection: DuckDBConnection; folder: string; files: WeakMap<StoredObject, string> }> | undefined;
let queue: Promise<unknown> = Promise.resolve();
let files = 0;

function open({ prepare }: AthenaDialect): NonNullable<typeof engine> {
  engine ??= (async () => {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const connection = await (await DuckDBInstance.create(":memory:", { memory_limit: "512MB" })).connect();
    await connection.run("SET TimeZone = 'UTC'");
    await prepare(connection);
    return { connection, folder: mkdtempSync(join(tmpdir(), "sandbox-athena-")), files: new WeakMap() };
  })();
  return engine;
}

/**
 * Runs a query over Glue's tables, by DuckDB, one after the other. As in AWS, Glue and S3 are read with the rights of
 * whoever asks.
 * @throws AwsError saying what is not allowed, or what is wrong with the SQL
 */
export function runQuery(sql: string, database: string, call: Call): Promise<QueryAnswer> {
  const running = queue.then(() => inTurn(sql, database, call));
  queue = running.catch(() => undefined);
  return running;
}

async function inTurn(sql: string, database: string, call: Call): Promise<QueryAnswer> {
  const dialect = call.athena;
  if (!dialect) throw new AwsError("InvalidRequestException", "This sandbox was started without Athena's SQL.");
  const { connection, folder, files: known } = await open(dialect);
  const glue = (resource: string) => `arn:aws:glue:${call.region}:${call.account}:${resource}`;
  const inCatalog = [glue("catalog"), glue(`database/${database}`)];
  mayAll(
    call,
    inCatalog.map((resource) => ({ action: "glue:GetDatabase", resource })),
  );
  checkLakeFormation(call, database, "Describe", false);
  let bytes = 0;
  for (const name of dialect.namesIn(sql)) {
    const arn = glue(`table/${database}/${name}`);
    const table = call.state.glueTables.get(arn);
    if (!table) continue;
    checkLakeFormation(call, database, "Select", true);
    mayAll(
      call,
      [...inCatalog, arn].map((resource) => ({ action: "glue:GetTable", resource })),
    );
    const [, bucketName = "", prefix = ""] =
      /^s3:\/\/([^/]+)\/(.*)$/.exec(table.StorageDescriptor?.Location ?? "") ?? [];
    const bucket = call.state.buckets.get(bucketName);
    if (!bucket) throw new AwsError("InvalidRequestException", `there is no bucket ${bucketName}`);
    mayAll(
      call,
      ["s3:GetBucketLocation", "s3:ListBucket"].map((action) => onBucket(action, bucketName, call)),
    );
    const paths: string[] = [];
    for (const [key, versions] of bucket.objects) {
      const object = versions.at(-1)!;
      if (!key.startsWith(prefix) || !key.endsWith(".parquet") || object.deleteMarker) continue;
      mayAll(call, [onBucket("s3:GetObject", bucketName, call, key)]);
      if (!known.has(object)) {
        const path = join(folder, `${++files}.parquet`);
        writeFileSync(path, object.body);
        known.set(object, path);
      }
      bytes += object.body.length;
      const day = /run_date=([^/]+)\//.exec(key)?.[1];
      const columns = table.PartitionKeys?.length ? `*, ${text(day ?? "")} AS run_date` : "*";
      paths.push(`SELECT ${columns} FROM read_parquet(${text(known.get(object)!)})`);
    }
    const columns = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
    const typed = columns
      .map(({ Name, Type }) => `CAST(NULL AS ${TYPES[Type ?? ""] ?? Type}) AS ${quoted(Name!)}`)
      .join(", ");
    const all = [`(SELECT ${typed} WHERE false)`, ...paths].join(" UNION ALL BY NAME ");
    await connection.run(`CREATE OR REPLACE TEMP VIEW ${quoted(name)} AS ${all}`);
  }
  try {
    const reader = await connection.runAndReadAll(dialect.translate(sql));
    return {
      columns: reader.columnNames().map((Name, index) => ({
        Name,
        Type: String(reader.columnType(index)).toLowerCase(),
      })),
      rows: reader.getRowsJson().map((row) => ({
        Data: row.map((value) =>
          value === null ? {} : { VarCharValue: typeof value === "object" ? JSON.stringify(value) : String(value) },
        ),
      })),
      bytes,
    };
  } catch (error) {
    throw new AwsError("InvalidRequestException", (error as Error).message);
  }
}

/** @throws AwsError in AWS's words */
export function mayAll(call: Call, permissions: readonly Permission[]): void {
  for (const permission of permissions) {
    const why = call.denial(permission);
    if (why) throw new AwsError("InvalidRequestException", `Insufficient permissions to execute the query. ${why}`);
  }
}

/** A permission on a bucket or one of its objects, with the bucket's own policy. */
export function onBucket(action: string, name: string, call: Call, key?: string): Permission {
  const bucket = call.state.buckets.get(name);
  return {
    action,
    resource: `arn:aws:s3:::${name}${key === undefined ? "" : `/${key}`}`,
    ...(bucket ? { owner: bucket.owner } : {}),
    resourcePolicy: (bucket?.configuration.get("GetBucketPolicy") as { Policy?: string } | undefined)?.Policy,
  };
}
