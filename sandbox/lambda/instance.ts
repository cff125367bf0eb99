import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Invocation } from "../service.ts";

/** One event for an instance. */
export interface Work {
  event: unknown;
  requestId: string;
  functionName: string;
  functionArn: string;
  /** Seconds. */
  timeout: number;
  /** Milliseconds after which the instance is killed in the middle, when a fault says so. */
  killAfter?: number | undefined;
}

/** A function's process: takes one event at a time, and is reused while it lives. */
export interface Instance {
  run: (work: Work) => Promise<Invocation>;
  alive: () => boolean;
  /** Resolves once the process is gone. */
  stop: () => Promise<void>;
}

const BOOTSTRAP = fileURLToPath(new URL("./bootstrap.mjs", import.meta.url));

/**
 * Starts an instance of the bundle at a file URL, with an environment that holds nothing of the sandbox's own.
 * @param bootstrap the program that runs events with the bundle: the sandbox's when left out
 */
export function startInstance(
  bundle: string,
  env: Record<string, string>,
  memorySize: number,
  onOutput: (text: string) => void,
  bootstrap = BOOTSTRAP,
): Instance {
  const child: ChildProcess = fork(bootstrap, {
    env: { ...env, SANDBOX_BUNDLE: bundle, NODE_NO_WARNINGS: "1" },
    execArgv: [`--max-old-space-size=${memorySize}`],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const output of [child.stdout, child.stderr]) output?.on("data", (data) => onOutput(String(data)));
  let ended: { code: number | null; signal: string | null } | undefined;
  /** A process that was told to die lives on for a moment, in which nobody may be given to it. */
  let doomed = false;
  const kill = () => {
    doomed = true;
    child.kill("SIGKILL");
  };
  const gone = new Promise<void>((resolve) => {
    child.on("exit", (code, signal) => {
      ended = { code, signal };
      resolve();
    });
  });
  child.on("error", () => undefined);

  const exitMessage = () =>
    ended?.signal
      ? `Runtime exited with error: signal: ${ended.signal === "SIGKILL" ? "killed" : ended.signal === "SIGABRT" ? "aborted" : ended.signal}`
      : ended?.code
        ? `Runtime exited with error: exit status ${ended.code}`
        : "Runtime exited without providing a reason";

  return {
    alive: () => !ended && !doomed && child.connected,
    stop: async () => {
      kill();
      await gone;
    },
    run: ({ event, requestId, functionName, functionArn, timeout, killAfter }) =>
      new Promise((resolve) => {
        const failed = (errorType: string, message: string): void =>
          settle({
            payload: { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` },
            error: "Unhandled",
          });
        const timers = [
          setTimeout(() => {
            failed("Sandbox.Timedout", `Task timed out after ${timeout}.00 seconds`);
            kill();
          }, timeout * 1000),
        ];
        if (killAfter !== undefined) timers.push(setTimeout(kill, killAfter));
        const finish = (answer: unknown) => settle(answer as Invocation);
        const exited = () => failed("Runtime.ExitError", exitMessage());
        const settle = (answer: Invocation) => {
          for (const timer of timers) clearTimeout(timer);
          child.off("message", finish);
          child.off("exit", exited);
          resolve(answer);
        };
        child.once("message", finish);
        child.once("exit", exited);
        if (ended) return exited();
        child.send({
          event,
          deadline: Date.now() + timeout * 1000,
          context: {
            functionName,
            invokedFunctionArn: functionArn,
            awsRequestId: requestId,
            memoryLimitInMB: String(memorySize),
          },
        });
      }),
  };
}
