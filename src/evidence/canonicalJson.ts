/**
 * The one JSON text of a value, so that whoever hashes it gets the same hash: members sorted by the UTF-16 code units
 * of their names, no white space, numbers and strings as ECMAScript writes them. Members that are undefined are left out.
 * @throws TypeError naming the place of what JSON cannot say: numbers that are not finite, lone surrogates, functions
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: unknown, at = "$"): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${at}: ${value} has no place in JSON`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") return quoted(value, at);
  if (Array.isArray(value)) return `[${value.map((each, index) => canonicalJson(each, `${at}[${index}]`)).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`${at}: a ${typeof value} has no place in JSON`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    // The comparison of strings in ECMAScript is that of their UTF-16 code units.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${quoted(name, at)}:${canonicalJson(member, `${at}.${name}`)}`);
  return `{${members.join(",")}}`;
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function quoted(text: string, at: string): string {
  if (LONE_SURROGATE.test(text)) throw new TypeError(`${at}: half a surrogate pair has no place in JSON`);
  return JSON.stringify(text);
}
