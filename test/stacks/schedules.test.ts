import { expect } from "chai";
import { auditSettings } from "../../stacks/config/audit.ts";
import { ConfigError } from "../../stacks/config/value.ts";

const settings = (values: Record<string, string>) =>
  auditSettings({ get: (key) => ({ accounts: "111111111111", ...values })[key] });

describe("the configured schedule", () => {
  for (const [what, values, schedules] of [
    ["every night when nothing is said", {}, [{ name: "run", expression: "cron(0 3 * * ? *)" }]],
    ["never when it is off", { schedule: "off" }, []],
    ["a rate", { schedule: "rate(12 hours)" }, [{ name: "run", expression: "rate(12 hours)" }]],
    [
      "a cron expression in a time zone",
      { schedule: "cron(30 6 ? * MON-FRI *)", scheduleTimezone: "Europe/Berlin" },
      [{ name: "run", expression: "cron(30 6 ? * MON-FRI *)", timezone: "Europe/Berlin" }],
    ],
    ...[
      "cron(0/15 8-17 ? * MON-FRI *)",
      "cron(0 3 L * ? *)",
      "cron(0 3 15W * ? *)",
      "cron(0 3 ? * 6#3 *)",
      "cron(0 3 ? JAN,jul FRIL 2026-2030)",
    ].map(
      (expression) =>
        [`what Scheduler takes, ${expression}`, { schedule: expression }, [{ name: "run", expression }]] as const,
    ),
    [
      "several, each with its auditors",
      {
        schedule:
          '[{"name":"hourly","expression":"rate(1 hour)","auditors":["iam"]},{"name":"nightly","expression":"cron(0 3 * * ? *)"}]',
      },
      [
        { name: "hourly", expression: "rate(1 hour)", auditors: ["iam"] },
        { name: "nightly", expression: "cron(0 3 * * ? *)" },
      ],
    ],
  ] as const) {
    it(`is ${what}`, () => {
      expect(settings(values).schedules).to.deep.equal(schedules);
    });
  }

  for (const [what, values, problem] of [
    ["a word", { schedule: "often" }, /^schedule: "often" — daily, off, rate/],
    ["a cron expression of five fields", { schedule: "cron(0 3 * * *)" }, /^schedule: .*is expected/],
    ["hour 24", { schedule: "cron(0 24 * * ? *)" }, /"24" is no hours, which goes from 0 to 23/],
    ["minute 60", { schedule: "cron(60 3 * * ? *)" }, /"60" is no minutes/],
    ["the 32nd", { schedule: "cron(0 3 32 * ? *)" }, /"32" is no day of month/],
    ["a thirteenth month", { schedule: "cron(0 3 1 13 ? *)" }, /"13" is no month/],
    ["day 0 of the week", { schedule: "cron(0 3 ? * 0 *)" }, /"0" is no day of week/],
    ["a step of nothing", { schedule: "cron(0/0 3 * * ? *)" }, /"0\/0" is no minutes/],
    ["each day of month and of week", { schedule: "cron(0 3 * * * *)" }, /and not both, must be \?/],
    ["no day at all", { schedule: "cron(0 3 ? * ? *)" }, /and not both, must be \?/],
    ["a rate of nothing", { schedule: "rate(0 hours)" }, /a rate is 1 or more/],
    [
      "one of the watchdog's name",
      { schedule: '[{"name":"watchdog","expression":"rate(1 hour)"}]' },
      /watchdog is the name of the program's own schedule/,
    ],
    [
      "one whose name would be longer than Scheduler takes",
      { namePrefix: "p".repeat(32), schedule: `[{"name":"${"n".repeat(32)}","expression":"rate(1 hour)"}]` },
      /65 characters, and a schedule's name 64 at most/,
    ],
    ["an unknown time zone", { scheduleTimezone: "Mars/Olympus" }, /Mars\/Olympus is not the name of a time zone/],
    ["half a list", { schedule: '[{"name":"a"' }, /^schedule: .*Try: pulumi config set schedule/],
    ["a list with a misspelt key", { schedule: '[{"name":"a","expression":"rate(1 hour)","tz":"UTC"}]' }, /tz/],
    [
      "a list with a misspelt name",
      { schedule: '[{"nmae":"a","expression":"daily"}]' },
      /schedule 1 of the list has no nmae; is it name\?/,
    ],
    ["a list without an expression", { schedule: '[{"name":"a"}]' }, /schedule 1 of the list: expression is not set/],
    ["one schedule without a list", { schedule: '{"name":"a"}' }, /a list of schedules is JSON: \[\{"name"/],
    ["a list of words", { schedule: '["daily"]' }, /schedule 1 of the list is not an object/],
    [
      "a list with a word for an expression",
      { schedule: '[{"name":"a","expression":"hourly"}]' },
      /— a: daily, off, rate/,
    ],
    [
      "a list with no auditors",
      { schedule: '[{"name":"a","expression":"daily","auditors":[]}]' },
      /schedule 1 of the list: auditors: one at least is named/,
    ],
    [
      "two of one name",
      { schedule: '[{"name":"a","expression":"rate(1 hour)"},{"name":"a","expression":"rate(2 hours)"}]' },
      /two schedules are called a/,
    ],
    [
      "an auditor that is not deployed",
      { auditors: "iam", schedule: '[{"name":"a","expression":"rate(1 hour)","auditors":["rds"]}]' },
      /a: the auditor rds is not deployed/,
    ],
    ["a window of two days", { scheduleFlexibleMinutes: "2880" }, /^scheduleFlexibleMinutes: "2880" — 0 to 1440/],
  ] as const) {
    it(`cannot be ${what}`, () => {
      expect(() => settings(values)).to.throw(ConfigError, problem);
    });
  }
});
