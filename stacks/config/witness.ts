import { read, required } from "./read.ts";
import { type ConfigSource, defined } from "./value.ts";

export interface WitnessSettings {
  witnessName: string;
  bucketName: string;
  publicKeys: string;
  auditAccountId: string;
  namePrefix: string;
  logRetentionDays: number;
}

/** Settings of a witness's stack. @throws ConfigError naming key, value and remedy */
export const witnessSettings = (config: ConfigSource): WitnessSettings =>
  defined({
    witnessName: required(config, "witnessName"),
    bucketName: required(config, "bucketName"),
    publicKeys: required(config, "witnessedPublicKeys"),
    auditAccountId: required(config, "auditAccountId"),
    namePrefix: read(config, "namePrefix"),
    logRetentionDays: read(config, "logRetentionDays"),
  });
