import { partitionOf } from "../../src/policy/partitions.ts";
import type { Key } from "./keys.ts";
import { read } from "./read.ts";
import { ConfigError, type ConfigSource } from "./value.ts";

/** Where a stack is deployed. */
export interface Home {
  partition: string;
  accountId: string;
  region: string;
}

/** What of an ARN must be the stack's own; partitions are worlds of their own for all. */
const OWN: readonly { key: Key; region?: true; account?: true }[] = [
  { key: "encryptionKeyArn", region: true },
  { key: "previousSigningKeyArn", region: true, account: true },
  { key: "pipelineProviderArn", account: true },
  { key: "alarmTopicArn", region: true },
  { key: "notifyTopicArn", region: true },
  { key: "quickSightPrincipalArn", account: true },
  { key: "witnessFunctionArns", region: true },
  { key: "permissionsBoundary", account: true },
];

/** Whether anything in a configuration depends on where the stack is. */
export const asksForHome = (config: ConfigSource): boolean =>
  [...OWN.map(({ key }) => key), "regions", "configAggregator"].some((key) => config.get(key)?.trim());

/** Refuses what AWS would refuse of another partition, region or account, before anything is made. @throws ConfigError */
export function checkHome(config: ConfigSource, home: Home): void {
  for (const { key, region, account } of OWN)
    for (const arn of [read(config, key) ?? []].flat() as string[]) {
      const [, partition, , itsRegion, itsAccount] = arn.split(":");
      const foreign =
        partition !== home.partition
          ? `partition ${home.partition}`
          : region && itsRegion !== home.region
            ? `region ${home.region}`
            : account && itsAccount !== home.accountId && itsAccount !== "aws"
              ? `account ${home.accountId}`
              : undefined;
      if (foreign)
        throw new ConfigError(
          key,
          arn,
          `the stack is in ${foreign}, and what the ARN names must be there too`,
          `pulumi config set ${key} with an ARN of ${foreign}`,
        );
    }
  const aggregator = read(config, "configAggregator");
  for (const [key, regions] of [
    ["regions", read(config, "regions")],
    ["configAggregator", aggregator ? [aggregator.region] : []],
  ] as const) {
    const elsewhere = regions.find((region) => partitionOf(region) !== home.partition);
    if (elsewhere)
      throw new ConfigError(
        key,
        elsewhere,
        `the region is in the partition ${partitionOf(elsewhere)}, whose accounts nobody of ${home.partition} can enter`,
        `regions of ${home.partition} alone, and a stack of its own for the others`,
      );
  }
}
