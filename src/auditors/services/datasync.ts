import {
  DataSyncClient,
  DescribeAgentCommand,
  DescribeTaskCommand,
  ListAgentsCommand,
  ListLocationsCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
} from "@aws-sdk/client-datasync";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail, describe } = reads("datasync");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { ResourceArn: "{arn}" }), "Tags");

/** DataSync: what is copied from where to where. */
export const datasync: Service = {
  name: "datasync",
  title: "DataSync: tasks with their logging, the locations that they copy between, and agents",
  client: DataSyncClient,
  collectors: [
    list("AWS::DataSync::Task", from(ListTasksCommand, "Tasks"), {
      id: "TaskArn",
      arn: "TaskArn",
      name: "Name",
      tags,
      describe: describe(DescribeTaskCommand, { TaskArn: "TaskArn" }),
    }),
    list("AWS::DataSync::Location", from(ListLocationsCommand, "Locations"), {
      id: "LocationArn",
      arn: "LocationArn",
      name: "LocationUri",
      tags,
    }),
    list("AWS::DataSync::Agent", from(ListAgentsCommand, "Agents"), {
      id: "AgentArn",
      arn: "AgentArn",
      name: "Name",
      tags,
      describe: describe(DescribeAgentCommand, { AgentArn: "AgentArn" }),
    }),
  ],
};
