/**
 * Text that comes from the evidence, such as names and keys, for a terminal or a message: control and format characters
 * are written as `\u{…}`, so that none of them steers what shows it, and none turns the order of what is read.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0)!.toString(16)}}`);
