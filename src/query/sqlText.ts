/** A text as SQL has it. */
export const sqlText = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** Texts with commas between, as `IN` takes them. */
export const sqlTexts = (values: Iterable<string>): string => [...values].map(sqlText).join(", ");

/** The name of a table or a column as SQL has it. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
