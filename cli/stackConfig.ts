import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { CliError } from "./cliError.ts";
import { yamlIn } from "./yamlFile.ts";

const StackFile = z.object({ config: z.record(z.string(), z.unknown()).default({}) });
const NAMESPACE = "audit-ecosystem:";

/**
 * The project's own keys of a stack's configuration file, as Pulumi hands them to the program: a list is JSON.
 * @throws CliError when the file is not one of Pulumi's
 */
export function stackConfig(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const read = StackFile.safeParse(yamlIn(readFileSync(file, "utf8"), file) ?? {});
  if (!read.success) throw new CliError(`${file}: not a Pulumi stack's configuration: it has no mapping under config:`);
  return Object.fromEntries(
    Object.entries(read.data.config)
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
