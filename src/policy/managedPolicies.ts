/**
 * Documents of AWS's managed policies, in their newest version on the day of {@link MANAGED_POLICIES_AS_OF}.
 *
 * Exports: {@link awsManagedPolicy}`(arn): AwsManagedPolicy | undefined`, {@link awsManagedPolicies}`(): string[]`,
 * {@link AwsManagedPolicy}, {@link MANAGED_POLICIES_AS_OF}.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
 */
import packed from "./data/managedPolicies.json" with { type: "json" };
import { unpack } from "./packed.ts";
import { type Policy, parsePolicy } from "./parse.ts";

/** The day of the documents, `YYYY-MM-DD`: what AWS changed later is not in them. */
export const MANAGED_POLICIES_AS_OF: string = packed.asOf;

export interface AwsManagedPolicy {
  /** Such as `v7`. */
  version: string;
  policy: Policy;
}

type Documents = Record<string, { version: string; document: unknown }>;
let documents: Documents | undefined;
function allDocuments(): Documents {
  documents ??= unpack<Documents>(packed);
  return documents;
}

/** ARNs of all policies that AWS had on that day, in the partition `aws`. */
export const awsManagedPolicies = (): string[] => Object.keys(allDocuments());

const read = new Map<string, AwsManagedPolicy | undefined>();

/**
 * The policy of an ARN such as `arn:aws:iam::aws:policy/ReadOnlyAccess`, in any partition.
 * @returns undefined where AWS had none of this name on that day
 */
export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  if (!/^arn:[^:]+:iam::aws:policy\//.test(arn)) return undefined;
  const name = arn.replace(/^arn:[^:]+:/, "arn:aws:");
  if (!read.has(name)) {
    const all = allDocuments();
    const found = Object.hasOwn(all, name) ? all[name] : undefined;
    read.set(name, found && { version: found.version, policy: parsePolicy(found.document) });
  }
  return read.get(name);
}
