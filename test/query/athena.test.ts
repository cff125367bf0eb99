import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { mockClient } from "aws-sdk-client-mock";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { athenaEngine } from "../../src/query/athena.ts";
import { rowsOf } from "../../src/query/engine.ts";
import { athenaPrice } from "../../src/query/prices.ts";

use(chaiAsPromised);

const engine = () =>
  athenaEngine({
    athena: new AthenaClient({ region: "eu-central-1" }),
    workGroup: "audit",
    database: "audit",
    catalog: { tables: [] },
    wait: () => Promise.resolve(),
  });
const row = (...values: (string | undefined)[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });

describe("Athena", () => {
  let athena: ReturnType<typeof mockClient>;
  beforeEach(() => {
    athena = mockClient(AthenaClient);
  });
  afterEach(() => athena.restore());

  it("answers with typed rows of all pages, bytes and price, in the workgroup and database", async () => {
    athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: "q" });
    athena
      .on(GetQueryExecutionCommand)
      .resolvesOnce({ QueryExecution: { Status: { State: "QUEUED" } } })
      .resolves({
        QueryExecution: {
          StatementType: "DML",
          Status: { State: "SUCCEEDED" },
          Statistics: { DataScannedInBytes: 2e9 },
        },
      });
    athena.on(GetQueryResultsCommand, { NextToken: undefined }).resolves({
      NextToken: "more",
      ResultSet: {
        ResultSetMetadata: {
          ColumnInfo: [
            { Name: "id", Type: "varchar" },
            { Name: "n", Type: "bigint" },
            { Name: "ok", Type: "boolean" },
            { Name: "at", Type: "timestamp" },
          ],
        },
        Rows: [row("id", "n", "ok", "at"), row("a", "9007199254740993", "true", "2026-11-24 10:00:00.123")],
      },
    });
    athena.on(GetQueryResultsCommand, { NextToken: "more" }).resolves({
      ResultSet: { Rows: [row("b", undefined, "false", undefined)] },
    });
    const answer = await engine().query("SELECT 1");
    expect(await rowsOf(answer)).to.deep.equal([
      { id: "a", n: "9007199254740993", ok: true, at: "2026-11-24T10:00:00.123Z" },
      { id: "b", n: null, ok: false, at: null },
    ]);
    expect(answer.cost()).to.deep.include({ bytes: 2e9, dollars: 0.01 });
    expect(athena.commandCalls(StartQueryExecutionCommand)[0]!.args[0].input).to.deep.equal({
      QueryString: "SELECT 1",
      WorkGroup: "audit",
      QueryExecutionContext: { Database: "audit" },
    });
  });

  it("points at the place that Athena names", async () => {
    athena.on(StartQueryExecutionCommand).resolves({ QueryExecutionId: "q" });
    athena.on(GetQueryExecutionCommand).resolves({
      QueryExecution: {
        Status: { State: "FAILED", StateChangeReason: "COLUMN_NOT_FOUND: line 2:7: Column 'nope' cannot be resolved" },
      },
    });
    await expect(engine().query("SELECT *\nWHERE nope")).to.be.rejectedWith(
      "Column 'nope' cannot be resolved\nline 2:7  WHERE nope\n                ^",
    );
  });

  for (const [bytes, dollars] of [
    [0, 0],
    [1, 0.00005],
    [1e12, 5],
  ] as const) {
    it(`asks $${dollars} for ${bytes} bytes scanned: ten megabytes at least`, () => {
      expect(athenaPrice(bytes)).to.equal(dollars);
    });
  }
});
