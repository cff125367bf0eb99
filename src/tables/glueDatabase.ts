import {
  CreateTableCommand,
  type GlueClient,
  paginateGetTables,
  type Table as StandingTable,
  type TableInput,
  UpdateTableCommand,
} from "@aws-sdk/client-glue";
import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import { TABLES_PREFIX } from "../evidence/layout.ts";
import { sha256 } from "../evidence/plan.ts";
import type { ResourceTable } from "./columns.ts";
import { type GlueTable, glueTables, PARQUET } from "./glue.ts";
import type { TabulatorConfig } from "./tabulatorConfig.ts";

/** Where tables are declared, and where their files are. */
export interface GlueDatabase {
  glue: GlueClient;
  s3: S3Client;
  bucket: string;
  database: string;
}

/** Tables declared at the same time: AWS documents no rate, and throttles. */
const AT_ONCE = 4;
/** Parameter of a table by which a change of its declaration shows. */
const DECLARATION = "audit.declaration_sha256";

/**
 * Declares in Glue's database the tables of the types that have rows in any run, and of those that are asked for
 * before: each as it is in this version, changed in place where it was another. None is ever taken away.
 * @returns names of the tables that were made or changed
 */
export async function declareTables(to: GlueDatabase, { catalog, always }: TabulatorConfig): Promise<string[]> {
  const [standing, derived] = await Promise.all([standingTables(to), derivedTables(to)]);
  const isDeclared = ({ name, resourceType }: ResourceTable): boolean =>
    derived.has(name) || standing.has(name) || always.includes(resourceType);
  const tables = glueTables(to.bucket, { tables: catalog.tables.filter(isDeclared) }, []);
  const limit = pLimit(AT_ONCE);
  const changed = await Promise.all(tables.map((table) => limit(() => declare(to, table, standing.get(table.name)))));
  return tables.flatMap(({ name }, index) => (changed[index] ? [name] : []));
}

async function standingTables({ glue, database }: GlueDatabase): Promise<Map<string, StandingTable>> {
  const tables = new Map<string, StandingTable>();
  for await (const { TableList = [] } of paginateGetTables({ client: glue }, { DatabaseName: database }))
    for (const table of TableList) tables.set(table.Name!, table);
  return tables;
}

/** Names of the tables that files were ever derived for. */
async function derivedTables({ s3, bucket }: GlueDatabase): Promise<Set<string>> {
  const names = new Set<string>();
  const folders = { Bucket: bucket, Prefix: TABLES_PREFIX, Delimiter: "/" };
  for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client: s3 }, folders))
    for (const { Prefix = "" } of CommonPrefixes) names.add(Prefix.slice(TABLES_PREFIX.length, -1));
  return names;
}

/** @returns whether there was anything to do */
async function declare(
  { glue, database }: GlueDatabase,
  table: GlueTable,
  standing: StandingTable | undefined,
): Promise<boolean> {
  const declaration = sha256(JSON.stringify(table));
  if (standing?.Parameters?.[DECLARATION] === declaration) return false;
  const input = {
    DatabaseName: database,
    TableInput: tableInput(table, { ...table.parameters, [DECLARATION]: declaration }),
  };
  if (standing) await glue.send(new UpdateTableCommand({ ...input, SkipArchive: true }));
  else
    await glue.send(new CreateTableCommand(input)).catch(async (error: Error) => {
      // Another run's tabulator was quicker; what it declared is the same.
      if (error.name !== "AlreadyExistsException") throw error;
    });
  return true;
}

const tableInput = (table: GlueTable, Parameters: Record<string, string>): TableInput => {
  const columns = (of: GlueTable["columns"]) => of.map(({ name, type }) => ({ Name: name, Type: type }));
  return {
    Name: table.name,
    TableType: "EXTERNAL_TABLE",
    Parameters,
    PartitionKeys: columns(table.partitionKeys),
    StorageDescriptor: {
      Location: table.location,
      InputFormat: PARQUET.inputFormat,
      OutputFormat: PARQUET.outputFormat,
      SerdeInfo: {
        SerializationLibrary: PARQUET.serializationLibrary,
        Parameters: { "serialization.format": "1" },
      },
      Columns: columns(table.columns),
    },
  };
};
