import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as z from "zod";
import { resourceTypeName } from "../evidence/layout.ts";
import { sqlText } from "../query/sqlText.ts";
import { latestName } from "../tables/catalog.ts";

/** What a control puts into a template: SQL as it is, or a list, whose members become SQL's own texts and numbers. */
export const TemplateValues = z.record(
  z.string(),
  z.union([z.string(), z.array(z.union([z.string(), z.number()])).min(1)]),
);
export type TemplateValues = z.infer<typeof TemplateValues>;

const FOLDER = join(import.meta.dirname, "templates");

/** Reads a query that several controls share. @throws Error naming those that there are */
export function readTemplate(name: string): string {
  const names = readdirSync(FOLDER).map((file) => basename(file, ".sql"));
  if (!names.includes(name)) throw new Error(`there is no template ${name}, but ${names.join(", ")}`);
  return readFileSync(join(FOLDER, `${name}.sql`), "utf8");
}

/**
 * The query of a control that is asked of several types, or of several lists.
 * @param template SQL with `{{resource}}`, `{{table}}` (the resource's) and the control's own values
 * @throws Error naming each value that the template has no room for, or that the control does not give
 */
export function fillTemplate(template: string, resource: string, values: TemplateValues): string {
  const sql = template.replace(/^--.*\n/gm, "");
  const all: TemplateValues = { ...values, resource, table: latestName(resourceTypeName(resource)) };
  const required = new Set([...sql.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!));
  const missing = [...required].filter((name) => !(name in all));
  const stray = Object.keys(values).filter((name) => !required.has(name));
  if (missing.length || stray.length)
    throw new Error(
      [
        ...(missing.length ? [`values: ${missing.join(", ")} is missing`] : []),
        ...(stray.length ? [`values: the template has no ${stray.join(", ")}`] : []),
      ].join("; "),
    );
  return sql.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => sqlOf(all[name]!));
}

const sqlOf = (value: TemplateValues[string]): string =>
  typeof value === "string"
    ? value
    : value.map((each) => (typeof each === "number" ? String(each) : sqlText(each))).join(", ");
