import { readFile } from "node:fs/promises";
import { CliError } from "./cliError.ts";

const WHY: Record<string, string> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder, and a file is expected",
};

/** The text of a file that an option names. @throws CliError naming option, file and what is wrong */
export async function optionFile(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError(`${option} ${file}: ${WHY[code ?? ""] ?? message}`);
  }
}

/** What a file that an option names holds. @param parse throws where it does not hold that @throws CliError */
export async function parsedOptionFile<T>(option: string, file: string, parse: (text: string) => T): Promise<T> {
  const text = await optionFile(option, file);
  try {
    return parse(text);
  } catch (error) {
    throw new CliError(`${option} ${file}: ${(error as Error).message}`);
  }
}
