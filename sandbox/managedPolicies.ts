const document = (actions: string[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "Reads", Effect: "Allow", Action: actions, Resource: "*" }],
  });
const reads = (...prefixes: string[]) =>
  prefixes.flatMap((prefix) => [`${prefix}:Describe*`, `${prefix}:Get*`, `${prefix}:List*`]);

/** Stand-ins for AWS's own read policies, for the audited services only: AWS's texts are longer and change. */
export const awsManagedPolicies: Readonly<Record<string, string>> = {
  "arn:aws:iam::aws:policy/SecurityAudit": document([
    ...reads("rds", "iam"),
    "ec2:Describe*",
    "s3:GetBucket*",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListAllMyBuckets",
  ]),
  "arn:aws:iam::aws:policy/ReadOnlyAccess": document(reads("rds", "iam", "ec2", "s3")),
};
