import { letsServiceIn } from "./iam.ts";
import type { Call } from "./service.ts";
import type { StoredEventRule } from "./state.ts";

/** An event on the default bus, before EventBridge has put its envelope around it. */
export interface BusEvent {
  source: string;
  detailType: string;
  resources?: readonly string[];
  detail: unknown;
}

/**
 * Hands an event of an account and region to the rules that match it: each target is a function, invoked
 * asynchronously where its own policy lets EventBridge; otherwise the event goes to the target's dead-letter queue.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
 */
export function emit(call: Call, { source, detailType, resources = [], detail }: BusEvent): void {
  const { account, region, state, now, randomId, invoke } = call;
  const event = {
    version: "0",
    id: randomId(32),
    "detail-type": detailType,
    source,
    account,
    time: new Date(now()).toISOString().replace(/\.\d{3}Z$/, "Z"),
    region,
    resources,
    // As it is on the wire: without what is undefined, dates as text.
    detail: JSON.parse(JSON.stringify(detail)) as unknown,
  };
  for (const rule of state.eventRules.values())
    if (rule.account === account && rule.region === region && matches(JSON.parse(rule.pattern), event))
      for (const target of rule.targets) {
        const fn = state.functions.get(target.Arn ?? "");
        if (fn && Object.values(fn.invokers ?? {}).includes("events.amazonaws.com")) invoke.later(fn, event);
        else keep(call, rule, target.DeadLetterConfig?.Arn, event);
      }
}

function keep({ state, randomId }: Call, { arn }: StoredEventRule, queueArn: string | undefined, event: object): void {
  const queue = state.queues.get(queueArn ?? "");
  const lets = letsServiceIn(queue?.attributes.Policy ?? '{"Statement":[]}', {
    service: "events.amazonaws.com",
    action: "sqs:SendMessage",
    resource: queue?.arn ?? "*",
    context: { "aws:SourceArn": arn },
  });
  if (queue && lets) queue.messages.push({ id: randomId(32), body: JSON.stringify(event) });
}

/**
 * Whether an event has what a pattern names: of each field one of the values, or a text that begins with a prefix.
 * @throws Error naming a comparison that the sandbox does not know
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((each) => is(each, value));
  return Object.entries(pattern as object).every(([field, each]) =>
    matches(each, (value as Record<string, unknown> | undefined)?.[field]),
  );
}

function is(expected: unknown, value: unknown): boolean {
  if (expected === null || typeof expected !== "object") return expected === value;
  const [[comparison, operand] = []] = Object.entries(expected);
  if (comparison !== "prefix") throw new Error(`the sandbox's EventBridge does not know ${JSON.stringify(expected)}`);
  return typeof value === "string" && value.startsWith(String(operand));
}
