import { KEYS } from "../stacks/config/keys.ts";

/** The line from which on `Pulumi.yaml` is generated. */
const CONFIG = "config:";

/**
 * `Pulumi.yaml` with the keys as they are now. They carry no type: Pulumi's own check of one would come before the
 * program's, and says less; and it knows neither fractions nor lists that may be one text.
 */
export function pulumiYaml(project: string): string {
  const keys = Object.entries(KEYS).flatMap(([key, { about, default: otherwise }]) => [
    `  ${key}:`,
    `    description: ${JSON.stringify(about)}`,
    `    default: ${JSON.stringify(otherwise)}`,
  ]);
  return `${project.split(`${CONFIG}\n`)[0]}${[CONFIG, ...keys].join("\n")}\n`;
}

/** `docs/configuration.md` with the table of the keys as they are now. */
export function configurationPage(page: string): string {
  const rows = Object.entries(KEYS).map(([key, { about, default: otherwise }]) => [
    `\`${key}\``,
    otherwise && `\`${otherwise}\``,
    about,
  ]);
  return page.replace(/^\| Key .*\n(\|.*\n)+/m, `${table([["Key", "Default", "Meaning"], ...rows])}\n`);
}

/** A Markdown table whose cells are as wide as the widest of their column. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head!), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join("\n");
}
