import { type Control, FRAMEWORKS, type Framework } from "../src/controls/control.ts";

/** The heading from which on the page is generated; what stands above it is written by hand. */
const FROM = "## The controls";

/** `docs/controls.md` with the list of the controls as they are now. */
export function controlsPage(page: string, controls: readonly Control[]): string {
  const lines = [FROM, "", `${controls.length} controls, made from \`src/controls/rules/\` by \`npm run docs\`.`];
  for (const service of [...new Set(controls.map((control) => control.service))].sort()) {
    lines.push("", `### ${service}`, "");
    for (const control of controls.filter((each) => each.service === service)) lines.push(...entry(control));
  }
  return `${page.split(`${FROM}\n`)[0]}${lines.join("\n")}\n`;
}

function entry({ id, title, severity, rationale, remedy, mappings, "in-part": parts }: Control): string[] {
  const numbers = (Object.keys(FRAMEWORKS) as Framework[]).flatMap((name) => {
    const requirements = mappings[name];
    const said = (number: string) => {
      const missing = parts[`${name} ${number}`];
      return missing === undefined ? number : `${number} (in part: ${missing})`;
    };
    return requirements ? [`${name} ${requirements.map(said).join(", ")}`] : [];
  });
  return [
    `- **${id}** (${severity}): ${title}. ${rationale} _${remedy}_${numbers.length ? ` ${numbers.join("; ")}.` : ""}`,
  ];
}
