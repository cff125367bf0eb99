import * as z from "zod";
import type { RunSchedule } from "../components/schedule.ts";

/** Every night at three, UTC. */
const DAILY = "cron(0 3 * * ? *)";
const EXPRESSION = /^(rate\(\d+ (minutes?|hours?|days?)\)|cron\(\S+( \S+){5}\))$/;

const Schedules = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9-]{1,32}$/, "up to 32 letters, digits and hyphens"),
    expression: z.string().regex(EXPRESSION, "rate(12 hours) or cron(0 3 * * ? *)"),
    timezone: z.string().optional(),
    auditors: z.array(z.string()).nonempty().optional(),
  }),
);

const isTimezone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
};

/**
 * Reads the key `schedule`: `daily`, `off`, an expression, or a JSON list of schedules.
 * @param timezone of `daily` and of a single expression
 * @throws Error saying what is wrong with the value
 */
export function schedulesOf(value: string, timezone: string | undefined, auditors: readonly string[]): RunSchedule[] {
  if (timezone !== undefined && !isTimezone(timezone)) throw new Error(`${timezone} is not the name of a time zone`);
  if (value === "off") return [];
  if (!value.startsWith("[")) {
    const expression = value === "daily" ? DAILY : value;
    if (!EXPRESSION.test(expression)) throw new Error("daily, off, rate(12 hours) or cron(0 3 * * ? *) is expected");
    return [{ name: "run", expression, ...(timezone ? { timezone } : {}) }];
  }
  const parsed = Schedules.safeParse(fromJson(value));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new Error(`${path.join(".") || "the list"}: ${message}`);
  }
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`two schedules are called ${twice}`);
  for (const { name, timezone: zone, auditors: chosen } of parsed.data) {
    if (zone !== undefined && !isTimezone(zone)) throw new Error(`${name}: ${zone} is not the name of a time zone`);
    const unknown = chosen?.find((each) => !auditors.includes(each));
    if (unknown) throw new Error(`${name}: the auditor ${unknown} is not deployed`);
  }
  return parsed.data.map(({ timezone: zone, auditors: chosen, ...schedule }) => ({
    ...schedule,
    ...(zone ? { timezone: zone } : {}),
    ...(chosen ? { auditors: chosen } : {}),
  }));
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
