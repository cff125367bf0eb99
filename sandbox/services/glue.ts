import * as sdk from "@aws-sdk/client-glue";
import { AwsError, type Call, type Service } from "../service.ts";
import { checkLakeFormation } from "./lakeformation.ts";

const arnOf = ({ region, account }: Call, resource: string) => `arn:aws:glue:${region}:${account}:${resource}`;
const databaseArn = (call: Call, name: string | undefined) => arnOf(call, `database/${name ?? ""}`);
const tableArn = (call: Call, database: string | undefined, name: string | undefined) =>
  arnOf(call, `table/${database ?? ""}/${name ?? ""}`);
const missing = (what: string) => new AwsError("EntityNotFoundException", `${what} not found.`);

interface OfDatabase {
  DatabaseName?: string | undefined;
}
/** AWS asks for the action on the catalog, the database and the table. */
const onTable =
  (action: string) =>
  <Input extends OfDatabase & { Name?: string | undefined; TableInput?: sdk.TableInput | undefined }>(
    input: Input,
    call: Call,
  ) =>
    [
      arnOf(call, "catalog"),
      databaseArn(call, input.DatabaseName),
      tableArn(call, input.DatabaseName, input.TableInput?.Name ?? input.Name ?? "*"),
    ].map((resource) => ({ action: `glue:${action}`, resource }));

function inDatabase(call: Call, name: string | undefined): void {
  if (!call.state.glueDatabases.has(databaseArn(call, name))) throw missing(`Database ${name}`);
}

/** Databases and tables of the data catalog. */
export const glue: Service = {
  signingName: "glue",
  iamPrefix: "glue",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateDatabase: {
      permissions: ({ DatabaseInput }: sdk.CreateDatabaseRequest, call) =>
        [arnOf(call, "catalog"), databaseArn(call, DatabaseInput?.Name)].map((resource) => ({
          action: "glue:CreateDatabase",
          resource,
        })),
      run: ({ DatabaseInput }: sdk.CreateDatabaseRequest, call): sdk.CreateDatabaseResponse => {
        const arn = databaseArn(call, DatabaseInput?.Name);
        if (call.state.glueDatabases.has(arn)) throw new AwsError("AlreadyExistsException", "Database already exists.");
        call.state.glueDatabases.set(arn, {
          ...DatabaseInput,
          Name: DatabaseInput?.Name,
          CreateTime: new Date(call.now()),
        });
        return {};
      },
    },
    GetDatabase: {
      run: ({ Name }: sdk.GetDatabaseRequest, call): sdk.GetDatabaseResponse => {
        const Database = call.state.glueDatabases.get(databaseArn(call, Name));
        if (!Database) throw missing(`Database ${Name}`);
        return { Database };
      },
    },
    CreateTable: {
      permissions: onTable("CreateTable"),
      run: ({ DatabaseName, TableInput }: sdk.CreateTableRequest, call): sdk.CreateTableResponse => {
        checkLakeFormation(call, DatabaseName, "Create Table", false);
        inDatabase(call, DatabaseName);
        const arn = tableArn(call, DatabaseName, TableInput?.Name);
        if (call.state.glueTables.has(arn)) throw new AwsError("AlreadyExistsException", "Table already exists.");
        call.state.glueTables.set(arn, { ...TableInput, Name: TableInput?.Name, DatabaseName });
        return {};
      },
    },
    UpdateTable: {
      permissions: onTable("UpdateTable"),
      run: ({ DatabaseName, TableInput }: sdk.UpdateTableRequest, call): sdk.UpdateTableResponse => {
        checkLakeFormation(call, DatabaseName, "Alter", true);
        const arn = tableArn(call, DatabaseName, TableInput?.Name);
        if (!call.state.glueTables.has(arn)) throw missing(`Table ${TableInput?.Name}`);
        call.state.glueTables.set(arn, { ...TableInput, Name: TableInput?.Name, DatabaseName });
        return {};
      },
    },
    GetTable: {
      permissions: onTable("GetTable"),
      run: ({ DatabaseName, Name }: sdk.GetTableRequest, call): sdk.GetTableResponse => {
        checkLakeFormation(call, DatabaseName, "Describe", true);
        const Table = call.state.glueTables.get(tableArn(call, DatabaseName, Name));
        if (!Table) throw missing(`Table ${Name}`);
        return { Table };
      },
    },
    GetTables: {
      permissions: onTable("GetTables"),
      run: ({ DatabaseName, NextToken, MaxResults = 100 }: sdk.GetTablesRequest, call): sdk.GetTablesResponse => {
        checkLakeFormation(call, DatabaseName, "Describe", false);
        inDatabase(call, DatabaseName);
        const start = tableArn(call, DatabaseName, "");
        const all = [...call.state.glueTables].filter(([arn]) => arn.startsWith(start)).map(([, table]) => table);
        const from = Number(NextToken ?? 0);
        const end = from + MaxResults;
        return { TableList: all.slice(from, end), ...(end < all.length ? { NextToken: String(end) } : {}) };
      },
    },
    DeleteTable: {
      permissions: onTable("DeleteTable"),
      run: ({ DatabaseName, Name }: sdk.DeleteTableRequest, call): sdk.DeleteTableResponse => {
        if (!call.state.glueTables.delete(tableArn(call, DatabaseName, Name))) throw missing(`Table ${Name}`);
        return {};
      },
    },
    DeleteDatabase: {
      permissions: ({ Name }: sdk.DeleteDatabaseRequest, call) =>
        [
          arnOf(call, "catalog"),
          databaseArn(call, Name),
          tableArn(call, Name, "*"),
          arnOf(call, `userDefinedFunction/${Name ?? ""}/*`),
        ].map((resource) => ({ action: "glue:DeleteDatabase", resource })),
      run: ({ Name }: sdk.DeleteDatabaseRequest, call): sdk.DeleteDatabaseResponse => {
        if (!call.state.glueDatabases.delete(databaseArn(call, Name))) throw missing(`Database ${Name}`);
        // Its tables go with it, whoever made them.
        for (const arn of call.state.glueTables.keys())
          if (arn.startsWith(tableArn(call, Name, ""))) call.state.glueTables.delete(arn);
        return {};
      },
    },
  },
};
