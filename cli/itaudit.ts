import { commandLine } from "./commandLine.ts";

// Whoever reads the answer may stop early: `itaudit query --csv … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

// What is said beside the answer may have nobody to hear it, such as where a terminal was closed: the work goes on.
process.stderr.on("error", () => undefined);

void commandLine(process.argv.slice(2));
