import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Cell } from "../../src/query/engine.ts";
import { type GlueTable, PARQUET } from "../../src/tables/glue.ts";

/** Where Trino lies, and the Java that runs it: what `.ci/trino` says. */
export interface TrinoInstallation {
  home: string;
  java: string;
}

/** A running Trino with a copy of the evidence bucket as its only catalog. */
export interface TrinoServer {
  /** Rows as {@link Cell}s; times as ISO text. @throws Error with Trino's name of the error */
  query(sql: string): Promise<Cell[][]>;
  stop(): Promise<void>;
}

const BUCKET = "evidence";
const VERSION = "476";

/** Undefined outside of `.ci/trino`. */
export function trinoInstallation(): TrinoInstallation | undefined {
  const { TRINO_HOME: home, TRINO_JAVA: java } = process.env;
  return home && java ? { home, java } : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts Trino over a folder and waits until it answers.
 * @param folder with a copy of the bucket as `evidence`; configuration, metastore and log are written beside it
 * @param tables as they are deployed, of a bucket called `evidence`
 * @throws Error with the end of its log when it ends before it answers
 */
export async function startTrino(
  { home, java }: TrinoInstallation,
  folder: string,
  tables: readonly GlueTable[],
): Promise<TrinoServer> {
  const port = await freePort();
  await writeConfiguration(folder, home, port);
  await writeMetastore(folder, tables);
  const options = [
    "-Xmx2G",
    "-XX:+UseG1GC",
    "-XX:TieredStopAtLevel=1",
    "-Djdk.attach.allowAttachSelf=true",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
    `-Dconfig=${join(folder, "etc/config.properties")}`,
  ];
  const server = spawn(java, [...options, "-cp", join(home, "lib/*"), "io.trino.server.TrinoServer"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Whatever ends this process, it leaves no server behind.
  const kill = () => server.kill("SIGKILL");
  process.once("exit", kill);
  let log = "";
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (data: Buffer) => {
      log = `${log}${data}`.slice(-4_000);
    });
  const exited = once(server, "exit");
  const endpoint = `http://127.0.0.1:${port}`;
  await new Promise<void>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr])
      stream.on("data", () => log.includes("SERVER STARTED") && resolve());
    server.on("exit", (code) => reject(new Error(`Trino ended with ${code}: ${log}`)));
  });
  return {
    query: (sql) => answer(endpoint, sql),
    stop: async () => {
      process.off("exit", kill);
      kill();
      await exited;
    },
  };
}

async function writeConfiguration(folder: string, home: string, port: number): Promise<void> {
  const properties = (values: Record<string, string | number | boolean>) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join("");
  await mkdir(join(folder, "etc/catalog"), { recursive: true });
  await writeFile(
    join(folder, "etc/config.properties"),
    properties({
      "node.environment": "test",
      "node.id": "referee",
      coordinator: true,
      "node-scheduler.include-coordinator": true,
      "http-server.http.port": port,
      "discovery.uri": `http://127.0.0.1:${port}`,
      "plugin.dir": join(home, "plugin"),
      "catalog.config-dir": join(folder, "etc/catalog"),
      "query.max-memory": "1GB",
      "query.max-memory-per-node": "1GB",
    }),
  );
  await writeFile(
    join(folder, "etc/catalog/audit.properties"),
    properties({
      "connector.name": "hive",
      "hive.metastore": "file",
      "hive.metastore.catalog.dir": "local:///metastore",
      "fs.native-local.enabled": true,
      "local.location": folder,
      "hive.partition-projection-enabled": true,
      // As in S3, a day without files is a folder that is not there.
      "hive.ignore-absent-partitions": true,
    }),
  );
}

/** The catalog's tables in the form of Trino's metastore in files. */
async function writeMetastore(folder: string, tables: readonly GlueTable[]): Promise<void> {
  const local = (text: string) => text.replace(`s3://${BUCKET}/`, `local:///${BUCKET}/`);
  const write = async (path: string, value: object) => {
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, ".trinoSchema"), JSON.stringify(value));
  };
  await mkdir(join(folder, "metastore"), { recursive: true });
  await writeFile(
    join(folder, "metastore/.audit.trinoSchema"),
    JSON.stringify({ writerVersion: VERSION, ownerName: "audit", ownerType: "USER", parameters: {} }),
  );
  for (const { name, location, columns, partitionKeys, parameters } of tables) {
    const typed = (all: GlueTable["columns"]) => all.map((column) => ({ ...column, properties: {} }));
    await mkdir(join(folder, local(location).replace("local:///", "")), { recursive: true });
    await write(`metastore/audit/${name}`, {
      writerVersion: VERSION,
      owner: "audit",
      tableType: "EXTERNAL_TABLE",
      dataColumns: typed(columns),
      partitionColumns: typed(partitionKeys),
      parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, local(value)])),
      originalStorageFormat: {
        serde: PARQUET.serializationLibrary,
        inputFormat: PARQUET.inputFormat,
        outputFormat: PARQUET.outputFormat,
      },
      storageFormat: "PARQUET",
      serdeParameters: {},
      externalLocation: local(location),
      columnStatistics: {},
    });
  }
}

interface Page {
  nextUri?: string;
  columns?: { name: string; type: string }[];
  data?: unknown[][];
  error?: { errorName: string; message: string };
}

/** @see https://trino.io/docs/current/develop/client-protocol.html */
async function answer(endpoint: string, sql: string): Promise<Cell[][]> {
  const headers = {
    "X-Trino-User": "audit",
    "X-Trino-Catalog": "audit",
    "X-Trino-Schema": "audit",
    "X-Trino-Time-Zone": "UTC",
  };
  let page = (await (await fetch(`${endpoint}/v1/statement`, { method: "POST", headers, body: sql })).json()) as Page;
  const rows: Cell[][] = [];
  for (;;) {
    const { columns, data, error, nextUri } = page;
    if (error) throw new Error(`${error.errorName}: ${error.message}`);
    for (const row of data ?? []) rows.push(row.map((value, index) => cellOf(value, columns![index]!.type)));
    if (!nextUri) return rows;
    page = (await (await fetch(nextUri, { headers })).json()) as Page;
  }
}

/** A value as DuckDB's engine gives it: `2026-11-24 10:00:00.000 UTC` → `2026-11-24T10:00:00.000Z`. */
function cellOf(value: unknown, type: string): Cell {
  const [, day, time, zone] = /^(\S+) ([\d:.]+) ?(\S*)$/.exec(String(value)) ?? [];
  if (value === null || !type.startsWith("timestamp")) return value as Cell;
  return new Date(`${day}T${time}${zone === "UTC" || !zone ? "Z" : zone}`).toISOString();
}
