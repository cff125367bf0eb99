import { readFileSync } from "node:fs";
import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { deployed, type System, systemOver } from "./system.ts";

interface Recorded {
  resourceType: string;
  resourceId: string;
  configurationItemStatus: string;
  configuration: Record<string, unknown> | null;
  supplementaryConfiguration: Record<string, unknown>;
}
/** Items as AWS Config records them, by what they are. */
const ITEMS = JSON.parse(readFileSync("test/stories/configurationItems.json", "utf8")) as Record<string, Recorded>;

describe("a control as a rule of AWS Config", function () {
  this.timeout(120_000);
  let system: System;

  before(async () => {
    const config = {
      kind: "audit",
      accounts: "111111111111",
      auditors: "iam",
      schedule: "off",
      catalog: "false",
      configRules: "true",
    };
    system = systemOver(await deployed(1, [{ account: AUDIT_ACCOUNT, config }]));
  });

  /** What Config does when it has recorded a change, for each rule whose scope has the item's type. */
  async function change(item: Recorded, more: object = {}): Promise<Record<string, string>> {
    const { state } = system.sandbox;
    state.evaluations.splice(0);
    system.trouble.splice(0);
    for (const rule of state.configRules.values()) {
      if (!rule.Scope?.ComplianceResourceTypes?.includes(item.resourceType)) continue;
      await system.run("audit-config-rules", {
        version: "1.0",
        invokingEvent: JSON.stringify({
          messageType: "ConfigurationItemChangeNotification",
          configurationItem: item,
          notificationCreationTime: "2026-11-24T03:00:01.000Z",
          recordVersion: "1.3",
        }),
        ruleParameters: rule.InputParameters,
        resultToken: rule.ConfigRuleName,
        eventLeftScope: false,
        configRuleName: rule.ConfigRuleName,
        accountId: AUDIT_ACCOUNT,
        ...more,
      });
    }
    expect(system.trouble).to.deep.equal([]);
    return Object.fromEntries(
      state.evaluations.map(({ rule, evaluation }) => [
        rule.replace("audit-", ""),
        [evaluation.ComplianceType, evaluation.Annotation].filter(Boolean).join(": "),
      ]),
    );
  }

  it("judges a bucket by its supplementary configuration", async () => {
    expect(await change(ITEMS["closed and versioned bucket"]!)).to.deep.equal({
      "s3-bucket-public-access-blocked": "COMPLIANT",
      "s3-bucket-versioned": "COMPLIANT",
    });
    expect(await change(ITEMS["open bucket"]!)).to.deep.equal({
      "s3-bucket-public-access-blocked": "NON_COMPLIANT: not all four settings are on",
      "s3-bucket-versioned": "NON_COMPLIANT: versioning is off",
    });
  });

  it("judges a database, and is not applicable to what it does not look at", async () => {
    expect(await change(ITEMS["public database"]!)).to.deep.equal({
      "rds-backups-kept": "NON_COMPLIANT: backups are kept for 1 days",
      "rds-copies-tags-to-snapshots": "COMPLIANT",
      "rds-iam-authentication": "NON_COMPLIANT: IAM authentication is off",
      "rds-minor-upgrades": "COMPLIANT",
      "rds-multi-az": "NON_COMPLIANT: there is no standby in another zone",
      "rds-not-publicly-accessible": "NON_COMPLIANT: it has a public address",
      "rds-storage-encrypted": "COMPLIANT",
    });
    const ofCluster = await change(ITEMS["database of a cluster"]!);
    expect(ofCluster).to.include({ "rds-multi-az": "NOT_APPLICABLE", "rds-storage-encrypted": "COMPLIANT" });
  });

  it("says that it does not know where the item does not tell", async () => {
    expect((await change(ITEMS["volume without a word on encryption"]!))["ec2-volume-encrypted"]).to.equal(
      "NOT_APPLICABLE: not known whether: it is not encrypted",
    );
  });

  it("does not apply to what is gone or left its scope", async () => {
    const item = ITEMS["open bucket"]!;
    const gone = { ...item, configurationItemStatus: "ResourceDeleted", configuration: null };
    for (const said of [await change(gone), await change(item, { eventLeftScope: true })])
      expect(new Set(Object.values(said))).to.deep.equal(new Set(["NOT_APPLICABLE"]));
  });
});
