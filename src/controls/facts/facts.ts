import { sqlText } from "../../query/sqlText.ts";
import { administratorPolicies } from "./administratorPolicies.ts";
import { awsPolicies } from "./awsPolicies.ts";
import { eksVersions } from "./eksVersions.ts";
import { engineVersions } from "./engineVersions.ts";
import type { FactTable } from "./factTable.ts";
import { lambdaRuntimes } from "./lambdaRuntimes.ts";
import { tlsPolicies } from "./tlsPolicies.ts";

export const FACTS: readonly FactTable[] = [
  administratorPolicies,
  awsPolicies,
  eksVersions,
  engineVersions,
  lambdaRuntimes,
  tlsPolicies,
];

/** A query with the rows of each table of facts that it names put in front of it, so that any engine answers it. */
export function withFacts(sql: string): string {
  const used = FACTS.filter(({ name }) => new RegExp(`\\bfacts_${name}\\b`).test(sql));
  if (!used.length) return sql;
  const tables = used.map(
    ({ name, columns, rows }) =>
      `facts_${name} AS (\n  SELECT * FROM (VALUES ${rows.map((row) => `(${row.map(literal).join(", ")})`).join(",\n         ")})\n  AS t (${columns.join(", ")})\n)`,
  );
  const rest = /^WITH\s/i.test(sql) ? `, ${sql.replace(/^WITH\s+/i, "")}` : `\n${sql}`;
  return `WITH ${tables.join(", ")}${rest}`;
}

const literal = (value: string | null): string => (value === null ? "TRY_CAST(NULL AS varchar)" : sqlText(value));
