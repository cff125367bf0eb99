import * as aws from "@pulumi/aws";
import { asksForHome, checkHome } from "./config/home.ts";
import type { ConfigSource } from "./config/value.ts";

/** Refuses a configuration that names what is not where the credentials lead, as AWS says. @throws ConfigError */
export async function refuseElsewhere(config: ConfigSource): Promise<void> {
  if (!asksForHome(config)) return;
  const [{ partition }, { accountId }, { region }] = await Promise.all([
    aws.getPartition(),
    aws.getCallerIdentity(),
    aws.getRegion(),
  ]);
  checkHome(config, { partition, accountId, region });
}
