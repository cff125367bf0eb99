import * as sdk from "@aws-sdk/client-eventbridge";
import { capitals, type Providers } from "./provider.ts";

/** Rules of EventBridge and what they lead to. */
export const eventsProviders: Providers = {
  "aws:cloudwatch/eventRule:EventRule": async ({ name, description, eventPattern }, _name, to) => {
    const settings = { Name: name, Description: description, EventPattern: eventPattern };
    const { RuleArn } = await to.client(sdk.EventBridgeClient).send(new sdk.PutRuleCommand(settings));
    return { id: name, state: { arn: RuleArn } };
  },
  "aws:cloudwatch/eventTarget:EventTarget": async (
    { rule, arn, targetId, deadLetterConfig, retryPolicy },
    name,
    to,
  ) => {
    const target = {
      Id: targetId ?? name,
      Arn: arn,
      DeadLetterConfig: capitals(deadLetterConfig),
      RetryPolicy: capitals(retryPolicy),
    };
    await to.client(sdk.EventBridgeClient).send(new sdk.PutTargetsCommand({ Rule: rule, Targets: [target] }));
    return { id: `${rule}-${target.Id}` };
  },
};
