/** What JSON.stringify writes and an engine reads otherwise: half a surrogate pair, and an exponent's plus sign. */
const SUSPECT = /\\ud[89a-f]|\de\+/;
const TEXT_OR_PLUS = /"(?:[^"\\]|\\.)*"|e\+/g;
const ESCAPE = /\\(u[0-9a-f]{4}|.)/g;

/**
 * JSON for a column of a table, which Athena and DuckDB read alike: half a surrogate pair, of which no UTF-8 can be
 * made, becomes U+FFFD, and `1e+21` is written `1e21`.
 */
export function jsonText(value: unknown): string {
  const json = JSON.stringify(value);
  if (!SUSPECT.test(json)) return json;
  return json.replace(TEXT_OR_PLUS, (token) =>
    token === "e+" ? "e" : token.replace(ESCAPE, (all, code: string) => (/^ud[89a-f]/.test(code) ? "\ufffd" : all)),
  );
}
