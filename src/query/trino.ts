/**
 * What Athena's SQL (Trino) has and DuckDB has not, or has otherwise, as far as the common subset needs it; see
 * docs/query.md. Each macro answers as Trino's function of that name does; the referee's table of them is
 * test/query/functions.ts. `TRY` of a macro needs functions that always answer alike, so that a macro refuses a value
 * by a conversion that fails, and not by `error()`.
 */
export const TRINO_MACROS: readonly string[] = [
  // What is no JSON has nothing in it. TRY would cost less, but DuckDB refuses it over a grouped column.
  "json_extract(json, path) AS system.main.json_extract(TRY_CAST(json AS JSON), path)",
  "json_extract_scalar(json, path) AS json_extract_string(json_value(TRY_CAST(json AS JSON), path), '$')",
  "json_parse(text) AS CAST(text AS JSON)",
  "json_format(json) AS CAST(json AS VARCHAR)",
  `json_size(json, path) AS CASE json_type(TRY_CAST(json AS JSON), path)
     WHEN 'OBJECT' THEN len(json_keys(TRY_CAST(json AS JSON), path))
     WHEN 'ARRAY' THEN json_array_length(TRY_CAST(json AS JSON), path)
     ELSE CASE WHEN json_type(TRY_CAST(json AS JSON), path) IS NOT NULL THEN 0 END END`,
  "json_array_contains(json, value) AS list_contains(TRY_CAST(json AS json[]), to_json(value))",
  "element_at(container, key) AS container[key]",
  `cardinality(container) AS CASE json_type(to_json(container))
     WHEN 'OBJECT' THEN len(json_keys(to_json(container))) ELSE json_array_length(to_json(container)) END`,
  "regexp_like(text, pattern) AS regexp_matches(text, pattern)",
  `from_iso8601_timestamp(text) AS CAST(CASE
     WHEN regexp_full_match(text, '\\d{4}-\\d{2}-\\d{2}([Tt]\\d{2}:\\d{2}(:\\d{2}([.,]\\d+)?)?([Zz]|[+-]\\d{2}:?\\d{2})?)?')
     THEN replace(upper(text), ',', '.') ELSE 'no time: ' || text END AS TIMESTAMPTZ)`,
  "date_add(unit, count, moment) AS moment + CAST(count || ' ' || unit AS INTERVAL)",
  // DuckDB's own counts the midnights between; whole units are those that date_sub counts.
  "date_diff(unit, earlier, later) AS date_sub(unit, earlier, later)",
  "split_part(text, separator, part) AS CASE WHEN part <= len(string_split(text, separator)) THEN system.main.split_part(text, separator, part) END",
  `url_decode(text) AS system.main.url_decode(CASE
     WHEN regexp_full_match(text, '(?s)([^%]|%[0-9A-Fa-f]{2})*') THEN replace(text, '+', ' ') ELSE '%FF' || text END)`,
  "from_utf8(bytes) AS decode(bytes)",
  "approx_distinct(value) AS count(DISTINCT value)",
];

const TYPES: Record<string, string> = { json: "json[]", varchar: "varchar[]", double: "double[]", bigint: "bigint[]" };

/**
 * Trino's SQL as DuckDB parses it: `array(json)` is spelt `json[]`. Everything keeps its place, so that an error's
 * position is right in both.
 */
export function forDuckDB(sql: string): string {
  // Texts, quoted names and comments first: what looks like a type in them is none.
  return sql.replace(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\barray\s*\(\s*(json|varchar|double|bigint)\s*\)/gi,
    (found, type: string | undefined) => (type ? TYPES[type.toLowerCase()]!.padEnd(found.length) : found),
  );
}

/** The names of tables that a query may speak of: every word of it, so that no table it needs is left out. */
export const namesIn = (sql: string): Set<string> => new Set(sql.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []);
