import { ConfigError, type ConfigSource, matching, set, text, wholeDays } from "./value.ts";

/** Of each rate that AWS documents, how much a run may take from an account's own workloads. */
export function apiShare(config: ConfigSource): number {
  const key = "apiShare";
  const value = Number(text(config, key) ?? 0.5);
  if (!(value >= 0.01 && value <= 1))
    throw new ConfigError(key, value, "a share from 0.01 to 1 is expected", set(key, "0.5"));
  return value;
}

/** Gigabytes that a query may scan; Athena asks for ten megabytes at least. */
export function queryLimit(config: ConfigSource): number {
  const key = "queryLimitGigabytes";
  const value = Number(text(config, key) ?? 100);
  if (!Number.isFinite(value) || value < 0.01)
    throw new ConfigError(key, value, "a number of gigabytes, 0.01 at least, is expected", set(key, "100"));
  return value;
}

/** US dollars a month; undefined where there is no budget. */
export function monthlyBudgetOf(config: ConfigSource, alarmTopicArn: string | undefined): number | undefined {
  const key = "monthlyBudget";
  const value = matching(config, key, /^\d{1,7}$/, "a whole number of US dollars is expected, 0 for none", "50");
  if (value === undefined || Number(value) === 0) return undefined;
  if (!alarmTopicArn)
    throw new ConfigError(
      key,
      value,
      "there is no topic to tell",
      set("alarmTopicArn", "arn:aws:sns:eu-central-1:999999999999:audit-alarms"),
    );
  return Number(value);
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function retentionDays(config: ConfigSource): number | undefined {
  const days = wholeDays(config, "logRetentionDays");
  if (days !== undefined && !RETENTION_DAYS.includes(days))
    throw new ConfigError(
      "logRetentionDays",
      String(days),
      `CloudWatch Logs keeps lines for one of ${RETENTION_DAYS.join(", ")} days`,
      set("logRetentionDays", "90"),
    );
  return days;
}
