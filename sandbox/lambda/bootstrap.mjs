// One instance of a function, in a process of its own: loads the bundle once and runs one event at a time.
// AWS kills an instance by its process too; nothing a handler does here reaches the sandbox.

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
