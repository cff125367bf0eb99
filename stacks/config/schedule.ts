import type { RunSchedule } from "../../components/schedule.ts";
import { schedulesOf } from "../schedules.ts";
import { ConfigError, type ConfigSource, set, text } from "./value.ts";

export function schedules(config: ConfigSource, auditors: readonly string[]): RunSchedule[] {
  const value = text(config, "schedule") ?? "daily";
  try {
    return schedulesOf(value, text(config, "scheduleTimezone"), auditors);
  } catch (error) {
    throw new ConfigError("schedule", value, (error as Error).message, set("schedule", "'cron(0 3 * * ? *)'"));
  }
}

export function flexibleMinutes(config: ConfigSource): number {
  const remedy = set("scheduleFlexibleMinutes", "15");
  const value = Number(text(config, "scheduleFlexibleMinutes") ?? 15);
  if (!Number.isInteger(value) || value < 0 || value > 1440)
    throw new ConfigError("scheduleFlexibleMinutes", value, "0 to 1440 minutes are expected", remedy);
  return value;
}

/** Minutes that a run may take until it is to be sealed. */
export function sealDeadline(config: ConfigSource): number {
  const key = "sealDeadlineMinutes";
  const value = Number(text(config, key) ?? 240);
  if (!Number.isInteger(value) || value < 1 || value > 10_080)
    throw new ConfigError(key, value, "1 to 10080 minutes are expected", set(key, "240"));
  return value;
}
