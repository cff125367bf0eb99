import * as sdk from "@aws-sdk/client-eventbridge";
import { emit } from "../eventRules.ts";
import { AwsError, type Call, type Service } from "../service.ts";

const arnOf = ({ region, account }: Call, bus: string | undefined) =>
  bus?.startsWith("arn:") ? bus : `arn:aws:events:${region}:${account}:event-bus/${bus ?? "default"}`;

const ruleArn = ({ region, account }: Call, name: string | undefined) =>
  `arn:aws:events:${region}:${account}:rule/${name ?? ""}`;
const onRule = (action: string) => (input: { Name?: string | undefined; Rule?: string | undefined }, call: Call) => [
  { action: `events:${action}`, resource: ruleArn(call, input.Name ?? input.Rule) },
];
function ruleOf(call: Call, name: string | undefined) {
  const rule = call.state.eventRules.get(ruleArn(call, name));
  if (!rule) throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus default.`);
  return rule;
}

/** Event buses, which keep what was put on them for whoever looks, and rules of the default one. */
export const events: Service = {
  signingName: "events",
  iamPrefix: "events",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    DescribeEventBus: {
      run: ({ Name = "default" }: sdk.DescribeEventBusRequest, call): sdk.DescribeEventBusResponse => {
        // The buses of a member are its estate's.
        if (call.account !== call.state.auditAccount || Name !== "default")
          throw new AwsError("ResourceNotFoundException", `Event bus ${Name} does not exist.`);
        return { Name, Arn: arnOf(call, Name) };
      },
    },
    ListRules: {
      run: ({ EventBusName = "default" }: sdk.ListRulesRequest, call): sdk.ListRulesResponse => ({
        Rules: [...call.state.eventRules.values()].flatMap(({ account, region, name, arn, pattern }) =>
          account === call.account && region === call.region && EventBusName === "default"
            ? [{ Name: name, Arn: arn, EventPattern: pattern, State: "ENABLED", EventBusName } as const]
            : [],
        ),
      }),
    },
    PutRule: {
      permissions: onRule("PutRule"),
      run: ({ Name = "", EventPattern }: sdk.PutRuleRequest, call): sdk.PutRuleResponse => {
        if (!EventPattern) throw new AwsError("ValidationException", "Parameter(s) EventPattern must be specified.");
        const RuleArn = ruleArn(call, Name);
        const { account, region } = call;
        const targets = call.state.eventRules.get(RuleArn)?.targets ?? [];
        call.state.eventRules.set(RuleArn, {
          account,
          region,
          name: Name,
          arn: RuleArn,
          pattern: EventPattern,
          targets,
        });
        return { RuleArn };
      },
    },
    PutTargets: {
      permissions: onRule("PutTargets"),
      run: ({ Rule, Targets = [] }: sdk.PutTargetsRequest, call): sdk.PutTargetsResponse => {
        const rule = ruleOf(call, Rule);
        const others = rule.targets.filter(({ Id }) => !Targets.some((target) => target.Id === Id));
        rule.targets = [...others, ...Targets];
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    PutEvents: {
      permissions: ({ Entries = [] }: sdk.PutEventsRequest, call) =>
        [...new Set(Entries.map(({ EventBusName }) => arnOf(call, EventBusName)))].map((resource) => ({
          action: "events:PutEvents",
          resource,
        })),
      run: ({ Entries = [] }: sdk.PutEventsRequest, call): sdk.PutEventsResponse => {
        if (!Entries.length || Entries.length > 10)
          throw new AwsError("ValidationException", "Entries must have 1 to 10 members");
        return {
          FailedEntryCount: 0,
          Entries: Entries.map((entry) => {
            const { EventBusName, Source = "", DetailType = "", Detail = "{}" } = entry;
            const bus = arnOf(call, EventBusName);
            const event = { source: Source, detailType: DetailType, detail: JSON.parse(Detail) };
            call.state.busEvents.push({ bus, ...event });
            if (bus === arnOf(call, "default")) emit(call, event);
            return { EventId: call.randomId(32) };
          }),
        };
      },
    },
    RemoveTargets: {
      permissions: onRule("RemoveTargets"),
      run: ({ Rule, Ids = [] }: sdk.RemoveTargetsRequest, call): sdk.RemoveTargetsResponse => {
        const rule = ruleOf(call, Rule);
        rule.targets = rule.targets.filter(({ Id }) => !Ids.includes(Id ?? ""));
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    DeleteRule: {
      permissions: onRule("DeleteRule"),
      run: ({ Name }: sdk.DeleteRuleRequest, call) => {
        const rule = call.state.eventRules.get(ruleArn(call, Name));
        if (rule?.targets.length)
          throw new AwsError("ValidationException", "Rule can't be deleted since it has targets.");
        if (rule) call.state.eventRules.delete(rule.arn);
        return {};
      },
    },
  },
};
