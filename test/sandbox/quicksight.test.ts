import { DescribeAnalysisCommand, DescribeDataSetCommand, QuickSightClient } from "@aws-sdk/client-quicksight";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { targetOf } from "../../sandbox/deploy/provider.ts";
import { quicksightProviders } from "../../sandbox/deploy/quicksight.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";

const permissions = [{ principal: "arn:aws:quicksight:eu-central-1:1:user/default/ann", actions: ["quicksight:Any"] }];
function made() {
  const sandbox = createSandbox(populate(1, 1), {
    ...handedIn,
    now: () => Date.UTC(2026, 10, 24),
    random: randomOf("quicksight"),
    invoke: { now: async () => ({ payload: {} }), later: () => undefined },
  });
  const to = targetOf({ requestHandler: inProcess(sandbox) }, AUDIT_ACCOUNT, "eu-central-1");
  const make = (type: string, inputs: object) => quicksightProviders[type]!(inputs, "any", to);
  const source = () =>
    make("aws:quicksight/dataSource:DataSource", {
      dataSourceId: "audit",
      name: "evidence",
      type: "ATHENA",
      parameters: { athena: { workGroup: "audit" } },
      permissions,
    });
  const dataSet = (dataSourceArn: unknown, name = "runs") =>
    make("aws:quicksight/dataSet:DataSet", {
      dataSetId: "audit-runs",
      name,
      importMode: "DIRECT_QUERY",
      physicalTableMaps: [
        {
          physicalTableMapId: "runs",
          relationalTable: { dataSourceArn, name: "runs", inputColumns: [{ name: "run_id", type: "STRING" }] },
        },
      ],
      permissions,
    });
  const analysis = (DataSetArn: unknown, typeName = "AWS::QuickSight::Analysis") =>
    make("aws:cloudcontrol/resource:Resource", {
      typeName,
      desiredState: JSON.stringify({
        AwsAccountId: AUDIT_ACCOUNT,
        AnalysisId: "audit",
        Name: "coverage",
        Definition: { DataSetIdentifierDeclarations: [{ Identifier: "runs", DataSetArn }] },
      }),
    });
  return { client: to.client(QuickSightClient), source, dataSet, analysis };
}
const AwsAccountId = AUDIT_ACCOUNT;

describe("the sandbox's QuickSight", () => {
  it("keeps what the program makes, and makes it anew when it stands already", async () => {
    const { client, source, dataSet, analysis } = made();
    await source();
    const { state } = await source();
    await dataSet(state!.arn);
    const set = await dataSet(state!.arn, "renamed");
    await analysis(set.state!.arn);
    await analysis(set.state!.arn);
    const { DataSet } = await client.send(new DescribeDataSetCommand({ AwsAccountId, DataSetId: "audit-runs" }));
    expect(DataSet).to.deep.include({ Name: "renamed", ImportMode: "DIRECT_QUERY" });
    expect(DataSet?.PhysicalTableMap?.runs?.RelationalTable?.DataSourceArn).to.equal(state!.arn);
    const { Analysis } = await client.send(new DescribeAnalysisCommand({ AwsAccountId, AnalysisId: "audit" }));
    expect(Analysis?.DataSetArns).to.deep.equal([set.state!.arn]);
  });

  for (const [what, make] of [
    ["a data set of a data source", (to: ReturnType<typeof made>) => to.dataSet("arn:aws:quicksight:::datasource/no")],
    ["an analysis of a data set", (to: ReturnType<typeof made>) => to.analysis("arn:aws:quicksight:::dataset/no")],
  ] as const)
    it(`refuses ${what} that is not there`, async () => {
      const error = await make(made()).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error?.name).to.equal("ResourceNotFoundException");
    });

  it("says so when the Cloud Control API is asked for another type", async () => {
    const error = await made()
      .analysis("any", "AWS::S3::Bucket")
      .then(
        () => undefined,
        (thrown: Error) => thrown,
      );
    expect(error?.message).to.include("AWS::S3::Bucket");
  });
});
