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
    ["an unknown time zone", { scheduleTimezone: "Mars/Olympus" }, /Mars\/Olympus is not the name of a time zone/],
    ["half a list", { schedule: '[{"name":"a"' }, /^schedule: .*Try: pulumi config set schedule/],
    ["a list with a misspelt key", { schedule: '[{"name":"a","expression":"rate(1 hour)","tz":"UTC"}]' }, /tz/],
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
    ["a window of two days", { scheduleFlexibleMinutes: "2880" }, /^scheduleFlexibleMinutes: 2880 — 0 to 1440/],
  ] as const) {
    it(`cannot be ${what}`, () => {
      expect(() => settings(values)).to.throw(ConfigError, problem);
    });
  }
});
