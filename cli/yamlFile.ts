import { parse } from "yaml";
import { CliError } from "./cliError.ts";

/** What a YAML file says; `null` where it is empty. @throws CliError where it is no YAML */
export function yamlIn(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new CliError(`${file} is no YAML: ${(error as Error).message.split("\n")[0]}`);
  }
}
