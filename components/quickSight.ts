import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { latestName, ofAllRuns, RUN_TABLES } from "../src/tables/catalog.ts";
import type { ColumnType, Table } from "../src/tables/columns.ts";
import type { Catalog } from "./catalog.ts";
import { analysisOf } from "./quickSightAnalysis.ts";

/** What a {@link QuickSight} must be told. */
export interface QuickSightArgs {
  /** First part of every id and name. */
  name: string;
  accountId: pulumi.Input<string>;
  catalog: Catalog;
  /** QuickSight's user or group who may see and change what is made. */
  principalArn: string;
}

/** Names of {@link ColumnType} in QuickSight, which knows neither lists nor maps: such columns are left out. */
const TYPES: Partial<Record<ColumnType, string>> = {
  varchar: "STRING",
  bigint: "INTEGER",
  double: "DECIMAL",
  boolean: "BOOLEAN",
  timestamp: "DATETIME",
};

const latest = ({ name, columns }: Table): Table => ({ name: latestName(name), columns });
const runs = ofAllRuns(RUN_TABLES.runs);
const outcomes = latest(RUN_TABLES.outcomes);
const gaps = latest(RUN_TABLES.gaps);
const resources = latest(RUN_TABLES.resources);

/**
 * What the principal may do: ask the data source and the sets, and own the analysis, which is there to be changed.
 * @see https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ResourcePermission.html
 */
const MAY = {
  dataSource: ["DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource"],
  dataSet: ["DescribeDataSet", "DescribeDataSetPermissions", "DescribeIngestion", "ListIngestions", "PassDataSet"],
  analysis: [
    "DeleteAnalysis",
    "DescribeAnalysis",
    "DescribeAnalysisPermissions",
    "QueryAnalysis",
    "RestoreAnalysis",
    "UpdateAnalysis",
    "UpdateAnalysisPermissions",
  ],
} as const;
const actions = (of: keyof typeof MAY) => MAY[of].map((action) => `quicksight:${action}`);

/**
 * The catalog in Amazon QuickSight: Athena's workgroup as data source, data sets of what the last run covered and
 * found, asked directly and never copied, and an analysis to start from.
 */
export class QuickSight extends pulumi.ComponentResource {
  constructor(name: string, args: QuickSightArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:QuickSight", name, {}, opts);
    const { accountId: awsAccountId, catalog, principalArn: principal } = args;
    const source = new aws.quicksight.DataSource(
      name,
      {
        awsAccountId,
        dataSourceId: args.name,
        name: `${args.name} evidence`,
        type: "ATHENA",
        parameters: { athena: { workGroup: catalog.workgroupName } },
        permissions: [{ actions: actions("dataSource"), principal }],
      },
      { parent: this, dependsOn: catalog },
    );
    const dataSet = (table: Table) =>
      new aws.quicksight.DataSet(
        `${name}-${table.name}`,
        {
          awsAccountId,
          dataSetId: `${args.name}-${table.name}`,
          name: `${args.name} ${table.name}`,
          importMode: "DIRECT_QUERY",
          physicalTableMaps: [
            {
              physicalTableMapId: table.name.replaceAll("_", "-"),
              relationalTable: {
                dataSourceArn: source.arn,
                catalog: "AwsDataCatalog",
                schema: catalog.databaseName,
                name: table.name,
                inputColumns: table.columns.flatMap((column) => {
                  const type = TYPES[column.type];
                  return type ? [{ name: column.name, type }] : [];
                }),
              },
            },
          ],
          permissions: [{ actions: actions("dataSet"), principal }],
        },
        { parent: this },
      ).arn;
    const Definition = pulumi
      .output({
        runs: dataSet(runs),
        latest_outcomes: dataSet(outcomes),
        latest_gaps: dataSet(gaps),
        latest_resources: dataSet(resources),
      })
      .apply(analysisOf);
    // By Cloud Control: Pulumi's own Analysis takes a template alone, which would have to be drawn by hand first.
    new aws.cloudcontrol.Resource(
      name,
      {
        typeName: "AWS::QuickSight::Analysis",
        desiredState: pulumi.jsonStringify({
          AwsAccountId: awsAccountId,
          AnalysisId: args.name,
          Name: `${args.name} coverage and resources`,
          Permissions: [{ Principal: principal, Actions: actions("analysis") }],
          Definition,
        }),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
