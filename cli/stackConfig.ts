import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import { CliError } from "./runs.ts";

const StackFile = z.object({ config: z.record(z.string(), z.unknown()).default({}) });
const NAMESPACE = "audit-ecosystem:";

/**
 * The project's own keys of a stack's configuration file, as Pulumi hands them to the program: a list is JSON.
 * @throws CliError when the file is not one of Pulumi's
 */
export function stackConfig(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const read = StackFile.safeParse(parse(readFileSync(file, "utf8")) ?? {});
  if (!read.success) throw new CliError(`${file}: not a Pulumi stack's configuration: it has no mapping under config:`);
  return Object.fromEntries(
    Object.entries(read.data.config)
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** `key=value` of the command line, as `pulumi up --config` takes it. @throws CliError without a key */
export function configOption(text: string, sofar: Record<string, string>): Record<string, string> {
  const [, key, value] = /^(?:audit-ecosystem:)?([\w.]+)=(.*)$/s.exec(text) ?? [];
  if (!key) throw new CliError(`--config ${text}: the form is key=value, for example --config auditors=rds,iam`);
  return { ...sofar, [key]: value ?? "" };
}
