// What the functions log, and on which Node.js the SDK will run next year, is not what a reader of test results looks for.
process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
process.env.POWERTOOLS_METRICS_DISABLED = "true";
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const environment = process.env;
export const mochaHooks = {
  /** Of each test file, as files run in parallel. */
  afterAll(): void {
    if (process.env !== environment) throw new Error("A test replaced process.env: restoreEnvironment puts it back.");
  },
};
