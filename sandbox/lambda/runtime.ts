import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { unzipSync } from "fflate";
import pLimit from "p-limit";
import { effectsOn } from "../faults.ts";
import type { Invocation, Invoke } from "../service.ts";
import { newSession } from "../services/sts.ts";
import type { SandboxState, StoredFunction } from "../state.ts";
import { eventQueue, logLine } from "./events.ts";
import { type Instance, startInstance } from "./instance.ts";

/** Asynchronous events run at the same time where nobody says how many: what the machine bears. */
const EVENTS_AT_ONCE = Math.max(4, availableParallelism() * 2);
/** Idle instances kept for the next event where nobody says how many, each some 90 MB. */
const IDLE_KEPT = 8;
/** The sandbox does not make anyone wait for a retry. */
const RETRY_AFTER_MS = 50;
/** In the middle of an event: it has begun, and not ended. */
const KILL_AFTER_MS = 20;
const SESSION_SECONDS = 12 * 3600;

interface Warm {
  key: string;
  instance: Instance;
  expires: number;
}

export interface LambdaRuntime extends Invoke {
  /** Delivers the events that a stopped sandbox left. */
  resume: () => void;
  /** Resolves when no event is queued or running. */
  idle: () => Promise<void>;
  stop: () => Promise<void>;
}

/** The sandbox that functions run in. */
interface LambdaHost {
  endpoint: () => string;
  state: () => SandboxState;
  randomId: (length: number) => string;
}

interface LambdaLimits {
  /** Functions that run events at the same time. */
  eventsAtOnce?: number | undefined;
  /** Instances kept for their next event. */
  idleKept?: number | undefined;
  /** The program that runs events with a bundle. Default: the sandbox's, which calls the handler. */
  bootstrap?: string | undefined;
}

/** Runs functions as their real bundles, each instance a process with credentials of the function's role. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: its functions share the instances that are kept
export function lambdaRuntime(
  folder: string,
  { endpoint, state, randomId }: LambdaHost,
  { eventsAtOnce = EVENTS_AT_ONCE, idleKept = IDLE_KEPT, bootstrap }: LambdaLimits = {},
): LambdaRuntime {
  /** Least recently used first. */
  const idle: Warm[] = [];
  const all = new Set<Instance>();
  const limit = pLimit(eventsAtOnce);
  let stopping = false;

  /** The bundle as a file; its name is its hash, so that new code is a new module. */
  function fileOf(fn: StoredFunction): string {
    const name = join(folder, createHash("sha256").update(fn.zip).digest("hex").slice(0, 16));
    const file = join(name, "index.mjs");
    if (!existsSync(file)) {
      mkdirSync(name, { recursive: true });
      const [module] = fn.Handler.split(".");
      const source = unzipSync(fn.zip)[`${module}.mjs`];
      if (!source) throw new Error(`${fn.FunctionName}: the archive has no ${module}.mjs`);
      writeFileSync(file, source);
    }
    return file;
  }

  function start(fn: StoredFunction, key: string): Warm {
    const now = Date.now();
    const role = state().roles.get(fn.Role);
    const credentials = newSession(
      { state: state(), now: () => now, randomId },
      { roleArn: fn.Role, roleName: role?.RoleName ?? "", account: fn.account, sessionName: fn.FunctionName },
      SESSION_SECONDS,
    );
    const stream = `${new Date(now).toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomId(16)}`;
    const env = {
      ...fn.environment,
      AWS_REGION: fn.region,
      AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: credentials.SessionToken,
      AWS_ENDPOINT_URL: endpoint(),
      // Its clients put the account in front of the host, which an address cannot have.
      AWS_ENDPOINT_URL_S3_CONTROL: endpoint().replace("127.0.0.1", "localhost"),
      AWS_LAMBDA_FUNCTION_NAME: fn.FunctionName,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.MemorySize),
      AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
    };
    const output = (text: string) => logLine(state(), fn, Date.now(), stream, text);
    const instance = startInstance(pathToFileURL(fileOf(fn)).href, env, fn.MemorySize, output, bootstrap);
    all.add(instance);
    return { key, instance, expires: now + (SESSION_SECONDS / 2) * 1000 };
  }

  function discard({ instance }: Warm): void {
    all.delete(instance);
    void instance.stop();
  }

  function take(fn: StoredFunction): Warm {
    const key = `${fn.FunctionArn} ${fn.CodeSha256} ${fn.LastModified}`;
    for (let index = idle.length - 1; index >= 0; index--) {
      if (idle[index]!.key !== key) continue;
      const [warm] = idle.splice(index, 1);
      if (warm!.instance.alive() && warm!.expires > Date.now()) return warm!;
      discard(warm!);
    }
    return start(fn, key);
  }

  async function run(fn: StoredFunction, event: unknown, killAfter?: number): Promise<Invocation> {
    const warm = take(fn);
    const answer = await warm.instance.run({
      event,
      requestId: randomId(32),
      functionName: fn.FunctionName,
      functionArn: fn.FunctionArn,
      timeout: fn.Timeout,
      killAfter,
    });
    if (warm.instance.alive()) idle.push(warm);
    else discard(warm);
    while (idle.length > idleKept) discard(idle.shift()!);
    return answer;
  }

  const events = eventQueue({
    state,
    now: Date.now,
    wait: (ms) => wait(ms),
    randomId,
    retryAfter: RETRY_AFTER_MS,
    run: (fn, event) =>
      limit(async () => {
        const { account, region, FunctionName } = fn;
        const occasion = { service: "lambda", account, region, function: FunctionName, event: "run" } as const;
        const killed = effectsOn(state().faults, occasion).some(({ kind }) => kind === "killed");
        const answer = stopping ? undefined : await run(fn, event, killed ? KILL_AFTER_MS : undefined);
        // What a stop cut off has not happened: it is in the state still, and is delivered after the next start.
        return stopping || !answer ? new Promise<never>(() => undefined) : answer;
      }),
  });

  return {
    now: (fn, event) => run(fn, event),
    later: events.add,
    resume: events.resume,
    idle: events.idle,
    stop: async () => {
      stopping = true;
      await Promise.all([...all].map((instance) => instance.stop()));
    },
  };
}
