import { readFileSync } from "node:fs";
import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { askGuard, guardRuns } from "../referee/guard.ts";
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

/** What AWS Config makes of an answer. */
const SAID = { PASS: "COMPLIANT", FAIL: "NON_COMPLIANT", SKIP: "NOT_APPLICABLE" };

const CONFIG = { kind: "audit", accounts: "111111111111", auditors: "iam", schedule: "off", catalog: "false" };

describe("a control as a rule of AWS Config", function () {
  this.timeout(120_000);
  let system: System;

  before(async () => {
    const organization = {
      ...CONFIG,
      namePrefix: "whole",
      regions: "eu-central-1,us-east-1",
      configRules: "organization",
      excludeAccounts: "222222222222",
    };
    system = systemOver(
      await deployed(1, [
        { account: AUDIT_ACCOUNT, config: { ...CONFIG, configRules: "true" } },
        { account: AUDIT_ACCOUNT, config: organization },
      ]),
    );
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
      "s3-bucket-public-access-blocked": "NON_COMPLIANT: Not all four settings are on",
      "s3-bucket-versioned": "NON_COMPLIANT: Versioning is off",
    });
  });

  it("judges a database, and is not applicable to what it does not look at", async () => {
    expect(await change(ITEMS["public database"]!)).to.deep.equal({
      "rds-backups-kept": "NON_COMPLIANT: Backups are kept for 1 days",
      "rds-copies-tags-to-snapshots": "COMPLIANT",
      "rds-iam-authentication": "NON_COMPLIANT: IAM authentication is off",
      "rds-minor-upgrades": "COMPLIANT",
      "rds-multi-az": "NON_COMPLIANT: No standby in another Availability Zone",
      "rds-not-publicly-accessible": "NON_COMPLIANT: Has a public address",
      "rds-storage-encrypted": "COMPLIANT",
    });
    const ofCluster = await change(ITEMS["database of a cluster"]!);
    expect(ofCluster).to.include({ "rds-multi-az": "NOT_APPLICABLE", "rds-storage-encrypted": "NOT_APPLICABLE" });
  });

  it("says that it does not know where the item does not tell", async () => {
    expect((await change(ITEMS["volume without a word on encryption"]!))["ec2-volume-encrypted"]).to.equal(
      "NOT_APPLICABLE: not known: the item does not tell",
    );
  });

  it("takes back what it said of an item that AWS does not give any more, and ends with the error", async () => {
    const { iam, state } = system.sandbox;
    const { denial } = iam;
    iam.denial = (principal, permission) =>
      permission.action === "config:GetResourceConfigHistory" ? "denied by a test" : denial(principal, permission);
    state.evaluations.splice(0);
    system.trouble.splice(0);
    await system.run("audit-config-rules", {
      invokingEvent: JSON.stringify({
        messageType: "OversizedConfigurationItemChangeNotification",
        configurationItemSummary: {
          resourceType: "AWS::EC2::Volume",
          resourceId: "vol-1",
          configurationItemCaptureTime: "2026-11-24T03:00:00.000Z",
          configurationItemStatus: "OK",
        },
      }),
      ruleParameters: JSON.stringify({ control: "ec2-volume-encrypted" }),
      resultToken: "audit-ec2-volume-encrypted",
    });
    iam.denial = denial;
    const [{ evaluation } = { evaluation: undefined }] = state.evaluations;
    expect(evaluation).to.include({ ComplianceType: "NOT_APPLICABLE" });
    expect(evaluation!.Annotation).to.match(/^not evaluated: AccessDenied/);
    expect(system.trouble.join()).to.match(/denied by a test/);
    system.trouble.splice(0);
  });

  it("does not apply to what is gone or left its scope", async () => {
    const item = ITEMS["open bucket"]!;
    const gone = { ...item, configurationItemStatus: "ResourceDeleted", configuration: null };
    for (const said of [await change(gone), await change(item, { eventLeftScope: true })])
      expect(new Set(Object.values(said))).to.deep.equal(new Set(["NOT_APPLICABLE"]));
  });

  it("is one of the whole organization in each region, but for the accounts that are left out, without a function", () => {
    const { organizationRules, configRules, functions } = system.sandbox.state;
    const own = [...configRules.values()].map(({ ConfigRuleName: name }) => name!.replace("audit-", ""));
    for (const region of ["eu-central-1", "us-east-1"]) {
      const rules = [...organizationRules].filter(([arn]) => arn.split(":")[3] === region).map(([, rule]) => rule);
      expect(rules.map((rule) => rule.OrganizationConfigRuleName!.replace("whole-", ""))).to.have.members(own);
      for (const { ExcludedAccounts, OrganizationCustomPolicyRuleMetadata: policy } of rules) {
        expect(ExcludedAccounts).to.deep.equal(["222222222222"]);
        expect(policy).to.include({ PolicyRuntime: "guard-2.x.x" });
      }
    }
    expect([...functions.keys()].filter((arn) => arn.endsWith("config-rules"))).to.have.length(1);
  });

  it("judges alike where AWS Config asks its policy and where it asks the function", async function () {
    if (!guardRuns() && !process.env.CI) this.skip();
    const rules = [...system.sandbox.state.organizationRules].flatMap(([arn, rule]) =>
      arn.split(":")[3] === "eu-central-1" ? [rule] : [],
    );
    const policyOf = ({
      OrganizationConfigRuleName: name,
      OrganizationCustomPolicyRuleMetadata: policy,
    }: (typeof rules)[0]) => [name!.replace("whole-", ""), policy!.PolicyText!] as const;
    const gone = { ...ITEMS["open bucket"]!, configurationItemStatus: "ResourceDeleted", configuration: null };
    for (const item of [...Object.values(ITEMS), gone]) {
      const inScope = rules.filter(({ OrganizationCustomPolicyRuleMetadata: policy }) =>
        policy!.ResourceTypesScope!.includes(item.resourceType),
      );
      const said = await askGuard(new Map(inScope.map(policyOf)), [item]);
      const byFunction = Object.entries(await change(item)).map(([name, told]) => [name, told.split(":")[0]]);
      expect(
        Object.fromEntries([...said].map(([name, [status]]) => [name, SAID[status!]])),
        item.resourceId,
      ).to.deep.equal(Object.fromEntries(byFunction));
    }
  });
});
