import {
  DescribeContinuousBackupsCommand,
  DescribeKinesisStreamingDestinationCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  ListBackupsCommand,
  ListTablesCommand,
} from "@aws-sdk/client-dynamodb";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describe } = reads("dynamodb");
const table = { TableName: "TableName" } as const;

/** DynamoDB: tables, who may use them, and how they come back after a loss. Never an item. */
export const dynamodb: Service = {
  name: "dynamodb",
  title: "DynamoDB: tables, who may use them, and how they come back after a loss",
  client: DynamoDBClient,
  collectors: [
    list("AWS::DynamoDB::Table", from(ListTablesCommand, "TableNames", { as: "TableName" }), {
      id: "TableName",
      arn: "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}",
      describe: describe(DescribeTableCommand, table, "Table"),
      tags: taggingApi("dynamodb:table"),
      details: [
        detail(DescribeContinuousBackupsCommand, table),
        detail(DescribeTimeToLiveCommand, table),
        detail(GetResourcePolicyCommand, { ResourceArn: "{arn}" }, { none: ["PolicyNotFoundException"] }),
        detail(DescribeKinesisStreamingDestinationCommand, table),
      ],
    }),
    list(
      "AWS::DynamoDB::Backup",
      from(ListBackupsCommand, "BackupSummaries", {
        input: { BackupType: "ALL" },
        page: { tokens: [["ExclusiveStartBackupArn", "LastEvaluatedBackupArn"]] },
      }),
      { id: "BackupArn", arn: "BackupArn", name: "BackupName" },
    ),
  ],
};
