import { gunzipSync } from "node:zlib";
import type { Context } from "aws-lambda";
import { deployedOf } from "../../components/systemHandlers.ts";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox, type Sandbox } from "../../sandbox/core.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { idOf, randomOf } from "../../sandbox/random.ts";
import type { Invoke } from "../../sandbox/service.ts";
import { newSession } from "../../sandbox/services/sts.ts";
import type { SandboxState, StoredFunction } from "../../sandbox/state.ts";
import { Unsigned } from "../../sandbox/unsigned.ts";
import { type Auditor, plannedAuditor } from "../../src/auditors/collector.ts";
import { loadAuditors, type UndeclaredTypes } from "../../src/auditors/registry.ts";
import { loadControls } from "../../src/controls/control.ts";
import type { Item } from "../../src/evidence/item.ts";
import type { Outcome } from "../../src/evidence/outcome.ts";
import { Plan } from "../../src/evidence/plan.ts";
import { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import type { Web } from "../../src/notify/webhook.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { askedTypes } from "../../stacks/askedTypes.ts";
import { rulesKnowledge } from "../../stacks/configRules.ts";

export const REGION = "eu-central-1";

type Run = (event: unknown, context: Context) => Promise<unknown>;

/** The deployed program with its handlers in this process, each function with the credentials of its own role. */
export interface System {
  sandbox: Sandbox;
  /** What the functions threw, and what AWS itself could not do for them, since it was last emptied. */
  trouble: string[];
  /** Functions whose events die before they begin. */
  dead: Set<string>;
  /** Functions whose next event has no time left when it begins. */
  hurried: Set<string>;
  /** Functions whose next event dies when it makes a request like this: `PUT …/outcomes/…`. */
  diesAt: Map<string, RegExp>;
  /** Functions whose events are delivered twice, and both at the same time. */
  twice: Set<string>;
  /** The tabulator shares a run out, however little there is in it, as it does with a large one. */
  sharesOut: boolean;
  /** How often Lambda tries again. */
  retries: number;
  /** Every request, as `<function> <method> <host> <path>`. */
  requests: string[];
  invoke: Invoke;
  /** Runs a function and everything it sets going. */
  run: (functionName: string, event: unknown) => Promise<void>;
  /** Runs what is queued, and everything that sets going. */
  drain: () => Promise<void>;
  function: (name: string) => StoredFunction;
}

type Config = Record<string, string>;

/** Members and stacks that the program is deployed to. @returns the sandbox's state, to begin a system with */
export async function deployed(
  members: number,
  stacks: readonly { account: string; config: Config | ((soFar: SandboxState) => Config) }[],
): Promise<SandboxState> {
  const random = randomOf("deployed");
  const invoke = { now: async () => ({ payload: null }), later: () => undefined };
  const sandbox = createSandbox(populate(1, members), {
    ...handedIn,
    now: () => Date.UTC(2026, 10, 24),
    random,
    invoke,
  });
  for (const [index, { account, config }] of stacks.entries())
    await deploy({ requestHandler: inProcess(sandbox) }, REGION, {
      name: `stack-${index}`,
      account,
      config: typeof config === "function" ? config(sandbox.state) : config,
    });
  return sandbox.state;
}

/** What a system is told that its state does not say. */
interface SystemOptions {
  /** What its stacks' configuration says of types without a declaration. */
  undeclared: UndeclaredTypes;
  /** Ids of the controls that the tabulator and the notifier ask. */
  controls: readonly string[];
  /** Where the notifier's webhook leads. */
  web: Web;
}
const quiet: SystemOptions = {
  undeclared: {},
  controls: ["s3-bucket-public-access-blocked"],
  web: { fetch: async () => new Response("ok"), wait: async () => undefined },
};

/** `audit-get-meta-rds` → the auditor's handler; `audit-recorder` → `recorderHandler` of `handlers/recorder.ts`. */
async function handlerOf(
  fn: StoredFunction,
  runtime: Runtime,
  loaded: Promise<Auditor[]>,
  { controls, web }: Pick<SystemOptions, "controls" | "web">,
  sharesOut: () => boolean,
): Promise<Run> {
  // As the bundles do: an auditor has its services written into it, the boss the types of all auditors.
  const auditors = await loaded;
  const [, auditor] = /-get-meta-(.+)$/.exec(fn.FunctionName) ?? [];
  if (auditor) {
    const { auditorHandler } = await import("../../handlers/auditor.ts");
    return auditorHandler(auditors.find(({ name }) => name === auditor)!, runtime) as Run;
  }
  const name = fn.FunctionName.split("-").at(-1)!;
  if (name === "boss")
    return (await import("../../handlers/boss.ts")).bossHandler(auditors.map(plannedAuditor), runtime) as Run;
  if (name === "tabulator") {
    const { tabulatorHandler } = await import("../../handlers/tabulator.ts");
    const always = await askedTypes(auditors);
    const asked = (await loadControls()).filter(({ id }) => controls.includes(id));
    const [alone, shared] = [undefined, 0].map(
      (items) => tabulatorHandler({ catalog: catalogOf(auditors), always, controls: asked }, items)(runtime) as Run,
    );
    return (event, context) => (sharesOut() ? shared! : alone!)(event, context);
  }
  // One lane: what follows a type shows with a few of them.
  if (name === "anomalies") return (await import("../../handlers/anomalies.ts")).anomaliesHandler(runtime, 1) as Run;
  if (name === "doctor")
    return (await import("../../handlers/doctor.ts")).doctorHandler(deployedOf(auditors))(runtime) as Run;
  if (name === "rules") {
    const { configRulesHandler } = await import("../../handlers/configRules.ts");
    return configRulesHandler(await rulesKnowledge())(runtime) as Run;
  }
  if (name === "notifier") {
    const all = await loadControls();
    const knowledge = {
      controls: all.filter(({ id }) => controls.includes(id)),
      auditors: catalogOf(auditors).auditors,
      exceptions: [],
    };
    return (await import("../../handlers/notifier.ts")).notifierHandler(knowledge, web)(runtime) as Run;
  }
  const module = (await import(`../../handlers/${name}.ts`)) as Record<string, (runtime: Runtime) => Run>;
  return module[`${name}Handler`]!(runtime);
}

/** A system that begins with a state: it waits for nothing, and runs events one after the other. */
export function systemOver(beginning: SandboxState, given: Partial<SystemOptions> = {}): System {
  const options = { ...quiet, ...given };
  const state = structuredClone(beginning);
  const queue: { fn: StoredFunction; event: unknown }[] = [];
  let clock = Date.UTC(2026, 10, 24, 3);
  const now = () => ++clock;
  const random = randomOf("system");
  const handlers = new Map<string, Promise<Run>>();
  const invoke: Invoke = {
    now: async (fn, event) => {
      try {
        return { payload: await answerOf(fn, event) };
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error;
        return { payload: { errorType, errorMessage }, error: "Unhandled" };
      }
    },
    later: (fn, event) => void queue.push({ fn, event }),
  };
  const sandbox = createSandbox(state, { ...handedIn, now, random, invoke });
  const wait = async (ms: number): Promise<void> => {
    clock += ms;
  };
  const door = inProcess(sandbox, { wait, requestTimeout: 10_000 });

  const system: System = {
    sandbox,
    trouble: [],
    dead: new Set(),
    hurried: new Set(),
    diesAt: new Map(),
    twice: new Set(),
    sharesOut: false,
    retries: 0,
    requests: [],
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
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { fn, event } = next;
        await Promise.all(system.twice.has(fn.FunctionName) ? [once(fn, event), once(fn, event)] : [once(fn, event)]);
      }
    },
  };

  const started = (fn: StoredFunction): Promise<Run> => {
    const { Arn, RoleName, account } = state.roles.get(fn.Role)!;
    const randomId = (length: number) => idOf(random, length);
    const session = newSession(
      { state, now, randomId },
      { roleArn: Arn, roleName: RoleName, account, sessionName: fn.FunctionName },
      12 * 3600,
    );
    const requestHandler = {
      ...door,
      handle: async (...[request, options]: Parameters<typeof door.handle>) => {
        const what = `${request.method} ${request.hostname} ${request.path}`;
        system.requests.push(`${fn.FunctionName} ${what}`);
        if (system.diesAt.get(fn.FunctionName)?.test(what)) {
          system.diesAt.delete(fn.FunctionName);
          throw new Error("Runtime exited with error: signal: killed");
        }
        return door.handle(request, options);
      },
    };
    const prefix = `${fn.FunctionName.split("-")[0]}-get-meta-`;
    const chosen = [...state.functions.values()].flatMap(({ FunctionName }) =>
      FunctionName.startsWith(prefix) ? FunctionName.slice(prefix.length) : [],
    );
    const declared = chosen.filter((name) => name !== "cloudcontrol" && name !== "configaggregator");
    const runtime: Runtime = {
      env: () => ({ ...fn.environment, AWS_LAMBDA_FUNCTION_NAME: fn.FunctionName, AWS_REGION: fn.region }),
      now,
      random,
      wait,
      hasAddress: async () => true,
      timeout: () => (system.hurried.delete(fn.FunctionName) ? AbortSignal.abort() : new AbortController().signal),
      client: () => ({
        requestHandler: requestHandler as never,
        region: fn.region,
        credentials: {
          accessKeyId: session.AccessKeyId,
          secretAccessKey: session.SecretAccessKey,
          sessionToken: session.SessionToken,
        },
        sha256: Unsigned,
      }),
    };
    return handlerOf(fn, runtime, loadAuditors(declared, options.undeclared), options, () => system.sharesOut);
  };
  /** What Lambda itself does with the function's role. */
  const may = (fn: StoredFunction, action: string, resource: string): boolean => {
    const { Arn, RoleName, account } = state.roles.get(fn.Role)!;
    const principal = { kind: "role", account, roleArn: Arn, roleName: RoleName, sessionName: "lambda" } as const;
    const denied = sandbox.iam.denial(principal, { action, resource });
    if (denied) system.trouble.push(`Lambda: ${denied}`);
    return !denied;
  };
  const answerOf = async (fn: StoredFunction, event: unknown): Promise<unknown> => {
    if (system.dead.has(fn.FunctionName)) throw new Error("Runtime exited with error: signal: killed");
    if (!handlers.has(fn.FunctionArn)) handlers.set(fn.FunctionArn, started(fn));
    return (await handlers.get(fn.FunctionArn)!)(event, {
      functionName: fn.FunctionName,
      invokedFunctionArn: fn.FunctionArn,
      awsRequestId: "request",
      getRemainingTimeInMillis: () => fn.Timeout * 1000,
    } as Context);
  };
  const attempt = async (fn: StoredFunction, event: unknown): Promise<Error | undefined> => {
    try {
      await answerOf(fn, event);
      return undefined;
    } catch (error) {
      system.trouble.push(`${fn.FunctionName}: ${(error as Error).message}`);
      return error as Error;
    }
  };
  const once = async (fn: StoredFunction, event: unknown): Promise<void> => {
    const stream = `arn:aws:logs:${fn.region}:${fn.account}:log-group:${fn.logGroup}:log-stream:1`;
    may(fn, "logs:CreateLogStream", stream);
    may(fn, "logs:PutLogEvents", stream);
    let error: Error | undefined;
    for (let tries = 0; tries <= system.retries; tries++) {
      error = await attempt(fn, event);
      if (!error) return;
    }
    const functionArn = `${fn.FunctionArn}:$LATEST`;
    const record = {
      requestContext: { functionArn, condition: "RetriesExhausted", approximateInvokeCount: system.retries + 1 },
      requestPayload: event,
      responsePayload: { errorType: error?.name, errorMessage: error?.message },
    };
    const mailbox = fn.onFailure && state.queues.get(fn.onFailure);
    if (mailbox && may(fn, "sqs:SendMessage", mailbox.arn))
      mailbox.messages.push({ id: String(mailbox.messages.length), body: JSON.stringify(record) });
    const destination = fn.onFailure && state.functions.get(fn.onFailure);
    if (destination && may(fn, "lambda:InvokeFunction", destination.FunctionArn))
      queue.push({ fn: destination, event: record });
  };
  return system;
}

/** What the evidence bucket says of its runs. */
export interface Told {
  plans: Plan[];
  commits: TaskOutcome[];
  outcomes: Outcome[];
  /** Items of the objects that the outcomes list. */
  items: Item[];
  /** Evidence objects that no outcome lists. */
  uncommitted: string[];
  /** Runs that have a manifest. */
  sealed: number;
}

export function told({ sandbox }: System, bucket: string): Told {
  const bodies = [...sandbox.state.buckets.get(bucket)!.objects].map(([key, versions]) => [key, versions.at(-1)!.body]);
  const documents = <T>(pattern: RegExp, parse: (document: unknown) => T): T[] =>
    (bodies as [string, Uint8Array][])
      .filter(([key]) => pattern.test(key))
      .map(([, body]) => parse(JSON.parse(Buffer.from(body).toString())));
  const commits = documents(/\/outcomes\/[^/]+\.json$/, (document) => TaskOutcome.parse(document));
  const counted = new Set(commits.flatMap(({ objects }) => objects.map(({ key }) => key)));
  const evidence = (bodies as [string, Uint8Array][]).filter(([key]) => key.startsWith("evidence/"));
  return {
    plans: documents(/\/plan\.json$/, (document) => Plan.parse(document)),
    commits,
    outcomes: commits.flatMap(({ outcomes }) => outcomes),
    items: evidence
      .filter(([key]) => counted.has(key))
      .flatMap(([, body]) => gunzipSync(body).toString().trim().split("\n"))
      .map((line) => JSON.parse(line) as Item),
    uncommitted: evidence.map(([key]) => key).filter((key) => !counted.has(key)),
    sealed: bodies.filter(([key]) => String(key).endsWith("/manifest.json")).length,
  };
}
