import * as z from "zod";
import type { MemberColumn } from "../tables/columns.ts";
import { columnValue } from "../tables/resourceRow.ts";
import type { SqlValue } from "./expression.ts";
import type { SqlRow } from "./predicate.ts";

// The event has objects where the API has their JSON. What is no JSON is of this item alone: as if it were not there.
const Json = z.preprocess((value) => {
  try {
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    return null;
  }
}, z.looseObject({}).nullish());

/**
 * A configuration item of AWS Config, as far as rules look at it.
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html
 */
export const ConfigurationItem = z.object({
  resourceType: z.string(),
  resourceId: z.string(),
  configurationItemStatus: z.string(),
  configurationItemCaptureTime: z.coerce.date(),
  configuration: Json,
  supplementaryConfiguration: z
    .record(
      z.string(),
      z.preprocess((value) => {
        try {
          return typeof value === "string" ? JSON.parse(value) : value;
        } catch {
          return value;
        }
      }, z.unknown()),
    )
    .nullish(),
});
export type ConfigurationItem = z.infer<typeof ConfigurationItem>;

/** Where Config has what an auditor's detail operation answers, and under which member of that answer. */
const DETAILS: Record<string, Record<string, { supplement: string; under?: string }>> = {
  "AWS::S3::Bucket": {
    GetPublicAccessBlock: { supplement: "PublicAccessBlockConfiguration", under: "PublicAccessBlockConfiguration" },
    GetBucketVersioning: { supplement: "BucketVersioningConfiguration" },
  },
};

/**
 * A configuration item as the row that the tables have of the same resource. Config spells the members of the SDK with
 * a small first letter, all the way down: `dBInstanceIdentifier` for `DBInstanceIdentifier`.
 * @see https://github.com/awslabs/aws-config-resource-schema the members that Config has of each type
 */
export function rowOf(item: ConfigurationItem, columns: readonly MemberColumn[]): SqlRow {
  const configuration = capitals(item.configuration ?? {}) as Record<string, unknown>;
  for (const [operation, { supplement, under }] of Object.entries(DETAILS[item.resourceType] ?? {})) {
    const found = item.supplementaryConfiguration?.[supplement];
    if (found === undefined || found === null) continue;
    configuration[operation] = under ? { [under]: capitals(found) } : capitals(found);
  }
  return Object.fromEntries(
    columns.map(({ name, type, member }) => [name, columnValue(type, configuration[member]) as SqlValue]),
  );
}

function capitals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitals);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [`${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`, capitals(each)]),
  );
}

/** Where an item has something, as the names that lead to it. */
export interface ItemPath {
  /** The member as a whole: what a path into it starts from. */
  document: string[];
  at: string[];
}

/**
 * Where a configuration item has what a path leads to in a column: the reverse of {@link rowOf}.
 * @param path names of the members, as the SDK spells them
 * @returns undefined where no item has it
 */
export function itemPathOf(
  resourceType: string,
  { member }: Pick<MemberColumn, "member">,
  path: readonly string[],
): ItemPath | undefined {
  const detail = DETAILS[resourceType]?.[member];
  if (detail?.under && path.length && path[0] !== detail.under) return undefined;
  const document = detail ? ["supplementaryConfiguration", detail.supplement] : ["configuration", small(member)];
  return { document, at: [...document, ...path.slice(detail?.under ? 1 : 0).map(small)] };
}

const small = (name: string): string => `${name[0]?.toLowerCase() ?? ""}${name.slice(1)}`;
