/**
 * Where the tags of a resource are from: from the resource itself, from a call about it, from one call about all
 * resources of a region, which may not know every type; or nobody asked.
 */
export type TagsSource = "inline" | "call" | "bulk" | "not-asked";

/** The name in {@link Item.unread} under which stands that the resource was gone while it was read: it is not judged. */
export const GONE_WHILE_READ = "*";

/** The name in tables under which stands that a member is not what AWS's answers have there: it is not judged either. */
export const UNREADABLE = "?";

/** One resource as AWS answered it: one line of an evidence object. */
export interface Item {
  run_id: string;
  /** ISO 8601 UTC with milliseconds: when the answer arrived. */
  collected_at: string;
  account_id: string;
  /** `global` for global services. */
  region: string;
  /** CloudFormation's name, `AWS::RDS::DBInstance`. */
  resource_type: string;
  resource_id: string;
  arn: string | null;
  name: string | null;
  /** `null` where nobody asked or they could not be read; `{}` where there are none. */
  tags: Record<string, string> | null;
  /** Left out in evidence of before it was told. */
  tags_source?: TagsSource;
  /** The resource with the SDK's member names. A detail read stands under its operation's name, `null` where AWS says there is none. */
  configuration: Record<string, unknown>;
  /** Detail operations that did not answer, with AWS's error code: what is unknown of this resource. */
  unread?: Record<string, string>;
  auditor: string;
  operation: string;
}

/** JSON of evidence: dates as ISO 8601 UTC, blobs as base64. */
export const evidenceJson = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    member instanceof Uint8Array ? Buffer.from(member).toString("base64") : member,
  );
