/**
 * What Athena's SQL (Trino) has and DuckDB has not, or has otherwise, as far as the common subset needs it; see
 * docs/query.md. Each macro answers as Trino's function of that name does, which test/query/functions.yaml records; what
 * SQL cannot say is in {@link TRINO_FUNCTIONS}.
 */
export const TRINO_MACROS: readonly string[] = [
  // What is no JSON has nothing in it. TRY would cost less, but DuckDB refuses it over a grouped column.
  "json_extract(json, path) AS system.main.json_extract(TRY_CAST(json AS JSON), path)",
  "json_extract_scalar(json, path) AS json_extract_string(json_value(TRY_CAST(json AS JSON), path), '$')",
  "json_parse(text) AS CAST(trino_json(encode(text)) AS JSON)",
  "json_format(json) AS trino_escaped(encode(CAST(json AS VARCHAR)))",
  `json_size(json, path) AS CASE json_type(TRY_CAST(json AS JSON), path)
     WHEN 'OBJECT' THEN len(json_keys(TRY_CAST(json AS JSON), path))
     WHEN 'ARRAY' THEN json_array_length(TRY_CAST(json AS JSON), path)
     ELSE CASE WHEN json_type(TRY_CAST(json AS JSON), path) IS NOT NULL THEN 0 END END`,
  "json_array_contains(json, value) AS list_contains(TRY_CAST(json AS json[]), to_json(value))",
  `element_at(container, key) AS container[[key][CASE WHEN CAST(key AS VARCHAR) = '0' AND typeof(container) LIKE '%]'
     THEN CAST('lists count from 1' AS INTEGER) ELSE 1 END]]`,
  `cardinality(container) AS CASE json_type(to_json(container))
     WHEN 'OBJECT' THEN len(json_keys(to_json(container))) ELSE json_array_length(to_json(container)) END`,
  `contains(list, value) AS CASE WHEN list_contains(list, value) THEN true
     WHEN list IS NOT NULL AND value IS NOT NULL AND list_count(list) = len(list) THEN false END`,
  "regexp_like(text, pattern) AS regexp_matches(text, pattern)",
  "from_iso8601_timestamp(text) AS CAST(trino_time(encode(text)) AS TIMESTAMPTZ)",
  `date_add(unit, count, moment DATE) AS CAST(moment + CAST(count || ' ' || unit AS INTERVAL) AS DATE),
     (unit, count, moment TIMESTAMP) AS moment + CAST(count || ' ' || unit AS INTERVAL),
     (unit, count, moment TIMESTAMPTZ) AS moment + CAST(count || ' ' || unit AS INTERVAL)`,
  // DuckDB's own counts the midnights between; whole units are those that date_sub counts.
  "date_diff(unit, earlier, later) AS date_sub(unit, earlier, later)",
  `split_part(text, separator, part) AS CASE WHEN part <= len(string_split(text, separator))
     THEN system.main.split_part(text, separator,
       CASE WHEN part < 1 THEN CAST('parts count from 1' AS INTEGER) ELSE part END) END`,
  `substr(text, start) AS CASE WHEN start = 0 OR start < -length(text) THEN '' ELSE system.main.substr(text, start) END,
     (text, start, length) AS CASE WHEN start = 0 OR start < -system.main.length(text) THEN ''
       ELSE system.main.substr(text, start, length) END`,
  "url_decode(text) AS trino_decoded_url(encode(text))",
  "from_base64(text) AS unhex(trino_base64_as_hex(encode(text)))",
  "from_utf8(bytes) AS trino_utf8(bytes)",
  "min_by(value, rank) AS arg_min_null(value, rank)",
  "max_by(value, rank) AS arg_max_null(value, rank)",
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
