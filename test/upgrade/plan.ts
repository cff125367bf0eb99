import { isDeepStrictEqual } from "node:util";

/** A resource as a version of the program registers it. */
export interface Planned {
  urn: string;
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
  inputs?: any;
  aliases?: string[];
}

/**
 * Inputs by type that cannot be changed in place: with another value the resource is made anew, and the old one deleted.
 * @see https://www.pulumi.com/registry/packages/aws/api-docs/ "changes to this property will trigger replacement"
 */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName"],
  "aws:cloudwatch/logGroup:LogGroup": ["name", "namePrefix"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
  "aws:iam/policy:Policy": ["name", "namePrefix", "path", "description"],
  "aws:iam/role:Role": ["name", "namePrefix", "path"],
  "aws:iam/rolePolicy:RolePolicy": ["name", "namePrefix", "role"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["role"],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "customKeyStoreId", "multiRegion", "xksKeyId"],
  "aws:lambda/function:Function": ["name", "packageType"],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["functionName", "qualifier"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled", "region"],
  "aws:scheduler/schedule:Schedule": ["name", "namePrefix", "groupName"],
  "aws:sqs/queue:Queue": ["name", "namePrefix", "fifoQueue"],
  "aws:ssm/parameter:Parameter": ["name", "dataType"],
  "random:index/randomUuid:RandomUuid": ["keepers"],
};
/** Settings of a bucket, each a resource that belongs to it. */
const OF_BUCKET = /^aws:s3\/bucket(Versioning|ServerSide|PublicAccess|Ownership|Lifecycle|ObjectLock|Policy)/;

const replacing = (type: string): readonly string[] => REPLACING[type] ?? (OF_BUCKET.test(type) ? ["bucket"] : []);

/** What an upgrade does, as Pulumi's engine would: by URN, and by the inputs that cannot be changed in place. */
export interface UpgradePlan {
  kept: string[];
  made: string[];
  removed: string[];
  /** URNs, each with the inputs because of which. */
  replaced: Record<string, string[]>;
}

export function upgradePlan(before: readonly Planned[], after: readonly Planned[]): UpgradePlan {
  const standing = new Map(before.map((each) => [each.urn, each]));
  const plan: UpgradePlan = { kept: [], made: [], removed: [], replaced: {} };
  for (const { urn, type, inputs, aliases = [] } of after) {
    const known = [urn, ...aliases].find((each) => standing.has(each));
    const old = known === undefined ? undefined : standing.get(known);
    if (known !== undefined) standing.delete(known);
    if (!old) {
      plan.made.push(urn);
      continue;
    }
    const because = replacing(type).filter((input) => !isDeepStrictEqual(old.inputs?.[input], inputs?.[input]));
    if (because.length) plan.replaced[urn] = because;
    else plan.kept.push(urn);
  }
  plan.removed = [...standing.keys()];
  return plan;
}
