import type { Report } from "./model.ts";
import type { Write } from "./writer.ts";

/** The whole report as one JSON object; of its long lists, an element a line. */
export async function writeJson(report: Report, write: Write): Promise<void> {
  let separator = "{";
  for (const [key, value] of Object.entries(report)) {
    await write(`${separator}"${key}":`);
    separator = ",\n";
    if (key === "findings") await writeList(report.findings(), write);
    else if (Array.isArray(value)) await writeList([value], write);
    else await write(JSON.stringify(value ?? null));
  }
  await write("}\n");
}

async function writeList(
  portions: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>,
  write: Write,
): Promise<void> {
  let before = "[\n";
  for await (const portion of portions) {
    if (!portion.length) continue;
    await write(before + portion.map((each) => JSON.stringify(each)).join(",\n"));
    before = ",\n";
  }
  await write(before === ",\n" ? "]" : "[]");
}
