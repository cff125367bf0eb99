import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { AwsError, type Call, type Service } from "../service.ts";
import type { LogGroup } from "../state.ts";

const arnOf = ({ region, account }: Call, name: string | undefined) =>
  `arn:aws:logs:${region}:${account}:log-group:${name ?? ""}`;

function groupOf(call: Call, name: string | undefined): LogGroup {
  const group = call.state.logGroups.get(arnOf(call, name));
  if (!group) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
  return group;
}

/**
 * All but tagging is allowed on the group's ARN with what follows it.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
const onGroup = (action: string) => (input: { logGroupName?: string | undefined }, call: Call) => [
  { action: `logs:${action}`, resource: `${arnOf(call, input.logGroupName)}:log-stream:` },
];

/** The functions' logs, enough for `aws logs tail`. */
export const logs: Service = {
  signingName: "logs",
  iamPrefix: "logs",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateLogGroup: {
      permissions: onGroup("CreateLogGroup"),
      run: ({ logGroupName }: sdk.CreateLogGroupRequest, call) => {
        const arn = arnOf(call, logGroupName);
        if (call.state.logGroups.has(arn))
          throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
        const { account, region } = call;
        call.state.logGroups.set(arn, { account, region, name: logGroupName ?? "", arn, lines: [] });
        return {};
      },
    },
    PutRetentionPolicy: {
      permissions: onGroup("PutRetentionPolicy"),
      run: ({ logGroupName, retentionInDays }: sdk.PutRetentionPolicyRequest, call) => {
        groupOf(call, logGroupName).retentionInDays = retentionInDays ?? 0;
        return {};
      },
    },
    DescribeLogGroups: {
      run: (input: sdk.DescribeLogGroupsRequest, call): sdk.DescribeLogGroupsResponse => ({
        logGroups: [...call.state.logGroups.values()]
          .filter(
            ({ account, region, name }) =>
              account === call.account && region === call.region && name.startsWith(input.logGroupNamePrefix ?? ""),
          )
          .map(({ name, arn, retentionInDays }) => ({
            logGroupName: name,
            arn: `${arn}:*`,
            logGroupArn: arn,
            ...(retentionInDays ? { retentionInDays } : {}),
          })),
      }),
    },
    FilterLogEvents: {
      run: (input: sdk.FilterLogEventsRequest, call): sdk.FilterLogEventsResponse => ({
        events: groupOf(call, input.logGroupName)
          .lines.filter(({ timestamp }) => timestamp >= (input.startTime ?? 0))
          .map(({ timestamp, stream, message }, index) => ({
            timestamp,
            ingestionTime: timestamp,
            logStreamName: stream,
            message,
            eventId: String(index).padStart(20, "0"),
          })),
      }),
    },
    DeleteLogGroup: {
      permissions: onGroup("DeleteLogGroup"),
      run: ({ logGroupName }: sdk.DeleteLogGroupRequest, call) => {
        call.state.logGroups.delete(groupOf(call, logGroupName).arn);
        return {};
      },
    },
  },
};
