import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { AuditAccount } from "../../components/auditAccount.ts";
import type { NotificationSettings } from "../../components/notifications.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { notificationsOf } from "../../stacks/notifications.ts";
import { type Recording, recorded } from "./recorded.ts";

use(chaiAsPromised);

const auditors = await loadAuditors(["iam"]);
const TOPIC = "arn:aws:sns:eu-central-1:999999999999:findings";
const accountWith = (notifications?: NotificationSettings): Promise<Recording> =>
  recorded(
    () =>
      new AuditAccount("audit", {
        auditors,
        accounts: { ids: ["111111111111"] },
        ...(notifications ? { notifications } : {}),
      }),
    { partition: "aws" },
  );
const functionsOf = (made: Recording) => made.of("Function").map(({ inputs }) => inputs);

describe("Notifications", () => {
  it("are not there unless they are asked for", async () => {
    const made = await accountWith();
    expect(functionsOf(made).map(({ name }) => name)).not.to.include("audit-notifier");
    expect(JSON.stringify(functionsOf(made))).not.to.include("NOTIFIER_FUNCTION");
  });

  it("have permissions for the channels that are configured and no other, and a queue for what failed", async () => {
    const made = await accountWith({ controls: [], topicArn: TOPIC, webhookParameter: "/audit/webhook" });
    const { inputs } = made.of("RolePolicy").find((each) => each.inputs.role === "audit-notifier")!;
    const actions = JSON.parse(inputs.policy).Statement.flatMap(({ Action }: { Action: string[] }) => Action);
    expect(actions).to.include.members(["sns:Publish", "ssm:GetParameter", "sqs:SendMessage"]);
    expect(actions).not.to.include.members(["events:PutEvents"]);
    expect(actions).not.to.include.members(["securityhub:BatchImportFindings"]);
    const config = made.of("FunctionEventInvokeConfig").find((each) => each.inputs.functionName === "audit-notifier")!;
    expect(config.inputs).to.deep.include({ maximumRetryAttempts: 2 });
    const tabulator = functionsOf(made).find(({ name }) => name === "audit-tabulator")!;
    expect(tabulator.environment.variables.NOTIFIER_FUNCTION).to.equal("audit-notifier");
    expect(made.of("MetricAlarm").map((each) => each.inputs.name)).to.include("audit-notifier-errors");
  });

  it("are about controls of what the auditors read, from a severity on", async () => {
    const { controls } = await notificationsOf({ securityHub: true, severity: "high" }, auditors);
    expect(controls.map(({ service }) => service)).to.satisfy((all: string[]) => all.every((each) => each === "iam"));
    expect(new Set(controls.map(({ severity }) => severity))).to.deep.equal(new Set(["critical", "high"]));
  });

  it("name a file with exceptions that is not there", async () => {
    const settings = { securityHub: true, severity: "high", exceptions: "nowhere.yaml" } as const;
    await expect(notificationsOf(settings, auditors)).to.be.rejectedWith(/^notifyExceptions: "nowhere.yaml" — .*Try:/);
  });
});
