import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { unzipSync } from "fflate";
import pLimit from "p-limit";
import { iamOf } from "./iam.ts";
import type { Invocation, Invoke } from "./service.ts";
import { newSession } from "./services/sts.ts";
import type { SandboxState, StoredFunction } from "./state.ts";

/** Asynchronous events run at the same time: about what two cores bear. */
const EVENTS_AT_ONCE = 6;
/** Lambda waits a minute, then two; the sandbox does not make anyone wait for a retry. */
const RETRY_AFTER_MS = 50;
/** Log lines kept for each function. */
const LINES_KEPT = 2000;

interface Instance {
  worker: Worker;
  stream: string;
}

/** What a death of a task is rehearsed with: the next invocations of a function are killed, or delivered twice. */
export interface LambdaFaults {
  kill: Map<string, number>;
  twice: Set<string>;
}

export interface LambdaRuntime extends Invoke {
  faults: LambdaFaults;
  /** Resolves when no event is queued or running. */
  idle: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Runs functions as their real bundles in worker threads, with credentials of their role. */
export function lambdaRuntime(
  folder: string,
  endpoint: () => string,
  state: () => SandboxState,
  randomId: (length: number) => string,
): LambdaRuntime {
  const warm = new Map<string, Instance[]>();
  const all = new Set<Worker>();
  const faults: LambdaFaults = { kill: new Map(), twice: new Set() };
  const limit = pLimit(EVENTS_AT_ONCE);
  const queued = new Set<Promise<unknown>>();

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

  function start(fn: StoredFunction): Instance {
    const role = state().roles.get(fn.Role);
    const credentials = newSession(
      { state: state(), now: Date.now, randomId },
      fn.Role,
      role?.RoleName ?? "",
      fn.account,
      fn.FunctionName,
      12 * 3600,
    );
    const stream = `${new Date().toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomId(16)}`;
    const worker = new Worker(new URL("./lambdaWorker.mjs", import.meta.url), {
      workerData: { url: pathToFileURL(fileOf(fn)).href },
      execArgv: [],
      env: {
        ...fn.environment,
        AWS_REGION: fn.region,
        AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
        AWS_SESSION_TOKEN: credentials.SessionToken,
        AWS_ENDPOINT_URL: endpoint(),
        AWS_LAMBDA_FUNCTION_NAME: fn.FunctionName,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.MemorySize),
        AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
        NODE_NO_WARNINGS: "1",
      },
      resourceLimits: { maxOldGenerationSizeMb: fn.MemorySize },
      stdout: true,
      stderr: true,
    });
    worker.setMaxListeners(0);
    for (const output of [worker.stdout, worker.stderr]) output.on("data", (data) => record(fn, stream, String(data)));
    all.add(worker);
    worker.on("exit", () => all.delete(worker));
    return { worker, stream };
  }

  function record(fn: StoredFunction, stream: string, text: string): void {
    const group = state().logGroups.get(`arn:aws:logs:${fn.region}:${fn.account}:log-group:${fn.logGroup}`);
    if (!group) return;
    for (const message of text.split("\n")) if (message) group.lines.push({ timestamp: Date.now(), stream, message });
    group.lines.splice(0, Math.max(0, group.lines.length - LINES_KEPT));
  }

  async function run(fn: StoredFunction, event: unknown): Promise<Invocation> {
    const key = `${fn.FunctionArn} ${fn.CodeSha256} ${fn.LastModified}`;
    const pool = warm.get(key) ?? [];
    warm.set(key, pool);
    const instance = pool.pop() ?? start(fn);
    const { worker } = instance;
    const requestId = randomId(32);
    const kills = faults.kill.get(fn.FunctionName) ?? 0;
    if (kills) faults.kill.set(fn.FunctionName, kills - 1);
    return new Promise((resolve) => {
      const fail = (errorType: string, errorMessage: string) => {
        settle({ payload: { errorType, errorMessage }, error: "Unhandled" });
        void worker.terminate();
      };
      const timer = setTimeout(
        () => fail("Sandbox.Timedout", `RequestId: ${requestId} Error: Task timed out after ${fn.Timeout}.00 seconds`),
        fn.Timeout * 1000,
      );
      const settle = (answer: Invocation) => {
        clearTimeout(timer);
        worker.removeAllListeners("message");
        worker.removeAllListeners("error");
        worker.on("error", () => undefined);
        resolve(answer);
      };
      worker.once("message", (answer: Invocation) => {
        settle(answer);
        pool.push(instance);
      });
      worker.once("error", (error: Error) =>
        fail("Runtime.ExitError", `RequestId: ${requestId} Error: Runtime exited: ${error.message}`),
      );
      worker.postMessage({
        event,
        deadline: Date.now() + fn.Timeout * 1000,
        context: { functionName: fn.FunctionName, invokedFunctionArn: fn.FunctionArn, awsRequestId: requestId },
      });
      // In the middle of its work: it has begun, and not ended.
      if (kills)
        setTimeout(
          () => fail("Runtime.ExitError", `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`),
          20,
        );
    });
  }

  async function deliver(fn: StoredFunction, event: unknown): Promise<void> {
    let answer: Invocation | undefined;
    let attempts = 0;
    for (; attempts <= fn.retries; attempts++) {
      answer = await limit(() => run(fn, event));
      if (!answer.error) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
    const destination = fn.onFailure ? state().functions.get(fn.onFailure) : undefined;
    if (!destination) return;
    const role = state().roles.get(fn.Role);
    const may = iamOf(state()).denial(
      {
        kind: "role",
        account: fn.account,
        roleArn: fn.Role,
        roleName: role?.RoleName ?? "",
        sessionName: fn.FunctionName,
      },
      { action: "lambda:InvokeFunction", resource: destination.FunctionArn },
    );
    if (may) {
      record(fn, "destinations", `DestinationDeliveryFailures: ${may}`);
      return;
    }
    queue(destination, {
      version: "1.0",
      timestamp: new Date().toISOString(),
      requestContext: {
        requestId: randomId(32),
        functionArn: `${fn.FunctionArn}:$LATEST`,
        condition: "RetriesExhausted",
        approximateInvokeCount: attempts,
      },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: answer?.payload,
    });
  }

  function queue(fn: StoredFunction, event: unknown): void {
    const delivery = deliver(fn, event);
    queued.add(delivery);
    void delivery.finally(() => queued.delete(delivery));
  }

  return {
    faults,
    now: run,
    later: (fn, event) => {
      queue(fn, event);
      if (faults.twice.has(fn.FunctionName)) queue(fn, event);
    },
    idle: async () => {
      while (queued.size) await Promise.allSettled([...queued]);
    },
    stop: async () => {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}
