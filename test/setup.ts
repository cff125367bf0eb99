// What the functions log is not what a reader of test results looks for.
process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
