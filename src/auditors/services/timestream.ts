import { ListDatabasesCommand, ListTablesCommand, TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, under, list } = reads("timestream");
const notEnabled = [/^AccessDeniedException: Only existing Timestream for LiveAnalytics customers/];
// Where the account's cell of Timestream is has to be asked for, which is a permission of its own.
const action = ["timestream:DescribeEndpoints"];
const databases = from(ListDatabasesCommand, "Databases", { action: ["timestream:ListDatabases", ...action] });

/** Timestream: databases and tables, their keys and how long they keep. */
export const timestream: Service = {
  name: "timestream",
  title: "Timestream: databases and tables, their keys and how long they keep",
  client: TimestreamWriteClient,
  collectors: [
    list("AWS::Timestream::Database", databases, {
      id: "DatabaseName",
      arn: "Arn",
      tags: taggingApi("timestream:database"),
      notEnabled,
    }),
    list(
      "AWS::Timestream::Table",
      under(
        databases,
        ListTablesCommand,
        "Tables",
        { DatabaseName: "DatabaseName" },
        {
          action: ["timestream:ListTables", ...action],
        },
      ),
      { id: "{DatabaseName}/{TableName}", arn: "Arn", name: "TableName", notEnabled },
    ),
  ],
};
