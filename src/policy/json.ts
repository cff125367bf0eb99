/**
 * JSON as it stands in policies: text with a key that stands twice in one object has no meaning of its own (parsers
 * differ in which value they keep), so it is refused instead of read one way.
 *
 * Exports: {@link readJson}, {@link ReadJson}.
 */

/** A value, or why there is none. */
export type ReadJson = { value: unknown } | { problem: string };

/** The first key that stands twice in an object of a valid JSON text, however it is escaped. */
function doubleKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]/g;
  let last = "";
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [each] = found;
    if (each === "{") open.push(new Set());
    else if (each === "[") open.push(undefined);
    else if (each === "}" || each === "]") open.pop();
    else if (each === ":") {
      const key = JSON.parse(last) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    last = each;
  }
  return undefined;
}

/** Reads a JSON text; never throws. */
export function readJson(text: string): ReadJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `not JSON (${(error as Error).message})` };
  }
  const key = doubleKey(text);
  return key === undefined ? { value } : { problem: `the key ${JSON.stringify(key)} stands twice in one object` };
}
