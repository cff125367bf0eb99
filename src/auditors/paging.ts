import { NormalizedSchema } from "@smithy/core/schema";
import type { Path } from "./paths.ts";

/** How a listing is continued. */
export interface Paging {
  /** Members of the input, and where the answer has their values. */
  tokens: readonly (readonly [input: string, output: Path])[];
  /** Where the answer says whether there is more; undefined: there is while it has a token. */
  more?: Path;
  /** The token is this path of the page's last item, and not a member of the answer. */
  lastItem?: boolean;
}

/** Where an answer says how much there is: its end is believed where that does not contradict what it has. */
export interface Extent {
  /** Whether there is more. */
  more?: Path;
  /** How many are on the page, and their list. */
  count?: readonly [count: Path, list: Path];
  /** A token of an operation that is not continued. */
  token?: Path;
}

/** An operation as the SDK's commands carry it: its name, and the shapes of input and answer. */
export type OperationSchema = readonly [9, string, string, object | number, () => never, () => never];

export const inputOf = (schema: OperationSchema): NormalizedSchema => NormalizedSchema.of(schema[4]());
export const outputOf = (schema: OperationSchema): NormalizedSchema => NormalizedSchema.of(schema[5]());

/** Names by which AWS's services hand a token on; the next one first, as some repeat the one that they were asked with. */
const TOKENS: readonly (readonly [string, string])[] = [
  ["NextToken", "NextToken"],
  ["nextToken", "nextToken"],
  ["Marker", "NextMarker"],
  ["Marker", "Marker"],
  ["marker", "marker"],
  ["marker", "nextMarker"],
  ["Marker", "marker"],
  ["NextMarker", "NextMarker"],
  ["position", "position"],
  ["ContinuationToken", "NextContinuationToken"],
  ["ContinuationToken", "ContinuationToken"],
  ["PaginationToken", "PaginationToken"],
  ["pageToken", "nextPageToken"],
  ["PageToken", "NextPageToken"],
  ["nextPageToken", "nextPageToken"],
  ["ExclusiveStartTableName", "LastEvaluatedTableName"],
];

/** Names by which AWS's services say that there is more. */
const MORE = ["IsTruncated", "isTruncated", "Truncated", "truncated", "HasMoreStreams", "hasMoreResults"];

/** What an operation's answer says of how much there is; undefined: nothing. */
export function extentOf(schema: OperationSchema, items: Path | undefined): Extent | undefined {
  const output = membersOf(outputOf(schema));
  const [inside, list] = items?.split(".") ?? [];
  const nested = inside && output[inside] ? membersOf(output[inside]) : {};
  const at = (name: string): Path | undefined =>
    name in output ? name : name in nested ? `${inside}.${name}` : undefined;
  const more = MORE.map(at).find((path) => path !== undefined);
  const token = pagingOf(schema, items) ? undefined : ["NextToken", "nextToken"].map(at).find((path) => path);
  const extent: Extent = {
    ...(more ? { more } : {}),
    // CloudFront counts what is on the page.
    ...("Quantity" in nested && list ? { count: [`${inside}.Quantity`, `${inside}.${list}`] as const } : {}),
    ...(token ? { token } : {}),
  };
  return Object.keys(extent).length ? extent : undefined;
}

const membersOf = (schema: NormalizedSchema): Record<string, NormalizedSchema> =>
  schema.isStructSchema() ? (schema.getMemberSchemas() as Record<string, NormalizedSchema>) : {};

/** How an operation is paged, as its members say; undefined: it answers with everything at once. */
export function pagingOf(schema: OperationSchema, items: Path | undefined): Paging | undefined {
  const input = membersOf(inputOf(schema));
  const output = membersOf(outputOf(schema));
  const inside = items?.split(".")[0];
  const nested = inside && output[inside] ? membersOf(output[inside]) : {};
  for (const [from, to] of TOKENS) {
    if (!(from in input)) continue;
    if (to in output) return { tokens: [[from, to]] };
    // CloudFront wraps the list, its marker and IsTruncated into one member.
    if (to in nested) return { tokens: [[from, `${inside}.${to}`]] };
  }
  return undefined;
}
