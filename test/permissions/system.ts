import type { Context } from "aws-lambda";
import { plannedAuditor } from "../../auditors/collector.ts";
import { loadAuditors } from "../../auditors/registry.ts";
import type { Surroundings } from "../../handlers/surroundings.ts";
import { createSandbox, type Sandbox } from "../../sandbox/core.ts";
import { deploy } from "../../sandbox/deploy/program.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { idOf, randomOf } from "../../sandbox/random.ts";
import type { Invoke } from "../../sandbox/service.ts";
import { newSession } from "../../sandbox/services/sts.ts";
import type { StoredFunction } from "../../sandbox/state.ts";

export const REGION = "eu-central-1";
export const MEMBER = "111111111111";

type Run = (event: unknown, context: Context) => Promise<unknown>;

/** The deployed program with its handlers in this process: each function with its own role's credentials, one at a time. */
export interface System {
  sandbox: Sandbox;
  /** What the functions threw, and what AWS itself could not do for them, since it was last emptied. */
  trouble: string[];
  /** Functions whose events die before they begin. */
  dead: Set<string>;
  /** Functions whose next event has no time left when it begins. */
  hurried: Set<string>;
  invoke: Invoke;
  /** Runs a function and everything it sets going. */
  run: (functionName: string, event: unknown) => Promise<void>;
  /** Runs what is queued, and everything that sets going. */
  drain: () => Promise<void>;
  function: (name: string) => StoredFunction;
}

/** `audit-get-meta-rds` → the auditor's handler; `audit-recorder` → `recorderHandler` of `handlers/recorder.ts`. */
async function handlerOf(fn: StoredFunction, around: Surroundings, deployed: readonly string[]): Promise<Run> {
  const [, auditor] = /-get-meta-(.+)$/.exec(fn.FunctionName) ?? [];
  // As the bundles do: an auditor has its services written into it, the boss the types of all auditors.
  const auditors = await loadAuditors(deployed);
  if (auditor) {
    const { auditorHandler } = await import("../../handlers/auditor.ts");
    return auditorHandler(auditors.find(({ name }) => name === auditor)!, around) as Run;
  }
  const name = fn.FunctionName.split("-").at(-1)!;
  if (name === "boss")
    return (await import("../../handlers/boss.ts")).bossHandler(auditors.map(plannedAuditor), around) as Run;
  const module = (await import(`../../handlers/${name}.ts`)) as Record<string, (around: Surroundings) => Run>;
  return module[`${name}Handler`]!(around);
}

export async function deployedSystem(...stacks: Record<string, string>[]): Promise<System> {
  const queue: { fn: StoredFunction; event: unknown }[] = [];
  const invoke: Invoke = {
    now: async () => {
      throw new Error("nothing of the system waits for a function");
    },
    later: (fn, event) => void queue.push({ fn, event }),
  };
  let clock = Date.UTC(2026, 10, 24, 3);
  const now = () => ++clock;
  const random = randomOf("permissions");
  const sandbox = createSandbox(populate(1, 1), { now, random, invoke });
  const requestHandler = inProcess(sandbox);
  for (const config of stacks) {
    const account = config.kind === "audit" ? AUDIT_ACCOUNT : MEMBER;
    await deploy({ requestHandler }, REGION, { name: "permissions", account, config });
  }
  const { state } = sandbox;

  const handlers = new Map<string, Promise<Run>>();
  const started = (fn: StoredFunction): Promise<Run> => {
    const role = state.roles.get(fn.Role)!;
    const session = newSession(
      { state, now, randomId: (length) => idOf(random, length) },
      role.Arn,
      role.RoleName,
      role.account,
      fn.FunctionName,
      12 * 3600,
    );
    const prefix = fn.FunctionName.split("-")[0]!;
    const deployed = [...state.functions.values()].flatMap(({ FunctionName }) =>
      FunctionName.startsWith(`${prefix}-get-meta-`) ? FunctionName.slice(`${prefix}-get-meta-`.length) : [],
    );
    const around: Surroundings = {
      env: () => ({ ...fn.environment, AWS_REGION: fn.region, AWS_ENDPOINT_URL: "http://in.process" }),
      now,
      random,
      timeout: () => (system.hurried.delete(fn.FunctionName) ? AbortSignal.abort() : new AbortController().signal),
      client: () => ({
        requestHandler: requestHandler as never,
        region: fn.region,
        credentials: {
          accessKeyId: session.AccessKeyId,
          secretAccessKey: session.SecretAccessKey,
          sessionToken: session.SessionToken,
        },
      }),
    };
    return handlerOf(fn, around, deployed);
  };

  const system: System = {
    sandbox,
    trouble: [],
    dead: new Set(),
    hurried: new Set(),
    invoke,
    function: (name) => {
      const found = [...state.functions.values()].find(({ FunctionName }) => FunctionName === name);
      if (!found) throw new Error(`there is no function ${name}`);
      return found;
    },
    run: (functionName, event) => {
      queue.push({ fn: system.function(functionName), event });
      return system.drain();
    },
    drain: async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await once(next.fn, next.event);
    },
  };
  /** What Lambda itself does with the function's role. */
  const may = (fn: StoredFunction, action: string, resource: string): boolean => {
    const { Arn, RoleName, account } = state.roles.get(fn.Role)!;
    const principal = { kind: "role", account, roleArn: Arn, roleName: RoleName, sessionName: "lambda" } as const;
    const denied = sandbox.iam.denial(principal, { action, resource });
    if (denied) system.trouble.push(`Lambda: ${denied}`);
    return !denied;
  };
  const once = async (fn: StoredFunction, event: unknown): Promise<void> => {
    const stream = `arn:aws:logs:${fn.region}:${fn.account}:log-group:${fn.logGroup}:log-stream:1`;
    may(fn, "logs:CreateLogStream", stream);
    may(fn, "logs:PutLogEvents", stream);
    try {
      if (system.dead.has(fn.FunctionName)) throw new Error("Runtime exited with error: signal: killed");
      if (!handlers.has(fn.FunctionArn)) handlers.set(fn.FunctionArn, started(fn));
      await (await handlers.get(fn.FunctionArn)!)(event, {
        functionName: fn.FunctionName,
        invokedFunctionArn: fn.FunctionArn,
        awsRequestId: "request",
        getRemainingTimeInMillis: () => fn.Timeout * 1000,
      } as Context);
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      system.trouble.push(`${fn.FunctionName}: ${errorMessage}`);
      const destination = fn.onFailure && state.functions.get(fn.onFailure);
      if (!destination || !may(fn, "lambda:InvokeFunction", destination.FunctionArn)) return;
      queue.push({
        fn: destination,
        event: {
          requestContext: {
            functionArn: `${fn.FunctionArn}:$LATEST`,
            condition: "RetriesExhausted",
            approximateInvokeCount: 3,
          },
          requestPayload: event,
          responsePayload: { errorType, errorMessage },
        },
      });
    }
  };
  return system;
}
