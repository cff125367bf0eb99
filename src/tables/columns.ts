import type { NormalizedSchema } from "@smithy/core/schema";
import type { Collector } from "../auditors/collector.ts";
import type { CollectorOutline } from "../auditors/outline.ts";
import { shapeOf } from "../auditors/schema.ts";
import { resourceTypeName } from "../evidence/layout.ts";

/** Types that DuckDB and Athena both have under these names. */
export const COLUMN_TYPES = [
  "varchar",
  "bigint",
  "double",
  "boolean",
  "timestamp",
  "array(varchar)",
  "map(varchar, varchar)",
] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export interface Column {
  name: string;
  type: ColumnType;
}

/** A column that holds a member of the configuration: the resource's own, or a detail's whole answer. */
export interface MemberColumn extends Column {
  member: string;
  /** A detail that is asked of each resource: AWS's answer or its `null` is there, or nobody knows. */
  always?: true;
}

/** A table of the catalog; the same names and columns in DuckDB and in Athena. */
export interface Table {
  name: string;
  columns: readonly Column[];
}

/** The table of one resource type. */
export interface ResourceTable extends Table {
  resourceType: string;
  members: readonly MemberColumn[];
}

/** What each resource has, whatever its type, in front of the configuration's own columns. */
export const ENVELOPE = [
  { name: "run_id", type: "varchar" },
  { name: "collected_at", type: "timestamp" },
  { name: "account_id", type: "varchar" },
  { name: "region", type: "varchar" },
  { name: "resource_type", type: "varchar" },
  { name: "resource_id", type: "varchar" },
  { name: "arn", type: "varchar" },
  { name: "name", type: "varchar" },
  { name: "tags", type: "map(varchar, varchar)" },
  { name: "auditor", type: "varchar" },
  { name: "operation", type: "varchar" },
  { name: "unread", type: "map(varchar, varchar)" },
  { name: "tags_source", type: "varchar" },
  { name: "evidence_object", type: "varchar" },
  { name: "evidence_line", type: "bigint" },
] as const satisfies readonly Column[];

/**
 * A hash of what the resource is. It does not compress, and like the whole configuration it stands last: a reader that
 * fetches what lies near a column that it needs does not fetch these along.
 */
export const FINGERPRINT = { name: "fingerprint", type: "varchar" } as const satisfies Column;

/** The configuration once more as a whole, as JSON text. */
export const CONFIGURATION = { name: "configuration", type: "varchar" } as const satisfies Column;

/**
 * Column name of an SDK member: `DBInstanceArn` → `db_instance_arn`, `SubnetIDs` → `subnet_ids`,
 * `Ipv6CidrBlock` → `ipv6_cidr_block`.
 */
export const snakeCase = (member: string): string =>
  member
    .replace(/IPv(?=[46])/g, "Ipv")
    .replace(/([A-Z]{2,})s(?![a-z])/g, (_all, letters: string) => `${letters[0]}${letters.slice(1).toLowerCase()}s`)
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();

/**
 * The type a member has in the tables: a list is an array of texts (what is no text in it is JSON), any other nesting
 * is JSON text. The SDK's schemas do not tell whole numbers from others, and a double holds both.
 */
export function columnType(schema: NormalizedSchema): ColumnType {
  if (schema.isBooleanSchema()) return "boolean";
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) return "double";
  if (schema.isTimestampSchema()) return "timestamp";
  if (schema.isListSchema()) return "array(varchar)";
  return "varchar";
}

/**
 * Members whose type is another than in a release before, as `AWS::Service::Thing.Member`, with the type it had. Athena
 * reads one type in a column of all days: the column keeps the type it had, and today's is `<name>_2`.
 */
const RETYPED: Readonly<Record<string, ColumnType>> = {};

/** The table of what a collector finds, typed from the SDK's own schemas. */
export function tableOf(collector: Collector | CollectorOutline, retyped = RETYPED): ResourceTable {
  if ("members" in collector) return tableOfPacked(collector.type, collector.members);
  const { members, details } = shapeOf(collector);
  return tableOfMembers(collector.type, [
    ...members.flatMap(([member, schema]) => {
      const former = retyped[`${collector.type}.${member}`];
      return [...(former ? [[member, former] as const] : []), [member, columnType(schema)] as const];
    }),
    ...details.map(({ name, always }) => [name, "varchar", always] as const),
  ]);
}

/** A member in short: its column's type by its index in {@link COLUMN_TYPES}, negative of a detail that is always asked. */
export type PackedMember = readonly [member: string, type: number];

export const packedMembers = ({ members }: Pick<ResourceTable, "members">): PackedMember[] =>
  members.map(({ member, type, always }) => {
    const typeIndex = COLUMN_TYPES.indexOf(type);
    return [member, always ? -1 - typeIndex : typeIndex];
  });

/** The table of a resource type whose configuration has such members. */
export const tableOfPacked = (resourceType: string, members: readonly PackedMember[]): ResourceTable =>
  tableOfMembers(
    resourceType,
    members.map(
      ([member, typeIndex]) =>
        [member, COLUMN_TYPES[typeIndex < 0 ? -1 - typeIndex : typeIndex]!, typeIndex < 0] as const,
    ),
  );

/** The table of a resource type whose configuration has such members. */
export function tableOfMembers(
  resourceType: string,
  members: readonly (readonly [member: string, type: ColumnType, always?: boolean])[],
): ResourceTable {
  const taken = new Set<string>([...ENVELOPE, FINGERPRINT, CONFIGURATION].map(({ name }) => name));
  const columns = members.map(
    ([member, type, always]): MemberColumn => ({
      name: free(snakeCase(member), taken),
      type,
      member,
      ...(always ? { always } : {}),
    }),
  );
  return {
    name: resourceTypeName(resourceType),
    resourceType,
    columns: [...ENVELOPE, ...columns.map(({ name, type }) => ({ name, type })), FINGERPRINT, CONFIGURATION],
    members: columns,
  };
}

/** A member called like a column of the envelope is `configuration_<name>`; of two alike the later one is `<name>_2`. */
function free(name: string, taken: Set<string>): string {
  let candidate = taken.has(name) && isEnvelope(name) ? `configuration_${name}` : name;
  for (let n = 2; taken.has(candidate); n++) candidate = `${name}_${n}`;
  taken.add(candidate);
  return candidate;
}

const isEnvelope = (name: string): boolean =>
  [...ENVELOPE, FINGERPRINT, CONFIGURATION].some((column) => column.name === name);
