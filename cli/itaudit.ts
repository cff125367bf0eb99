import { commandLine } from "./commandLine.ts";

// Whoever reads the answer may stop early: `itaudit query --csv … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

void commandLine(process.argv.slice(2));
