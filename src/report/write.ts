import type { Report } from "./model.ts";
import type { Write } from "./writer.ts";

export const FORMATS = ["html", "json", "csv", "sarif", "ocsf"] as const;
export type Format = (typeof FORMATS)[number];

/** Writes a report in a format, in portions. */
export async function writeReport(report: Report, format: Format, write: Write): Promise<void> {
  switch (format) {
    case "html":
      return (await import("./html.ts")).writeHtml(report, write);
    case "json":
      return (await import("./json.ts")).writeJson(report, write);
    case "csv":
      return (await import("./csv.ts")).writeCsv(report, write);
    case "sarif":
      return (await import("./sarif.ts")).writeSarif(report, write);
    case "ocsf":
      return (await import("./ocsf.ts")).writeOcsf(report, write);
  }
}
