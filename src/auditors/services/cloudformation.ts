import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  ListStackInstancesCommand,
  ListStackSetsCommand,
} from "@aws-sdk/client-cloudformation";
import { inline, reads, type Service } from "../collector.ts";

const { from, under, list, detail } = reads("cloudformation");
// Describing a stack set answers with its template: what the list says is what is read.
const sets = from(ListStackSetsCommand, "Summaries", { input: { Status: "ACTIVE" } });

/** CloudFormation: stacks, as whom they change what, and whether they drifted. Never a template or a value. */
export const cloudformation: Service = {
  name: "cloudformation",
  title: "CloudFormation: stacks, as whom they change what, and whether they drifted",
  client: CloudFormationClient,
  collectors: [
    list("AWS::CloudFormation::Stack", from(DescribeStacksCommand, "Stacks"), {
      id: "StackId",
      arn: "StackId",
      name: "StackName",
      tags: inline("Tags"),
      details: [detail(GetStackPolicyCommand, { StackName: "StackId" })],
      redact: ["Parameters.ParameterValue", "Parameters.ResolvedValue", "Outputs.OutputValue"],
    }),
    list("AWS::CloudFormation::StackSet", sets, { id: "StackSetId", name: "StackSetName" }),
    list(
      "AWS::CloudFormation::StackInstance",
      under(sets, ListStackInstancesCommand, "Summaries", { StackSetName: "StackSetName" }),
      { id: ({ StackSetId, Account, Region }) => `${StackSetId}|${Account}|${Region}` },
    ),
  ],
};
