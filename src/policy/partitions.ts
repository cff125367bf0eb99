/**
 * Partitions of AWS, as ARNs name them.
 *
 * Exports: {@link PARTITIONS}, {@link partitionOf}`(region)`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */

/** The beginning of the names of a partition's Regions; of `aws` there are many. */
const REGIONS: readonly [partition: string, beginning: string][] = [
  ["aws-cn", "cn-"],
  ["aws-us-gov", "us-gov-"],
  ["aws-eusc", "eusc-"],
  ["aws-iso", "us-iso-"],
  ["aws-iso-b", "us-isob-"],
  ["aws-iso-e", "eu-isoe-"],
  ["aws-iso-f", "us-isof-"],
];

export const PARTITIONS: readonly string[] = ["aws", ...REGIONS.map(([partition]) => partition)];

/** The partition that a Region is in. */
export const partitionOf = (region: string): string =>
  REGIONS.find(([, beginning]) => region.startsWith(beginning))?.[0] ?? "aws";
