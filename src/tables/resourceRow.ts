import { type Item, UNREADABLE } from "../evidence/item.ts";
import { fingerprint } from "./canonical.ts";
import type { ColumnType, MemberColumn, ResourceTable } from "./columns.ts";
import { jsonText } from "./jsonText.ts";
import type { Row, Value } from "./parquetFile.ts";

/** Where in the evidence an item stands. */
export interface Citation {
  object: string;
  /** From 1. */
  line: number;
}

/** A line of evidence as columns have it: `<object>:<line>`. */
export const citation = ({ object, line }: Citation): string => `${object}:${line}`;

const NOT_ASKED = "was not asked";

/**
 * What is unknown of a resource: what did not answer, details whose answer is not in the evidence though each resource
 * is asked for them, and a member that is of no type that the SDK knows of it. An answer that says there is none stands
 * in the evidence as `null`.
 */
function unreadOf({ unread = {}, configuration }: Item, members: readonly MemberColumn[]): Record<string, string> {
  const found: Record<string, string> = { ...unread };
  const odd = new Map<string, boolean>();
  for (const { member, type, always } of members) {
    const value = configuration[member];
    if (always && value === undefined) found[member] ??= NOT_ASKED;
    // A member that changed its type has a column of each.
    if (value !== undefined && value !== null) odd.set(member, (odd.get(member) ?? true) && !fits(type, value));
  }
  for (const [member, is] of odd) if (is) found[UNREADABLE] ??= `${member} is of another type`;
  return found;
}

function fits(type: ColumnType, value: unknown): boolean {
  switch (type) {
    case "double":
    case "bigint":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "timestamp":
      return !Number.isNaN(new Date(String(value)).getTime());
    case "array(varchar)":
      return Array.isArray(value);
    default:
      return true;
  }
}

/** The envelope's values, in the order of {@link ENVELOPE}. @param table of the resource's type, where it has one */
export const envelopeRow = (
  item: Item,
  cited: Citation,
  table: Pick<ResourceTable, "members"> | undefined,
): Value[] => [
  item.run_id,
  columnValue("timestamp", item.collected_at),
  item.account_id,
  item.region,
  item.resource_type,
  item.resource_id,
  item.arn,
  item.name,
  item.tags,
  item.auditor,
  item.operation,
  unreadOf(item, table?.members ?? []),
  item.tags_source ?? null,
  cited.object,
  cited.line,
];

/** An item as a row of its type's table. */
export const resourceRow = (table: ResourceTable, item: Item, envelope: readonly Value[]): Row => [
  ...envelope,
  ...table.members.map(({ type, member }) => columnValue(type, item.configuration[member])),
  fingerprint(item),
  jsonText(item.configuration),
];

/** An item as a row of the table of all types. */
export const anyResourceRow = (item: Item, envelope: readonly Value[]): Row => [...envelope, fingerprint(item)];

/** A member's value in a column; null where it is not of the column's type, and then the configuration alone has it. */
export function columnValue(type: ColumnType, value: unknown): Value {
  if (value === undefined || value === null) return null;
  switch (type) {
    case "varchar":
      return textOf(value);
    case "double":
    case "bigint":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "timestamp": {
      const date = new Date(String(value));
      return Number.isNaN(date.getTime()) ? null : date;
    }
    case "array(varchar)":
      return Array.isArray(value) ? value.map((each) => (each === null ? null : textOf(each))) : null;
    case "map(varchar, varchar)":
      return value as Record<string, string>;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : jsonText(value));
