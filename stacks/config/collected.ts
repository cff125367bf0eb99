import { compose, DEFAULT_AUDITORS, type UndeclaredTypes, UnknownAuditorError } from "../../src/auditors/registry.ts";
import { read } from "./read.ts";
import { ConfigError, type ConfigSource, set } from "./value.ts";

/** Names of the auditors that are deployed, or whose reading is allowed. @throws ConfigError */
export function auditorsOf(config: ConfigSource): string[] {
  const names = read(config, "auditors");
  try {
    compose(names);
  } catch (error) {
    if (!(error instanceof UnknownAuditorError)) throw error;
    throw new ConfigError("auditors", error.unknown, error.message, set("auditors", "rds,iam"));
  }
  return names.length ? names : [...DEFAULT_AUDITORS];
}

/** What is read without a declaration. @throws ConfigError */
export function undeclared(config: ConfigSource): UndeclaredTypes {
  const configAggregator = read(config, "configAggregator");
  const configAggregatorTypes = read(config, "configAggregatorTypes");
  if (configAggregator && !configAggregatorTypes.length)
    throw new ConfigError(
      "configAggregatorTypes",
      undefined,
      "the aggregator has nothing to be asked about",
      set("configAggregatorTypes", "AWS::IoT::Policy"),
    );
  if (!configAggregator && configAggregatorTypes.length)
    throw new ConfigError(
      "configAggregator",
      undefined,
      "there is no aggregator to ask about the types",
      set("configAggregator", "999999999999/eu-central-1/organization"),
    );
  const cloudControlTypes = read(config, "cloudControlTypes");
  const twice = cloudControlTypes.find((type) => configAggregatorTypes.includes(type));
  if (twice)
    throw new ConfigError(
      "configAggregatorTypes",
      twice,
      "cloudControlTypes names it too, and one of them is to read it",
      "leaving it out of one of them",
    );
  return {
    cloudControlTypes,
    cloudControlActions: read(config, "cloudControlActions"),
    ...(configAggregator ? { configAggregator, configAggregatorTypes } : {}),
  };
}
