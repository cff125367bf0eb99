import { printable } from "../src/query/printable.ts";

/** Splits an option's comma-separated value. */
export const list = (text: string): string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/**
 * Text of which no character steers a terminal: line ends and tabs stay, other control and format characters are written
 * as `\uXXXX`, which means the same within JSON. What is one line by its meaning goes through `printable` before.
 */
export const harmless = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) =>
    each === "\n" || each === "\t"
      ? each
      : each
          .split("")
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
          .join(""),
  );

/** A line of the answer; progress and errors go to standard error, so that a pipe holds the answer alone. */
export const print = (text: string): void => void process.stdout.write(`${harmless(text)}\n`);

/** The same of text that is one line, whatever it holds. */
export const printLine = (text: string): void => print(printable(text));

/** A line beside the answer, on standard error. */
export const say = (text: string): void => void process.stderr.write(`${harmless(text)}\n`);

/** Data as it is, in a file or a pipe; harmless on a terminal. @returns whether more can follow without waiting */
export const writeData = (text: string): boolean => process.stdout.write(process.stdout.isTTY ? harmless(text) : text);
