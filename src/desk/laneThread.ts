import { parentPort, workerData } from "node:worker_threads";
import type { AwsCredentialIdentity } from "@smithy/types";
import { awsClock } from "../collect/awsClock.ts";
import { folderStore } from "../evidence/folderStore.ts";

import { deskAccess } from "./deskAccess.ts";
import { deskClient } from "./deskConnections.ts";
import { errorFrom, type FromLane, type LaneData, type ToLane, thrownError } from "./laneMessages.ts";
import { taskReader } from "./taskReader.ts";

// A lane of a collection from a desk: reads the tasks that it is told to, in a thread of its own.
const port = parentPort!;
const data = workerData as LaneData;
const tell = (message: FromLane): void => port.postMessage(message);

const stop = new AbortController();
const waiting = new Map<
  number,
  { resolve: (session: AwsCredentialIdentity) => void; reject: (error: Error) => void }
>();
let requests = 0;

/** Credentials stand in the main thread, which alone asks people for codes and renews what can be renewed. */
const session = (account: string): Promise<AwsCredentialIdentity> =>
  new Promise((resolve, reject) => {
    const id = requests++;
    waiting.set(id, { resolve, reject });
    tell({ kind: "session", id, account });
  });

const { plan, auditors, account, homeRegion, digestKey, apiShare, clockOffset } = data;
const read = taskReader({
  ...{ plan, auditors, account, homeRegion, digestKey, apiShare },
  evidence: folderStore(data.folder),
  access: deskAccess(data.access, session, (error) => tell({ kind: "ended", error: thrownError(error) })),
  client: deskClient(process.env),
  clock: awsClock(clockOffset),
  now: () => Date.now() + clockOffset,
  stop: stop.signal,
  finished: (outcome) => tell({ kind: "finished", outcome }),
});

port.on("message", (message: ToLane) => {
  switch (message.kind) {
    case "stop":
      return stop.abort();
    case "session": {
      const asker = waiting.get(message.id);
      waiting.delete(message.id);
      if ("error" in message) asker?.reject(errorFrom(message.error));
      else asker?.resolve(message.credentials);
      return;
    }
    case "task": {
      const { task } = message;
      read(task).then(
        (commit) => tell({ kind: "read", task: task.id, commit }),
        (error) => tell({ kind: "failed", task: task.id, error: thrownError(error) }),
      );
    }
  }
});
