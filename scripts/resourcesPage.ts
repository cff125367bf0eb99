import type { OnlyWith, Service } from "../src/auditors/collector.ts";
import type { DocumentedType } from "../src/auditors/resourceTypes.ts";
import { ENVELOPE, tableOf } from "../src/tables/columns.ts";

const code = (texts: readonly string[]): string => texts.map((each) => `\`${each}\``).join(", ");

/** When a type is not asked for, and where AWS says that nothing is lost by it. */
function notAskedFor(onlyWith: OnlyWith): string {
  const where =
    "countedBy" in onlyWith
      ? `\`${onlyWith.countedBy.operation}\` counts none`
      : onlyWith.inUse
        ? `\`${onlyWith.type}\` is said not to be in use`
        : `there is no \`${onlyWith.type}\``;
  return `not asked for where ${where} ([AWS](${onlyWith.because}))`;
}

/** `docs/resources.md`: every resource type, how it is read, what that needs, and the columns of its table. */
export function resourcesPage(services: readonly Service[], types: readonly DocumentedType[]): string {
  const lines = [
    "# Resource types",
    "",
    "Made from the declarations in `src/auditors/services/` by `npm run docs`; `itaudit resources --json` has the same for programs.",
    "",
    `${services.length} services, ${types.length} resource types, ${new Set(types.flatMap(({ operations }) => operations)).size} operations, ${new Set(types.flatMap(({ actions }) => actions)).size} IAM actions.`,
    "",
    `Every table has the columns ${code(ENVELOPE.map(({ name }) => name))} and \`configuration\` (the whole as JSON); below are those of the resources themselves. An operation's name as a column holds the answer of that further call.`,
  ];
  for (const service of services) {
    const group = types.find((each) => each.service === service.name)?.group;
    lines.push("", `## ${service.name}`, "", `${service.title}. Group \`${group}\`.`);
    const seen = new Set<string>();
    for (const collector of service.collectors) {
      if (seen.has(collector.type)) continue;
      seen.add(collector.type);
      const { type, scope, operations, actions, redacted } = types.find((each) => each.type === collector.type)!;
      const table = tableOf(collector);
      const own = new Set(table.members.map(({ name }) => name));
      lines.push(
        "",
        `### ${type}`,
        "",
        `- read: ${scope.join(" and ")}, by ${code(operations)}`,
        `- permissions: ${code(actions)}`,
        ...(collector.onlyWith ? [`- ${notAskedFor(collector.onlyWith)}`] : []),
        ...(redacted.length ? [`- digests instead of values: ${code(redacted)}`] : []),
        `- table \`${table.name}\`: ${table.columns
          .filter(({ name }) => own.has(name))
          .map(({ name, type: columnType }) => `\`${name}\` ${columnType}`)
          .join(", ")}`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
