import * as z from "zod";
import type { RunSchedule } from "../../components/schedule.ts";
import { expressionProblem } from "./cron.ts";
import { nearest } from "./nearest.ts";
import { read } from "./read.ts";
import { ConfigError, type ConfigSource, defined, set } from "./value.ts";

/** Every night at three, UTC. */
const DAILY = "cron(0 3 * * ? *)";
/** What EventBridge Scheduler lets a schedule's name have. */
const NAME_AT_MOST = 64;
/** The program's own schedule, which looks for runs that are not sealed. */
const TAKEN = "watchdog";
/** What a schedule is called that is none of a list. */
const ALONE = "run";

const Schedules = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-zA-Z0-9-]{1,32}$/, "it has up to 32 letters, digits and hyphens"),
    expression: z.string().transform((text) => (text === "daily" ? DAILY : text)),
    timezone: z.string().optional(),
    auditors: z.array(z.string()).nonempty("one at least is named, or the member is left out").optional(),
  }),
);

/** Something is wrong with the value of `schedule`. */
class ScheduleProblem extends Error {}

/** When runs start by themselves, as the keys `schedule`, `scheduleTimezone` and `namePrefix` say. @throws ConfigError */
export function schedulesFrom(config: ConfigSource, auditors: readonly string[]): RunSchedule[] {
  const value = read(config, "schedule");
  const timezone = timezoneOf(read(config, "scheduleTimezone"));
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
  if (!/^[[{]/.test(value)) return [defined({ name: ALONE, expression: value === "daily" ? DAILY : value, timezone })];
  const parsed = Schedules.safeParse(fromJson(value));
  if (!parsed.success) throw new ScheduleProblem(saidOf(parsed.error.issues));
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new ScheduleProblem(`two schedules are called ${twice}`);
  return parsed.data.map((schedule) =>
    defined({ ...schedule, timezone: timezoneOf(schedule.timezone), auditors: schedule.auditors }),
  );
}

/** What is wrong with a list, in words of who wrote it: the number of the schedule, its member, and what it should be. */
function saidOf(issues: readonly z.core.$ZodIssue[]): string {
  // A member that is missing may be the one that is misspelt.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const [index, member] = issue.path;
  if (index === undefined) return 'a list of schedules is JSON: [{"name": "nightly", "expression": "rate(12 hours)"}]';
  const schedule = `schedule ${Number(index) + 1} of the list`;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(Schedules.element.shape);
    const [key = ""] = issue.keys;
    const close = nearest(key, known);
    return `${schedule} has no ${key}${close ? `; is it ${close}?` : `, but ${known.join(", ")}`}`;
  }
  if (member === undefined) return `${schedule} is not an object with a name and an expression`;
  return issue.code === "invalid_type"
    ? `${schedule}: ${String(member)} is not set, or not ${issue.expected === "array" ? "a list" : "a text"}`
    : `${schedule}: ${String(member)}: ${issue.message}`;
}

function check(
  { name, expression, timezone, auditors: chosen }: RunSchedule,
  prefix: string,
  auditors: readonly string[],
) {
  const wrong = expressionProblem(expression);
  if (wrong) throw new ScheduleProblem(name === ALONE ? wrong : `${name}: ${wrong}`);
  if (name === TAKEN) throw new ScheduleProblem(`${name} is the name of the program's own schedule`);
  const whole = `${prefix}-${name}`;
  if (whole.length > NAME_AT_MOST)
    throw new ScheduleProblem(`${whole} has ${whole.length} characters, and a schedule's name ${NAME_AT_MOST} at most`);
  if (timezone !== undefined && !isTimezone(timezone))
    throw new ScheduleProblem(`${name}: ${timezone} is not the name of a time zone`);
  const unknown = chosen?.find((each) => !auditors.includes(each));
  if (unknown) throw new ScheduleProblem(`${name}: the auditor ${unknown} is not deployed`);
}

const isTimezone = (name: string): boolean => canonical(name) !== undefined;

/** A time zone's name as the database of zones spells it, where it is another by its capitals alone. */
const timezoneOf = (name: string | undefined): string | undefined => {
  const known = name && canonical(name);
  return known && known.toLowerCase() === name.toLowerCase() ? known : name;
};

/** Undefined: there is no zone of the name. */
function canonical(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
