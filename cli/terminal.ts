/** Splits an option's comma-separated value. */
export const list = (text: string): string[] =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/** A line of the answer; progress and errors go to standard error, so that a pipe holds the answer alone. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
