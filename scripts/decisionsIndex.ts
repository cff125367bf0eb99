import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `docs/decisions/README.md`: every record by number, with its title and status. */
export function decisionsIndex(folder: string): string {
  const rows = readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      const title = /^# (?:\d+\. )?(.+)$/m.exec(text)?.[1] ?? name;
      const status = /^(?:\*\*)?Status:?(?:\*\*)?:? *(.+)$/m.exec(text)?.[1]?.trim() ?? "accepted";
      return `| [${name.slice(0, 4)}](${name}) | ${title} | ${status.replace(/[.*]+$/, "")} |`;
    });
  return `# Decisions

Why things are as they are. A record is never edited, only superseded by another; numbers that are missing were never given. Made by \`npm run docs\`.

| Number | Decision | Status |
| --- | --- | --- |
${rows.join("\n")}
`;
}
