import {
  DescribeActivityCommand,
  DescribeStateMachineCommand,
  IncludedData,
  ListActivitiesCommand,
  ListStateMachineAliasesCommand,
  ListStateMachinesCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail, describe } = reads("states");

/** Step Functions: state machines, as whom they run, and what is logged of them. */
export const stepfunctions: Service = {
  name: "stepfunctions",
  title: "Step Functions: state machines, as whom they run, and what is logged of them",
  client: SFNClient,
  collectors: [
    list(
      "AWS::StepFunctions::StateMachine",
      from(ListStateMachinesCommand, "stateMachines", { input: { maxResults: 1000 } }),
      {
        id: "name",
        arn: "stateMachineArn",
        // The definition is a program with its constants, and under a key of one's own it would need that key.
        describe: describe(DescribeStateMachineCommand, ({ stateMachineArn }) => ({
          stateMachineArn,
          includedData: IncludedData.METADATA_ONLY,
        })),
        tags: taggingApi("states:stateMachine"),
        details: [detail(ListStateMachineAliasesCommand, { stateMachineArn: "stateMachineArn" })],
        redact: ["definition", "variableReferences"],
      },
    ),
    list("AWS::StepFunctions::Activity", from(ListActivitiesCommand, "activities", { input: { maxResults: 1000 } }), {
      id: "name",
      arn: "activityArn",
      describe: describe(DescribeActivityCommand, { activityArn: "activityArn" }),
      tags: taggingApi("states:activity"),
    }),
  ],
};
