import * as sdk from "@aws-sdk/client-quicksight";
import { AwsError, type Call, type Permission, type Service } from "../service.ts";

const arnOf = ({ region, account }: Call, kind: string, id: string | undefined) =>
  `arn:aws:quicksight:${region}:${account}:${kind}/${id ?? ""}`;
const missing = (arn: string) => new AwsError("ResourceNotFoundException", `${arn} is not found.`, 404);

/** What is found under an ARN. @throws AwsError where there is nothing */
function found<Stored>(all: Map<string, Stored>, arn: string): Stored {
  const stored = all.get(arn);
  if (!stored) throw missing(arn);
  return stored;
}
function create<Stored>(all: Map<string, Stored>, arn: string, settings: Stored): void {
  if (all.has(arn)) throw new AwsError("ResourceExistsException", `${arn} already exists.`, 409);
  all.set(arn, settings);
}
/** An update says nothing of permissions and tags: they stay. */
const update = <Stored>(all: Map<string, Stored>, arn: string, settings: Partial<Stored>): void =>
  void all.set(arn, { ...found(all, arn), ...settings });

/** It is gone. @throws AwsError where there is nothing */
function remove<Stored>(all: Map<string, Stored>, arn: string): object {
  found(all, arn);
  all.delete(arn);
  return { Arn: arn };
}

interface Ids {
  DataSourceId?: string | undefined;
  DataSetId?: string | undefined;
  AnalysisId?: string | undefined;
}
const ofCall = (call: Call, { DataSourceId, DataSetId, AnalysisId }: Ids): string =>
  DataSourceId !== undefined
    ? arnOf(call, "datasource", DataSourceId)
    : DataSetId !== undefined
      ? arnOf(call, "dataset", DataSetId)
      : arnOf(call, "analysis", AnalysisId);
/** The action on the resource itself, and passing what it is made of. */
const on =
  (name: string) =>
  (input: Ids & Partial<sdk.CreateDataSetRequest & sdk.CreateAnalysisRequest>, call: Call): Permission[] => [
    { action: `quicksight:${name}`, resource: ofCall(call, input) },
    ...sourcesOf(input).map((resource) => ({ action: "quicksight:PassDataSource", resource })),
    ...setsOf(input).map((resource) => ({ action: "quicksight:PassDataSet", resource })),
  ];
const sourcesOf = ({ PhysicalTableMap = {} }: Partial<sdk.CreateDataSetRequest>): string[] =>
  Object.values(PhysicalTableMap).flatMap(({ RelationalTable }) => RelationalTable?.DataSourceArn ?? []);
const setsOf = ({ Definition }: Partial<sdk.CreateAnalysisRequest>): string[] =>
  (Definition?.DataSetIdentifierDeclarations ?? []).flatMap(({ DataSetArn }) => DataSetArn ?? []);

/** QuickSight: keeps data sources, data sets and analyses, and asks that what one is made of is there. It draws nothing. */
export const quicksight: Service = {
  signingName: "quicksight",
  iamPrefix: "quicksight",
  protocol: "rest-json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateDataSource: {
      // IAM knows no resource for it.
      permissions: () => [{ action: "quicksight:CreateDataSource", resource: "*" }],
      run: (input: sdk.CreateDataSourceRequest, call): sdk.CreateDataSourceResponse => {
        const Arn = ofCall(call, input);
        create(call.state.quickSight.dataSources, Arn, input);
        return { Arn, DataSourceId: input.DataSourceId, CreationStatus: "CREATION_SUCCESSFUL" };
      },
    },
    UpdateDataSource: {
      permissions: on("UpdateDataSource"),
      run: (input: sdk.UpdateDataSourceRequest, call): sdk.UpdateDataSourceResponse => {
        const Arn = ofCall(call, input);
        update(call.state.quickSight.dataSources, Arn, input);
        return { Arn, DataSourceId: input.DataSourceId, UpdateStatus: "UPDATE_SUCCESSFUL" };
      },
    },
    DescribeDataSource: {
      permissions: on("DescribeDataSource"),
      run: (input: sdk.DescribeDataSourceRequest, call): sdk.DescribeDataSourceResponse => {
        const Arn = ofCall(call, input);
        const { DataSourceId, Name, Type, DataSourceParameters } = found(call.state.quickSight.dataSources, Arn);
        return { DataSource: { Arn, DataSourceId, Name, Type, DataSourceParameters, Status: "CREATION_SUCCESSFUL" } };
      },
    },
    CreateDataSet: {
      permissions: (input: sdk.CreateDataSetRequest) =>
        sourcesOf(input).flatMap((resource) =>
          ["quicksight:CreateDataSet", "quicksight:PassDataSource"].map((action) => ({ action, resource })),
        ),
      run: (input: sdk.CreateDataSetRequest, call): sdk.CreateDataSetResponse => {
        for (const source of sourcesOf(input)) found(call.state.quickSight.dataSources, source);
        const Arn = ofCall(call, input);
        create(call.state.quickSight.dataSets, Arn, input);
        return { Arn, DataSetId: input.DataSetId };
      },
    },
    UpdateDataSet: {
      permissions: on("UpdateDataSet"),
      run: (input: sdk.UpdateDataSetRequest, call): sdk.UpdateDataSetResponse => {
        for (const source of sourcesOf(input)) found(call.state.quickSight.dataSources, source);
        const Arn = ofCall(call, input);
        update(call.state.quickSight.dataSets, Arn, input);
        return { Arn, DataSetId: input.DataSetId };
      },
    },
    DescribeDataSet: {
      permissions: on("DescribeDataSet"),
      run: (input: sdk.DescribeDataSetRequest, call): sdk.DescribeDataSetResponse => {
        const Arn = ofCall(call, input);
        const { DataSetId, Name, ImportMode, PhysicalTableMap } = found(call.state.quickSight.dataSets, Arn);
        return { DataSet: { Arn, DataSetId, Name, ImportMode, PhysicalTableMap } };
      },
    },
    CreateAnalysis: {
      permissions: on("CreateAnalysis"),
      run: (input: sdk.CreateAnalysisRequest, call): sdk.CreateAnalysisResponse => {
        for (const set of setsOf(input)) found(call.state.quickSight.dataSets, set);
        const Arn = ofCall(call, input);
        create(call.state.quickSight.analyses, Arn, input);
        return { Arn, AnalysisId: input.AnalysisId, CreationStatus: "CREATION_SUCCESSFUL" };
      },
    },
    UpdateAnalysis: {
      permissions: on("UpdateAnalysis"),
      run: (input: sdk.UpdateAnalysisRequest, call): sdk.UpdateAnalysisResponse => {
        for (const set of setsOf(input)) found(call.state.quickSight.dataSets, set);
        const Arn = ofCall(call, input);
        update(call.state.quickSight.analyses, Arn, input);
        return { Arn, AnalysisId: input.AnalysisId, UpdateStatus: "UPDATE_SUCCESSFUL" };
      },
    },
    DescribeAnalysis: {
      permissions: on("DescribeAnalysis"),
      run: (input: sdk.DescribeAnalysisRequest, call): sdk.DescribeAnalysisResponse => {
        const Arn = ofCall(call, input);
        const analysis = found(call.state.quickSight.analyses, Arn);
        const { AnalysisId, Name } = analysis;
        return { Analysis: { Arn, AnalysisId, Name, DataSetArns: setsOf(analysis), Status: "CREATION_SUCCESSFUL" } };
      },
    },
    DeleteDataSource: {
      permissions: on("DeleteDataSource"),
      run: (input: sdk.DeleteDataSourceRequest, call): sdk.DeleteDataSourceResponse =>
        remove(call.state.quickSight.dataSources, ofCall(call, input)),
    },
    DeleteDataSet: {
      permissions: on("DeleteDataSet"),
      run: (input: sdk.DeleteDataSetRequest, call): sdk.DeleteDataSetResponse =>
        remove(call.state.quickSight.dataSets, ofCall(call, input)),
    },
    DeleteAnalysis: {
      permissions: on("DeleteAnalysis"),
      run: (input: sdk.DeleteAnalysisRequest, call): sdk.DeleteAnalysisResponse =>
        remove(call.state.quickSight.analyses, ofCall(call, input)),
    },
  },
};
