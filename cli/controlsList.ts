import { type Control, FRAMEWORKS, type Framework } from "../src/controls/control.ts";
import { requirementsOf } from "../src/controls/requirements.ts";

/**
 * Controls for people, a line each; of a framework by its requirements, with those that no control asks about.
 * @param all every control there is, whatever is listed
 */
export function controlsList(
  controls: readonly Control[],
  all: readonly Control[],
  framework: Framework | undefined,
): string {
  if (!framework)
    return controls.map(({ id, severity, title }) => `${id.padEnd(44)} ${severity.padEnd(9)} ${title}`).join("\n");
  const numbers = [...requirementsOf(framework)];
  const mappedTo = (number: string) => all.filter(({ mappings }) => mappings[framework]?.includes(number));
  const mapped = numbers.map((number) => [number, mappedTo(number)] as const);
  const lines: string[] = [];
  for (const [number, those] of mapped)
    for (const control of those.filter((each) => controls.includes(each))) {
      const part = control["in-part"][`${framework} ${number}`] ? "  (in part)" : "";
      lines.push(`${number.padEnd(22)} ${control.id.padEnd(44)} ${control.severity.padEnd(9)} ${control.title}${part}`);
    }
  const without = mapped.filter(([, those]) => !those.length).map(([number]) => number);
  const share = `${mapped.length - without.length} of ${mapped.length} requirements of ${FRAMEWORKS[framework]} have a control`;
  return [
    ...lines,
    "",
    `${share}${without.length ? `; without one, to be shown in another way: ${without.join(", ")}` : ""}`,
  ].join("\n");
}
