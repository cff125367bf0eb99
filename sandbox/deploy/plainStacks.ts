/**
 * Runs a Pulumi program with stack traces as they are in what Node.js executes. Pulumi takes one for each of its
 * promises, in case that one is never settled; to look each up in source maps is a third of a deployment's processor.
 */
export async function withPlainStacks<T>(run: () => Promise<T>): Promise<T> {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error, frames) => [error, ...frames].join("\n    at ");
  try {
    return await run();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
