// One instance of a function: loads the bundle once and runs one event at a time, as Lambda does.
import { parentPort, workerData } from "node:worker_threads";

const { handler } = await import(workerData.url);
parentPort.on("message", async ({ event, context, deadline }) => {
  const inTime = { ...context, getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
  try {
    parentPort.postMessage({ payload: (await handler(event, inTime)) ?? null });
  } catch (error) {
    parentPort.postMessage({
      payload: {
        errorType: error?.name ?? "Error",
        errorMessage: String(error?.message ?? error),
        trace: String(error?.stack ?? "").split("\n"),
      },
      error: "Unhandled",
    });
  }
});
