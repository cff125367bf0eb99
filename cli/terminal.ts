/** Splits an option's comma-separated value. */
export const list = (text: string): string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/** A line of the answer; progress and errors go to standard error, so that a pipe holds the answer alone. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Text that comes from the evidence, such as keys: nothing in it may steer the terminal. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`);
