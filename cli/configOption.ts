import { CliError } from "./cliError.ts";

/** `key=value` of the command line, as `pulumi up --config` takes it. @throws CliError without a key */
export function configOption(text: string, sofar: Record<string, string>): Record<string, string> {
  const [, key, value] = /^(?:audit-ecosystem:)?([\w.]+)=(.*)$/s.exec(text) ?? [];
  if (!key) throw new CliError(`--config ${text}: the form is key=value, for example --config auditors=rds,iam`);
  return { ...sofar, [key]: value ?? "" };
}
