import * as sdk from "@aws-sdk/client-glue";
import { capitals, type Providers, upsert } from "./provider.ts";

/** The catalog's database and tables. */
export const glueProviders: Providers = {
  "aws:glue/catalogDatabase:CatalogDatabase": async ({ name: Name, description: Description }, _name, to) => {
    await upsert(
      () => to.client(sdk.GlueClient).send(new sdk.CreateDatabaseCommand({ DatabaseInput: { Name, Description } })),
      "AlreadyExistsException",
    );
    return { id: `${to.account}:${Name}`, state: { arn: `arn:aws:glue:${to.region}:${to.account}:database/${Name}` } };
  },
  "aws:glue/catalogTable:CatalogTable": async (inputs, _name, to) => {
    const client = to.client(sdk.GlueClient);
    const { name: Name, databaseName: DatabaseName, tableType, parameters, partitionKeys, storageDescriptor } = inputs;
    const { serDeInfo, ...descriptor } = storageDescriptor;
    const TableInput: sdk.TableInput = {
      Name,
      TableType: tableType,
      Parameters: parameters,
      PartitionKeys: capitals(partitionKeys),
      StorageDescriptor: {
        ...capitals(descriptor),
        SerdeInfo: { SerializationLibrary: serDeInfo.serializationLibrary, Parameters: serDeInfo.parameters },
      },
    };
    await upsert(
      () => client.send(new sdk.CreateTableCommand({ DatabaseName, TableInput })),
      "AlreadyExistsException",
      () => client.send(new sdk.UpdateTableCommand({ DatabaseName, TableInput })),
    );
    const arn = `arn:aws:glue:${to.region}:${to.account}:table/${DatabaseName}/${Name}`;
    return { id: `${to.account}:${DatabaseName}:${Name}`, state: { arn } };
  },
};
