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
  /** What lives in a thread takes so much at most; {@link HEAP_MB} when left out. */
  heapMegabytes?: number;
}

/**
 * Ten times what a task over a million resources takes (`npm run bench -- --only memory`), of which a thread reads eight
 * at a time at most. Without a limit V8 takes that of the machine, and lets a heap that may become that large grow
 * fourfold before it looks for what is free.
 * @see https://nodejs.org/docs/latest-v20.x/api/worker_threads.html#new-workerfilename-options
 */
const HEAP_MB = 1024;
/** For what was made last: a quarter of V8's own, as each thread has one and little of it lives on. */
const YOUNG_MB = 12;

/** Starts threads; a task goes to the one that has the fewest under way. */
export function startLanes({ count, ...start }: LaneStart, data: LaneData, events: LaneEvents): Lanes {
  const lanes = Array.from({ length: count }, () => lane(start, data, events));
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

function lane(
  { module, heapMegabytes = HEAP_MB }: Omit<LaneStart, "count">,
  workerData: LaneData,
  { open, ended, finished }: LaneEvents,
): Lane {
  const resourceLimits = { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: YOUNG_MB };
  const worker = new Worker(module, { workerData, resourceLimits });
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
  worker.on("error", (error: NodeJS.ErrnoException) =>
    failAll(
      error.code === "ERR_WORKER_OUT_OF_MEMORY"
        ? new Error(
            `a thread that was reading needs more than ${heapMegabytes} MB. What was read stays: itaudit collect --continue goes on, and fewer accounts at a time (--accounts) need less`,
          )
        : error,
    ),
  );
  worker.on("exit", () => failAll(new Error("a thread that was reading has ended")));
  return { worker, reading };
}
