import * as sdk from "@aws-sdk/client-athena";
import { AwsError, type Call, type Service } from "../service.ts";

const arnOf = ({ region, account }: Call, name: string | undefined) =>
  `arn:aws:athena:${region}:${account}:workgroup/${name ?? ""}`;
const on = (action: string) => (input: { Name?: string | undefined; WorkGroup?: string | undefined }, call: Call) => [
  { action: `athena:${action}`, resource: arnOf(call, input.WorkGroup ?? input.Name) },
];

/** Workgroups and the queries saved in them. It runs no query: a copy of the tables is asked with DuckDB. */
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
  },
};
