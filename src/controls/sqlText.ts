/** A text as SQL has it. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Texts with commas between, as `IN` takes them. */
export const list = (values: Iterable<string>): string => [...values].map(text).join(", ");
