import * as sdk from "@aws-sdk/client-athena";
import { AwsError, type Call, type Service } from "../service.ts";
import { mayAll, onBucket, runQuery } from "./athenaQueries.ts";

const arnOf = ({ region, account }: Call, name: string | undefined) =>
  `arn:aws:athena:${region}:${account}:workgroup/${name ?? ""}`;
const on = (action: string) => (input: { Name?: string | undefined; WorkGroup?: string | undefined }, call: Call) => [
  { action: `athena:${action}`, resource: arnOf(call, input.WorkGroup ?? input.Name) },
];

/** The workgroup of a query that was begun. */
const ofQuery = (action: string) => (input: { QueryExecutionId?: string | undefined }, call: Call) => [
  {
    action: `athena:${action}`,
    resource: arnOf(call, call.state.queries.get(input.QueryExecutionId ?? "")?.execution.WorkGroup),
  },
];
function queryOf(call: Call, id: string | undefined) {
  const query = call.state.queries.get(id ?? "");
  if (!query) throw new AwsError("InvalidRequestException", `QueryExecution ${id} was not found`);
  return query;
}
/** Queries that are remembered. */
const QUERIES_KEPT = 200;

/** Athena: workgroups, the queries saved in them, and queries themselves, which DuckDB answers at once. */
export const athena: Service = {
  signingName: "athena",
  iamPrefix: "athena",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateWorkGroup: {
      permissions: on("CreateWorkGroup"),
      run: ({ Name, Description, Configuration }: sdk.CreateWorkGroupInput, call): sdk.CreateWorkGroupOutput => {
        const arn = arnOf(call, Name);
        if (call.state.workGroups.has(arn))
          throw new AwsError("InvalidRequestException", "WorkGroup is already created");
        const limit = Configuration?.BytesScannedCutoffPerQuery;
        if (limit !== undefined && limit < 10_000_000)
          throw new AwsError("InvalidRequestException", "BytesScannedCutoffPerQuery must be 10000000 at least");
        call.state.workGroups.set(arn, { Name, Description, Configuration, State: "ENABLED" });
        return {};
      },
    },
    GetWorkGroup: {
      permissions: on("GetWorkGroup"),
      run: ({ WorkGroup }: sdk.GetWorkGroupInput, call): sdk.GetWorkGroupOutput => {
        const found = call.state.workGroups.get(arnOf(call, WorkGroup));
        if (!found) throw new AwsError("InvalidRequestException", `WorkGroup ${WorkGroup} is not found.`);
        return { WorkGroup: found };
      },
    },
    StartQueryExecution: {
      permissions: on("StartQueryExecution"),
      run: async (input: sdk.StartQueryExecutionInput, call): Promise<sdk.StartQueryExecutionOutput> => {
        const workGroup = call.state.workGroups.get(arnOf(call, input.WorkGroup));
        if (!workGroup) throw new AwsError("InvalidRequestException", `WorkGroup ${input.WorkGroup} is not found.`);
        const QueryExecutionId = call.randomId(32).toLowerCase();
        const location = workGroup.Configuration?.ResultConfiguration?.OutputLocation ?? "";
        const [, results = "", folder = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? [];
        const execution: sdk.QueryExecution = {
          QueryExecutionId,
          Query: input.QueryString,
          StatementType: "DML",
          WorkGroup: input.WorkGroup,
          QueryExecutionContext: input.QueryExecutionContext,
          ResultConfiguration: { OutputLocation: `${location}${QueryExecutionId}.csv` },
        };
        const key = `${folder}${QueryExecutionId}.csv`;
        try {
          mayAll(call, [
            onBucket("s3:GetBucketLocation", results, call),
            ...["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"].map((action) =>
              onBucket(action, results, call, key),
            ),
          ]);
          const answer = await runQuery(input.QueryString ?? "", input.QueryExecutionContext?.Database ?? "", call);
          execution.Status = { State: "SUCCEEDED" };
          execution.Statistics = { DataScannedInBytes: answer.bytes };
          call.state.queries.set(QueryExecutionId, { execution, columns: answer.columns, rows: answer.rows });
        } catch (error) {
          execution.Status = { State: "FAILED", StateChangeReason: (error as Error).message };
          call.state.queries.set(QueryExecutionId, { execution, columns: [], rows: [] });
        }
        for (const id of [...call.state.queries.keys()].slice(0, -QUERIES_KEPT)) call.state.queries.delete(id);
        return { QueryExecutionId };
      },
    },
    GetQueryExecution: {
      permissions: ofQuery("GetQueryExecution"),
      run: ({ QueryExecutionId }: sdk.GetQueryExecutionInput, call): sdk.GetQueryExecutionOutput => ({
        QueryExecution: queryOf(call, QueryExecutionId).execution,
      }),
    },
    GetQueryResults: {
      permissions: (input: sdk.GetQueryResultsInput, call) => {
        const { execution } = queryOf(call, input.QueryExecutionId);
        const [, bucket = "", key = ""] =
          /^s3:\/\/([^/]+)\/(.*)$/.exec(execution.ResultConfiguration?.OutputLocation ?? "") ?? [];
        return [...ofQuery("GetQueryResults")(input, call), onBucket("s3:GetObject", bucket, call, key)];
      },
      run: (input: sdk.GetQueryResultsInput, call): sdk.GetQueryResultsOutput => {
        const { columns, rows } = queryOf(call, input.QueryExecutionId);
        // The first row of the first page is the header.
        const header = { Data: columns.map(({ Name }) => ({ VarCharValue: Name })) };
        const all = [header, ...rows];
        const from = Number(input.NextToken ?? 0);
        const end = from + (input.MaxResults ?? 1000);
        return {
          ResultSet: { Rows: all.slice(from, end), ResultSetMetadata: { ColumnInfo: columns } },
          ...(end < all.length ? { NextToken: String(end) } : {}),
        };
      },
    },
    CreateNamedQuery: {
      permissions: on("CreateNamedQuery"),
      run: (input: sdk.CreateNamedQueryInput, call): sdk.CreateNamedQueryOutput => {
        const NamedQueryId = call.randomId(32).toLowerCase();
        call.state.namedQueries.set(NamedQueryId, {
          Name: input.Name,
          Description: input.Description,
          Database: input.Database,
          QueryString: input.QueryString,
          WorkGroup: input.WorkGroup,
          NamedQueryId,
        });
        return { NamedQueryId };
      },
    },
    DeleteWorkGroup: {
      permissions: on("DeleteWorkGroup"),
      run: ({ WorkGroup }: sdk.DeleteWorkGroupInput, call): sdk.DeleteWorkGroupOutput => {
        const arn = arnOf(call, WorkGroup);
        if (!call.state.workGroups.delete(arn))
          throw new AwsError("InvalidRequestException", `WorkGroup ${WorkGroup} is not found.`);
        return {};
      },
    },
    DeleteNamedQuery: {
      permissions: ({ NamedQueryId }: sdk.DeleteNamedQueryInput, call) =>
        on("DeleteNamedQuery")({ WorkGroup: call.state.namedQueries.get(NamedQueryId ?? "")?.WorkGroup }, call),
      run: ({ NamedQueryId }: sdk.DeleteNamedQueryInput, call): sdk.DeleteNamedQueryOutput => {
        if (!call.state.namedQueries.delete(NamedQueryId ?? ""))
          throw new AwsError("InvalidRequestException", `NamedQuery ${NamedQueryId} is not found.`);
        return {};
      },
    },
  },
};
