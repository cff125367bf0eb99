import { BudgetsClient, DescribeBudgetsCommand, DescribeNotificationsForBudgetCommand } from "@aws-sdk/client-budgets";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";
import { auditSettings } from "../../stacks/config/audit.ts";
import { ConfigError } from "../../stacks/config/value.ts";
import { deployed, REGION } from "../stories/system.ts";

const TOPIC = "arn:aws:sns:eu-central-1:999999999999:audit-alarms";
const config = {
  kind: "audit",
  accounts: "111111111111",
  auditors: "iam",
  catalog: "false",
  schedule: "off",
  alarmTopicArn: TOPIC,
};

describe("the monthly budget", () => {
  it("tells the alarms' topic at 80 and 100 per cent, and of a forecast above it; another sum changes it in place", async () => {
    const state = await deployed(1, [
      { account: AUDIT_ACCOUNT, config: { ...config, monthlyBudget: "50" } },
      { account: AUDIT_ACCOUNT, config: { ...config, monthlyBudget: "75" } },
    ]);
    const invoke = { now: async () => ({ payload: null }), later: () => undefined };
    const sandbox = createSandbox(state, {
      ...handedIn,
      now: () => Date.UTC(2026, 10, 24),
      random: randomOf("budget"),
      invoke,
    });
    const client = new BudgetsClient({
      requestHandler: inProcess(sandbox) as never,
      region: REGION,
      credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
    });
    const AccountId = AUDIT_ACCOUNT;
    const { Budgets } = await client.send(new DescribeBudgetsCommand({ AccountId }));
    expect(Budgets).to.have.length(1);
    expect(Budgets![0]).to.deep.include({
      BudgetName: "audit-monthly",
      BudgetLimit: { Amount: "75", Unit: "USD" },
      TimeUnit: "MONTHLY",
    });
    const asked = new DescribeNotificationsForBudgetCommand({ AccountId, BudgetName: "audit-monthly" });
    const { Notifications } = await client.send(asked);
    expect(Notifications!.map(({ NotificationType, Threshold }) => `${NotificationType} ${Threshold}`)).to.deep.equal([
      "ACTUAL 80",
      "ACTUAL 100",
      "FORECASTED 100",
    ]);
    const [{ NotificationsWithSubscribers } = {}] = [...state.budgets.values()];
    expect(NotificationsWithSubscribers![0]!.Subscribers).to.deep.equal([{ SubscriptionType: "SNS", Address: TOPIC }]);
  });

  it("is none unless it is asked for, and is refused without a topic to tell", () => {
    const settings = (values: Record<string, string>) =>
      auditSettings({ get: (key) => ({ accounts: "111111111111", ...values })[key as "accounts"] });
    expect(settings({})).not.to.have.property("monthlyBudget");
    expect(settings({ monthlyBudget: "0" })).not.to.have.property("monthlyBudget");
    expect(() => settings({ monthlyBudget: "50" })).to.throw(
      ConfigError,
      /^monthlyBudget: "50" — there is no topic to tell\. Try: pulumi config set alarmTopicArn/,
    );
  });
});
