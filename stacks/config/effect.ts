import { KEYS, type Key } from "./keys.ts";
import { read } from "./read.ts";
import type { Kind } from "./schema.ts";
import { ConfigError, type ConfigSource, set } from "./value.ts";

/** Keys that count only beside another: which, and whether it is set so that they do. */
interface Condition {
  keys: readonly Key[];
  /** Stacks of which kinds it is about. Default: all that read the keys. */
  kinds?: readonly Kind[];
  counts: (config: ConfigSource) => boolean;
  problem: string;
  /** How to set the other key so that they count. */
  remedy: string;
  /** Whether a stack may have them all the same: the other key says what is wanted, and these are left of before. */
  warns?: true;
}

const fromOrganization = (config: ConfigSource) => read(config, "accountSource") === "organizations";
const isScheduled = (config: ConfigSource) => read(config, "schedule") !== "off";
const ORGANIZATION_ONLY = "it counts for accounts of AWS Organizations, and accountSource is parameter";

const CONDITIONS: readonly Condition[] = [
  {
    keys: ["accounts", "parameterName"],
    counts: (config) => !fromOrganization(config),
    problem: "it has no effect: AWS Organizations says which accounts are audited, as accountSource is organizations",
    remedy: set("accountSource", "parameter"),
    warns: true,
  },
  {
    keys: ["organizationalUnits"],
    kinds: ["audit"],
    counts: fromOrganization,
    problem: ORGANIZATION_ONLY,
    remedy: set("accountSource", "organizations"),
  },
  {
    keys: ["excludeAccounts"],
    counts: (config) => fromOrganization(config) || read(config, "configRules") === "organization",
    problem: ORGANIZATION_ONLY,
    remedy: set("accountSource", "organizations"),
  },
  {
    keys: ["objectLockMode"],
    counts: (config) => read(config, "objectLockDays") > 0,
    problem: "nothing is locked, as objectLockDays is 0",
    remedy: set("objectLockDays", KEYS.objectLockDays.example),
  },
  {
    keys: ["scheduleTimezone", "scheduleFlexibleMinutes"],
    counts: isScheduled,
    problem: "it has no effect: no run starts by itself, as schedule is off",
    remedy: set("schedule", "daily"),
    warns: true,
  },
  {
    // Runs would start at other hours than whoever set it believes.
    keys: ["scheduleTimezone"],
    counts: (config) => !/^[[{]/.test(read(config, "schedule")),
    problem: "each schedule of a list has a time zone of its own, UTC where it names none",
    remedy: 'a member "timezone" in the list\'s schedules',
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
  {
    keys: ["cloudControlActions"],
    counts: (config) => read(config, "cloudControlTypes").length > 0,
    problem: "no handler asks for them, as cloudControlTypes is not set",
    remedy: set("cloudControlTypes", KEYS.cloudControlTypes.example),
  },
  {
    keys: ["auditStack"],
    counts: (config) => !(read(config, "auditAccountId") && read(config, "externalId")),
    problem: "it has no effect: auditAccountId and externalId are set, and the stack is not asked for them",
    remedy: "pulumi config rm auditAccountId and pulumi config rm externalId",
    warns: true,
  },
  {
    keys: ["auditors", "cloudControlTypes", "cloudControlActions", "configAggregator", "configAggregatorTypes"],
    kinds: ["member", "rollout"],
    counts: (config) => read(config, "memberPolicy") === "generated",
    problem: "it has no effect: the role has AWS's own policy, as memberPolicy says, and nothing of it is generated",
    remedy: set("memberPolicy", "generated"),
    warns: true,
  },
];

/** The keys of a stack that are set and without effect, because of another, in words; `warns` as {@link Condition}. */
function ineffective(config: ConfigSource, kind: Kind): { error: ConfigError; warns: boolean }[] {
  return CONDITIONS.flatMap(({ keys, kinds, counts, problem, remedy, warns = false }) =>
    keys.flatMap((key) => {
      const readBy: readonly Kind[] = kinds ?? KEYS[key].kinds;
      if (!readBy.includes(kind)) return [];
      const given = config.get(key)?.trim();
      // Pulumi hands over a project's defaults like values that were set.
      if (!given || given === KEYS[key].default || counts(config)) return [];
      return { error: new ConfigError(key, given, problem, `${remedy}, or pulumi config rm ${key}`), warns };
    }),
  );
}

/** Whoever sets a key relies on it: one without effect is refused. @throws ConfigError */
export function refuseIneffective(config: ConfigSource, kind: Kind): void {
  const refused = ineffective(config, kind).find(({ warns }) => !warns);
  if (refused) throw refused.error;
}

/** A line for each key that another, which says what is wanted, makes without effect. */
export const ineffectiveLines = (config: ConfigSource, kind: Kind): string[] =>
  ineffective(config, kind).flatMap(({ error, warns }) => (warns ? error.message : []));
