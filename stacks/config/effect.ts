import { KEYS, type Key } from "./keys.ts";
import { read } from "./read.ts";
import { ConfigError, type ConfigSource, set } from "./value.ts";

/** Keys that count only beside another: which, whether it is set so that they do, and how to set it. */
const BESIDE: readonly {
  keys: readonly Key[];
  counts: (config: ConfigSource) => boolean;
  problem: string;
  remedy: string;
}[] = [
  {
    keys: ["objectLockMode"],
    counts: (config) => read(config, "objectLockDays") > 0,
    problem: "nothing is locked, as objectLockDays is 0",
    remedy: set("objectLockDays", KEYS.objectLockDays.example),
  },
  {
    keys: ["pipelineProviderArn", "pipelineStateBucket"],
    counts: (config) => read(config, "pipelineRepository") !== undefined,
    problem: "no pipeline deploys, as pipelineRepository is not set",
    remedy: set("pipelineRepository", KEYS.pipelineRepository.example),
  },
  {
    keys: ["notifySeverity", "notifyExceptions"],
    counts: (config) =>
      read(config, "notifySecurityHub") ||
      (["notifyTopicArn", "notifyEventBus", "notifyWebhookParameter"] as const).some((key) => read(config, key)),
    problem: "nobody is notified, as no channel is set",
    remedy: set("notifyTopicArn", KEYS.notifyTopicArn.example),
  },
  {
    keys: ["sageMakerInstanceType"],
    counts: (config) => read(config, "sageMakerAnomalies"),
    problem: "SageMaker scores nothing, as sageMakerAnomalies is false",
    remedy: set("sageMakerAnomalies", "true"),
  },
  {
    keys: ["queryLimitGigabytes"],
    counts: (config) => read(config, "catalog"),
    problem: "nothing is queried, as catalog is false",
    remedy: set("catalog", "true"),
  },
];

/** Whoever sets a key relies on it: one without effect is refused. @throws ConfigError */
export function refuseIneffective(config: ConfigSource): void {
  for (const { keys, counts, problem, remedy } of BESIDE)
    for (const key of keys) {
      const given = config.get(key)?.trim();
      if (!given || given === KEYS[key].default || counts(config)) continue;
      throw new ConfigError(key, given, problem, `${remedy}, or pulumi config rm ${key}`);
    }
}
