import { Worker } from "node:worker_threads";
import type { Outcome } from "../evidence/outcome.ts";
import type { Task } from "../evidence/plan.ts";
import type { TaskOutcome } from "../evidence/taskOutcome.ts";
import type { OpenSession } from "./deskAccess.ts";
import type { TaskReader } from "./deskRun.ts";
import { errorFrom, type FromLane, type LaneData, type ToLane, thrownError } from "./laneMessages.ts";

/** What lanes ask for and tell. */
export interface LaneEvents {
  open: OpenSession;
  /** The credentials have ended. */
  ended: (error: Error) => void;
  finished: (outcome: Outcome) => void;
  /** Fires when no more is to be read. */
  stop: AbortSignal;
}

/** Threads that read tasks: collection is bound by the processor, and a thread has one. */
export interface Lanes {
  read: TaskReader;
  close: () => Promise<void>;
}

interface Lane {
  worker: Worker;
  reading: Map<string, { resolve: (commit: TaskOutcome) => void; reject: (error: Error) => void }>;
}

/** How many threads, and the module that each starts from. @see laneModule */
export interface LaneStart {
  count: number;
  module: URL;
}

/** Starts threads; a task goes to the one that has the fewest under way. */
export function startLanes({ count, module }: LaneStart, data: LaneData, events: LaneEvents): Lanes {
  const lanes = Array.from({ length: count }, () => lane(module, data, events));
  const stop = () => {
    for (const { worker } of lanes) worker.postMessage({ kind: "stop" } satisfies ToLane);
  };
  events.stop.addEventListener("abort", stop);
  if (events.stop.aborted) stop();
  return {
    read: (task: Task) => {
      const [idlest] = [...lanes].sort((a, b) => a.reading.size - b.reading.size);
      return new Promise((resolve, reject) => {
        idlest!.reading.set(task.id, { resolve, reject });
        idlest!.worker.postMessage({ kind: "task", task } satisfies ToLane);
      });
    },
    close: async () => {
      events.stop.removeEventListener("abort", stop);
      await Promise.all(lanes.map(({ worker }) => worker.terminate()));
    },
  };
}

function lane(module: URL, workerData: LaneData, { open, ended, finished }: LaneEvents): Lane {
  const worker = new Worker(module, { workerData });
  const reading: Lane["reading"] = new Map();
  const failAll = (error: Error) => {
    for (const { reject } of reading.values()) reject(error);
    reading.clear();
  };
  const answer = async (id: number, account: string) => {
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await open(account);
      const credentials = {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken ? { sessionToken } : {}),
        ...(expiration ? { expiration } : {}),
      };
      worker.postMessage({ kind: "session", id, credentials } satisfies ToLane);
    } catch (error) {
      worker.postMessage({ kind: "session", id, error: thrownError(error) } satisfies ToLane);
    }
  };
  worker.on("message", (message: FromLane) => {
    if (message.kind === "finished") return finished(message.outcome);
    if (message.kind === "ended") return ended(errorFrom(message.error));
    if (message.kind === "session") return void answer(message.id, message.account);
    const task = reading.get(message.task);
    reading.delete(message.task);
    if (message.kind === "read") task?.resolve(message.commit);
    else task?.reject(errorFrom(message.error));
  });
  worker.on("error", failAll);
  worker.on("exit", () => failAll(new Error("a thread that was reading has ended")));
  return { worker, reading };
}
