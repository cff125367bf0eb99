import type { Report } from "./model.ts";

/** The whole report as one JSON object; of its long lists, an element a line. */
export function writeJson(report: Report, write: (text: string) => void): void {
  let separator = "{";
  for (const [key, value] of Object.entries(report)) {
    write(`${separator}"${key}":`);
    separator = ",\n";
    if (!Array.isArray(value)) write(JSON.stringify(value ?? null));
    else {
      write("[");
      for (const [index, each] of value.entries()) write(`${index ? "," : ""}\n${JSON.stringify(each)}`);
      write("]");
    }
  }
  write("}\n");
}
