import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Alarms } from "../../components/alarms.ts";
import { Dashboard, dashboardBody, FREE_METRICS } from "../../components/dashboard.ts";
import { Watchdog } from "../../components/watchdog.ts";
import { recorded } from "./recorded.ts";

const args = {
  namePrefix: "audit",
  boss: "audit-boss",
  tabulator: "audit-tabulator",
  failedStarts: "audit-schedule-failed",
  sealer: "audit-sealer",
  recorder: "audit-recorder",
  watchdog: "audit-watchdog",
};

describe("Alarms", () => {
  it("go off at the first run not started or not sealed, task that died, error of a function, and undelivered death", async () => {
    const made = (await recorded(() => new Alarms("alarms", args))).of("MetricAlarm").map(({ inputs }) => inputs);
    expect(made.map(({ metricName, dimensions }) => `${metricName} ${Object.values(dimensions)}`)).to.have.members([
      "RunsNotSealed audit-ecosystem",
      "Errors audit-boss",
      "AsyncEventsDropped audit-boss",
      "ApproximateNumberOfMessagesVisible audit-schedule-failed",
      "Errors audit-tabulator",
      "Invocations audit-recorder",
      "Errors audit-sealer",
      "Errors audit-recorder",
      "Errors audit-watchdog",
      "DestinationDeliveryFailures ",
    ]);
    for (const alarm of made) {
      expect(alarm).to.include({ threshold: 1, comparisonOperator: "GreaterThanOrEqualToThreshold" });
      expect(alarm.alarmDescription).to.be.a("string").that.is.not.empty;
      expect(alarm).not.to.have.property("alarmActions");
    }
  });

  it("go off where a witness or an authority gave no proof, and cost nothing where there is none", async () => {
    const metricsOf = async (more: { cosigned?: boolean; stamped?: boolean }) =>
      (await recorded(() => new Alarms("alarms", { ...args, ...more })))
        .of("MetricAlarm")
        .map(({ inputs }) => inputs.metricName)
        .filter((metric) => metric.startsWith("Not"));
    expect(await metricsOf({})).to.be.empty;
    expect(await metricsOf({ cosigned: true })).to.deep.equal(["NotCosigned"]);
    expect(await metricsOf({ stamped: true })).to.deep.equal(["NotStamped"]);
  });

  it("each name their section of the runbook, which has one for each of them and no other", async () => {
    const all = { ...args, notifier: "audit-notifier", anomalies: "audit-anomalies", cosigned: true, stamped: true };
    const made = (await recorded(() => new Alarms("alarms", all))).of("MetricAlarm");
    const named = made.map(({ inputs }) => /: docs\/runbook\.md#([\w-]+)$/.exec(inputs.alarmDescription)?.[1]);
    for (const [index, { inputs }] of made.entries()) expect(inputs.name).to.include(`audit-${named[index]}`);
    const alarms = readFileSync("docs/runbook.md", "utf8").split("# The budget")[0]!;
    const sections = [...alarms.matchAll(/^## ([\w-]+)$/gm)].map(([, section]) => section);
    expect([...new Set(named)], "write a section of docs/runbook.md for a new alarm").to.have.members(sections);
  });

  it("tell the topic they are given, also when all is well again", async () => {
    const topicArn = "arn:aws:sns:eu-central-1:999999999999:audit";
    for (const { inputs } of (await recorded(() => new Alarms("alarms", { ...args, topicArn }))).of("MetricAlarm"))
      expect(inputs).to.deep.include({ alarmActions: [topicArn], okActions: [topicArn] });
  });
});

describe("Dashboard", () => {
  it("shows each auditor's metrics, by the names the functions give them", async () => {
    const made = await recorded(
      () => new Dashboard("dashboard", { namePrefix: "audit", region: "eu-central-1", auditors: ["rds", "iam"] }),
    );
    const body = JSON.parse(made.one("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody);
    expect(body).to.deep.equal(dashboardBody("eu-central-1", ["rds", "iam"]));
    const shown = new Set(
      body.widgets.flatMap((each: { properties: { metrics: string[][] } }) =>
        each.properties.metrics.map(([, metric]) => metric),
      ),
    );
    expect([...shown]).to.have.members(["Items", "Calls", "Throttles", "NotCollected", "Duration", "RunsNotSealed"]);
  });
});

describe("the dashboard's metrics", () => {
  for (const count of [1, 3, 9, 16, 24, 49])
    it(`stay within what costs nothing, with ${count} auditors, and show what was not collected first`, () => {
      const auditors = Array.from({ length: count }, (_, index) => `auditor-${index}`);
      const { widgets } = dashboardBody("eu-central-1", auditors);
      const metrics = widgets.flatMap(({ properties }) => properties.metrics);
      expect(metrics.length).to.be.at.most(FREE_METRICS);
      expect(metrics.filter(([, metric]) => metric === "NotCollected")).to.have.length(count);
      expect(metrics.filter(([, metric]) => metric === "RunsNotSealed")).to.have.length(1);
    });
});

describe("Watchdog", () => {
  it("is invoked every quarter of an hour by Scheduler's own role, and is told the deadline", async () => {
    const made = await recorded(
      () =>
        new Watchdog("watchdog", {
          namePrefix: "audit",
          accountId: "999999999999",
          bucket: { name: "evidence", arn: "arn:aws:s3:::evidence" },
          sealer: { name: "audit-sealer", arn: "arn:aws:lambda:eu-central-1:999999999999:function:audit-sealer" },
          sealDeadlineMinutes: 90,
          logRetentionDays: 7,
        }),
    );
    expect(made.one("aws:scheduler/schedule:Schedule").inputs).to.include({ scheduleExpression: "rate(15 minutes)" });
    expect(made.one("Function").inputs.environment.variables).to.include({ SEAL_DEADLINE_MINUTES: "90" });
  });
});
