import * as z from "zod";
import type { RunSchedule } from "../../components/schedule.ts";
import { expressionProblem } from "./cron.ts";
import { read } from "./read.ts";
import { ConfigError, type ConfigSource, defined, set } from "./value.ts";

/** Every night at three, UTC. */
const DAILY = "cron(0 3 * * ? *)";
/** What EventBridge Scheduler lets a schedule's name have. */
const NAME_AT_MOST = 64;
/** The program's own schedule, which looks for runs that are not sealed. */
const TAKEN = "watchdog";

const Schedules = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9-]{1,32}$/, "up to 32 letters, digits and hyphens"),
    expression: z.string(),
    timezone: z.string().optional(),
    auditors: z.array(z.string()).nonempty().optional(),
  }),
);

/** Something is wrong with the value of `schedule`. */
class ScheduleProblem extends Error {}

/** When runs start by themselves, as the keys `schedule`, `scheduleTimezone` and `namePrefix` say. @throws ConfigError */
export function schedulesFrom(config: ConfigSource, auditors: readonly string[]): RunSchedule[] {
  const value = read(config, "schedule");
  const timezone = read(config, "scheduleTimezone");
  const prefix = read(config, "namePrefix");
  if (timezone !== undefined && !isTimezone(timezone))
    throw new ConfigError(
      "scheduleTimezone",
      timezone,
      `${timezone} is not the name of a time zone`,
      set("scheduleTimezone", "Europe/Berlin"),
    );
  try {
    const schedules = schedulesOf(value, timezone);
    for (const schedule of schedules) check(schedule, prefix, auditors);
    return schedules;
  } catch (error) {
    if (!(error instanceof ScheduleProblem)) throw error;
    throw new ConfigError("schedule", value, error.message, set("schedule", "'cron(0 3 * * ? *)'"));
  }
}

/** `daily`, `off`, an expression, or a JSON list of schedules. */
function schedulesOf(value: string, timezone: string | undefined): RunSchedule[] {
  if (value === "off") return [];
  if (!value.startsWith("["))
    return [defined({ name: "run", expression: value === "daily" ? DAILY : value, timezone })];
  const parsed = Schedules.safeParse(fromJson(value));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new ScheduleProblem(`${path.join(".") || "the list"}: ${message}`);
  }
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new ScheduleProblem(`two schedules are called ${twice}`);
  return parsed.data.map((schedule) =>
    defined({ ...schedule, timezone: schedule.timezone, auditors: schedule.auditors }),
  );
}

function check(
  { name, expression, timezone, auditors: chosen }: RunSchedule,
  prefix: string,
  auditors: readonly string[],
) {
  const wrong = expressionProblem(expression);
  if (wrong) throw new ScheduleProblem(wrong);
  if (name === TAKEN) throw new ScheduleProblem(`${name} is the name of the program's own schedule`);
  const whole = `${prefix}-${name}`;
  if (whole.length > NAME_AT_MOST)
    throw new ScheduleProblem(`${whole} has ${whole.length} characters, and a schedule's name ${NAME_AT_MOST} at most`);
  if (timezone !== undefined && !isTimezone(timezone))
    throw new ScheduleProblem(`${name}: ${timezone} is not the name of a time zone`);
  const unknown = chosen?.find((each) => !auditors.includes(each));
  if (unknown) throw new ScheduleProblem(`${name}: the auditor ${unknown} is not deployed`);
}

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
