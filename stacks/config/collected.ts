import { aggregatorNamed } from "../../src/auditors/aggregatorName.ts";
import type { Aggregator, ResourceType } from "../../src/auditors/collector.ts";
import { compose, DEFAULT_AUDITORS, type UndeclaredTypes, UnknownAuditorError } from "../../src/auditors/registry.ts";
import { ConfigError, type ConfigSource, list, set, text } from "./value.ts";

export function auditorsOf(config: ConfigSource): string[] {
  const names = list(config, "auditors");
  try {
    compose(names);
  } catch (error) {
    if (!(error instanceof UnknownAuditorError)) throw error;
    throw new ConfigError("auditors", error.unknown, error.message, set("auditors", "rds,iam"));
  }
  return names.length ? [...new Set(names)] : [...DEFAULT_AUDITORS];
}

function typesOf(config: ConfigSource, key: string, example: string): ResourceType[] {
  const types = list(config, key);
  const wrong = types.find((type) => !/^AWS::\w+::\w+$/.test(type));
  if (wrong)
    throw new ConfigError(key, wrong, "CloudFormation's name of a resource type is expected", set(key, example));
  return [...new Set(types)] as ResourceType[];
}

/** Actions that read: a policy of metadata has no others. */
function cloudControlActionsOf(config: ConfigSource): string[] {
  const key = "cloudControlActions";
  const actions = list(config, key);
  const wrong = actions.find((action) => !/^[a-z0-9-]+:(Get|List|Describe|BatchGet|Search)\w*$/.test(action));
  if (wrong)
    throw new ConfigError(
      key,
      wrong,
      "an IAM action that gets, lists or describes is expected, without wildcards",
      set(key, "iot:ListPolicies,iot:GetPolicy"),
    );
  return [...new Set(actions)];
}

function aggregatorOf(config: ConfigSource): Aggregator | undefined {
  const key = "configAggregator";
  const value = text(config, key);
  if (value === undefined) return undefined;
  const aggregator = aggregatorNamed(value);
  if (!aggregator)
    throw new ConfigError(
      key,
      value,
      "an aggregator is named account/region/name",
      set(key, "999999999999/eu-central-1/organization"),
    );
  return aggregator;
}

/** What is read without a declaration. */
export function undeclared(config: ConfigSource): UndeclaredTypes {
  const configAggregator = aggregatorOf(config);
  const configAggregatorTypes = typesOf(config, "configAggregatorTypes", "AWS::IoT::Policy");
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
  const cloudControlTypes = typesOf(config, "cloudControlTypes", "AWS::IoT::Policy");
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
    cloudControlActions: cloudControlActionsOf(config),
    ...(configAggregator ? { configAggregator, configAggregatorTypes } : {}),
  };
}
