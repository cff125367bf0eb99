import * as sdk from "@aws-sdk/client-quicksight";
import { capitals, type Inputs, type Providers, upsert } from "./provider.ts";

const STANDING = "ResourceExistsException";

/** Data source, data sets, and the analysis, which the program makes by the Cloud Control API. */
export const quicksightProviders: Providers = {
  "aws:quicksight/dataSource:DataSource": async (inputs, _name, to) => {
    const { dataSourceId: DataSourceId, parameters, permissions, type, name: Name } = inputs;
    const settings = {
      AwsAccountId: to.account,
      DataSourceId,
      Name,
      DataSourceParameters: { AthenaParameters: { WorkGroup: parameters.athena.workGroup } },
    };
    const client = to.client(sdk.QuickSightClient);
    await upsert(
      () =>
        client.send(new sdk.CreateDataSourceCommand({ ...settings, Type: type, Permissions: capitals(permissions) })),
      STANDING,
      () => client.send(new sdk.UpdateDataSourceCommand(settings)),
    );
    return {
      id: `${to.account},${DataSourceId}`,
      state: { arn: `arn:aws:quicksight:${to.region}:${to.account}:datasource/${DataSourceId}` },
    };
  },
  "aws:quicksight/dataSet:DataSet": async (inputs, _name, to) => {
    const { dataSetId: DataSetId, importMode: ImportMode, physicalTableMaps, permissions, name: Name } = inputs;
    const settings = {
      AwsAccountId: to.account,
      DataSetId,
      Name,
      ImportMode,
      PhysicalTableMap: Object.fromEntries(
        physicalTableMaps.map(({ physicalTableMapId, ...table }: Inputs) => [physicalTableMapId, capitals(table)]),
      ),
    };
    const client = to.client(sdk.QuickSightClient);
    await upsert(
      () => client.send(new sdk.CreateDataSetCommand({ ...settings, Permissions: capitals(permissions) })),
      STANDING,
      () => client.send(new sdk.UpdateDataSetCommand(settings)),
    );
    return {
      id: `${to.account},${DataSetId}`,
      state: { arn: `arn:aws:quicksight:${to.region}:${to.account}:dataset/${DataSetId}` },
    };
  },
  "aws:cloudcontrol/resource:Resource": async ({ typeName, desiredState }, _name, to) => {
    if (typeName !== "AWS::QuickSight::Analysis")
      throw new Error(`the sandbox does not know the Cloud Control API's type ${typeName}`);
    // What Cloud Control is told is, name by name, what QuickSight's own API is.
    const { Permissions, ...settings } = JSON.parse(desiredState) as sdk.CreateAnalysisRequest;
    const client = to.client(sdk.QuickSightClient);
    await upsert(
      () => client.send(new sdk.CreateAnalysisCommand({ ...settings, Permissions })),
      STANDING,
      () => client.send(new sdk.UpdateAnalysisCommand(settings)),
    );
    return { id: `${settings.AnalysisId}|${to.account}` };
  },
};
