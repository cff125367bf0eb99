/**
 * What Athena's SQL (Trino) has and DuckDB has not, or has otherwise, as far as the common subset needs it; see
 * docs/query.md. Each macro answers as Trino's function of that name does.
 */
export const TRINO_MACROS: readonly string[] = [
  `json_extract_scalar(json, path) AS CASE
     WHEN json_type(json, path) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(json, path) END`,
  "json_parse(text) AS CAST(text AS JSON)",
  "json_format(json) AS CAST(json AS VARCHAR)",
  `json_size(json, path) AS CASE json_type(json, path)
     WHEN 'OBJECT' THEN len(json_keys(json, path)) WHEN 'ARRAY' THEN json_array_length(json, path) ELSE 0 END`,
  "json_array_contains(json, value) AS json_contains(json, to_json(value))",
  "element_at(container, key) AS container[key]",
  "cardinality(container) AS json_array_length(to_json(container))",
  "regexp_like(text, pattern) AS regexp_matches(text, pattern)",
  "from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)",
  "date_add(unit, count, moment) AS moment + CAST(count || ' ' || unit AS INTERVAL)",
  "from_utf8(bytes) AS decode(bytes)",
  "approx_distinct(value) AS approx_count_distinct(value)",
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
