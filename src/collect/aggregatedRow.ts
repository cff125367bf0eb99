import type { Listing } from "../auditors/collector.ts";
import type { Item } from "../evidence/item.ts";
import type { Values } from "./calls.ts";
import { tagMap } from "./describe.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { digestsOf, redactNamed } from "./redact.ts";
import type { TaskRun } from "./taskRun.ts";

/** Characters of a query. @see https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html */
const QUERY_AT_MOST = 4096;

/** What AWS Config knows of a resource, as a row of the query's answer. */
export interface Row {
  awsRegion: string;
  resourceType: string;
  resourceId: string;
  resourceName?: string;
  arn?: string;
  tags?: unknown;
  configuration?: unknown;
}
/** What stands in evidence beside the resource's own configuration: since when AWS Config knows it, and what it adds. */
const ADDED = [
  "configurationItemCaptureTime",
  "configurationItemStatus",
  "resourceCreationTime",
  "availabilityZone",
  "supplementaryConfiguration",
  "relationships",
] as const;
const COLUMNS = [
  ...["awsRegion", "resourceType", "resourceId", "resourceName", "arn", "tags", "configuration"],
  ...ADDED,
];

/** Every resource of the types that an account has, in all regions. */
export const queryOf = (account: string, types: readonly string[]): string =>
  `SELECT ${COLUMNS.join(", ")} WHERE accountId = '${account}' AND resourceType IN (${types.map((type) => `'${type}'`).join(", ")})`;

/** Types in as many queries as their length asks for. */
export function partsOf(account: string, types: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (const type of types) {
    const last = parts.at(-1);
    if (last && queryOf(account, [...last, type]).length <= QUERY_AT_MOST) last.push(type);
    else parts.push([type]);
  }
  return parts;
}

/** A resource that is gone, and whose record is not yet. */
export const isDeleted = (row: Row): boolean =>
  /Deleted/.test(String((row as { configurationItemStatus?: string }).configurationItemStatus));

/** A row as a resource in evidence. */
export function itemOf(
  run: TaskRun,
  { operation }: Listing,
  { item }: OutcomeBuilder,
  row: Row,
  collectedAt: string,
): Item {
  const { configuration } = row;
  const own = typeof configuration === "object" && !Array.isArray(configuration) ? configuration : { configuration };
  const added = Object.fromEntries(ADDED.flatMap((member) => (member in row ? [[member, row[member as "arn"]]] : [])));
  const name = run.auditor.services[0]!.collectors[0]!.redactNames!;
  return {
    run_id: run.runId,
    collected_at: collectedAt,
    account_id: item.account_id,
    region: item.region,
    resource_type: row.resourceType,
    resource_id: row.resourceId,
    arn: row.arn ?? null,
    name: row.resourceName ?? row.resourceId,
    tags: row.tags === undefined || row.tags === null ? null : tagMap(row.tags),
    configuration: redactNamed({ ...own, ...added }, name, digestsOf(run.digestKey, item.account_id)) as Values,
    auditor: item.auditor,
    operation,
  };
}
