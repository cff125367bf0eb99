// One instance of a function, in a process of its own: loads the bundle once and runs one event at a time.
// AWS kills an instance by its process too; nothing a handler does here reaches the sandbox.

import dns from "node:dns";

// Every name below localhost is this machine (RFC 6761), which not every resolver knows.
const { lookup } = dns;
dns.lookup = (host, ...rest) => lookup(host.endsWith(".localhost") ? "127.0.0.1" : host, ...rest);

// When the sandbox goes, however it goes, so do its functions.
process.on("disconnect", () => process.exit());

const { handler } = await import(process.env.SANDBOX_BUNDLE);
process.on("message", async ({ event, context, deadline }) => {
  const inTime = { ...context, getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
  let answer;
  try {
    answer = { payload: (await handler(event, inTime)) ?? null };
  } catch (error) {
    answer = {
      payload: {
        errorType: error?.name ?? "Error",
        errorMessage: String(error?.message ?? error),
        trace: String(error?.stack ?? "").split("\n"),
      },
      error: "Unhandled",
    };
  }
  process.send(answer);
});
