import { type Iam, letsServiceIn } from "./iam.ts";
import type { Invoke, Principal } from "./service.ts";
import type { SandboxState } from "./state.ts";

/**
 * Lets a schedule fall due: Scheduler takes the schedule's role, invokes the target with the time in place of its
 * keyword, and puts what it may not deliver into the dead-letter queue.
 * @param due the scheduled time, the same at each delivery
 * @returns whether the target was invoked
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function fallDue(
  { state, iam }: { state: SandboxState; iam: Iam },
  invoke: Pick<Invoke, "later">,
  name: string,
  due: Date,
): boolean {
  const schedule = [...state.schedules.values()].find(({ settings }) => settings.Name === name);
  const target = schedule?.settings.Target;
  if (!schedule || !target) throw new Error(`there is no schedule ${name}`);
  const role = state.roles.get(target.RoleArn ?? "");
  const fn = state.functions.get(target.Arn ?? "");
  const time = due.toISOString().replace(/\.\d{3}Z$/, "Z");
  const input = (target.Input ?? "{}").replaceAll("<aws.scheduler.scheduled-time>", time);
  if (!role) return false;
  const taken = letsServiceIn(role.AssumeRolePolicyDocument, {
    service: "scheduler.amazonaws.com",
    action: "sts:AssumeRole",
    resource: role.Arn,
    context: { "aws:SourceAccount": schedule.account },
  });
  if (!taken) return false;
  const principal: Principal = {
    kind: "role",
    account: role.account,
    roleArn: role.Arn,
    roleName: role.RoleName,
    sessionName: "scheduler",
  };
  const allows = (action: string, resource: string | undefined) =>
    iam.denial(principal, { action, resource: resource ?? "" }) === undefined;
  if (fn && allows("lambda:InvokeFunction", fn.FunctionArn)) {
    invoke.later(fn, JSON.parse(input));
    return true;
  }
  const queue = state.queues.get(target.DeadLetterConfig?.Arn ?? "");
  if (queue && allows("sqs:SendMessage", queue.arn)) queue.messages.push({ id: `${name} ${time}`, body: input });
  return false;
}
