import { expect } from "chai";
import { auditSettings } from "../../stacks/config/audit.ts";
import { checkLengths } from "../../stacks/config/lengths.ts";
import { memberSettings } from "../../stacks/config/member.ts";
import { required } from "../../stacks/config/read.ts";
import { ConfigError, type ConfigSource } from "../../stacks/config/value.ts";

const config = (values: Record<string, string>) => ({ get: (key: string) => values[key] });
const kindOf = (values: ConfigSource) => required(values, "kind");
const audit = { accounts: "111111111111,222222222222" };
const member = { auditAccountId: "999999999999", externalId: "an-external-id" };

describe("stack config", () => {
  for (const [how, value] of [
    ["pulumi config set", "111111111111, 222222222222"],
    ["--path, which keeps numbers", "[111111111111,222222222222]"],
    ["--path with strings", '["111111111111","222222222222"]'],
  ] as const) {
    it(`takes accounts as ${how} writes them`, () => {
      const { accounts } = auditSettings(config({ accounts: value }));
      expect(accounts).to.deep.equal({ ids: ["111111111111", "222222222222"] });
    });
  }

  it("needs no accounts when they come from Organizations", () => {
    const settings = auditSettings(config({ accountSource: "organizations", organizationalUnits: "ou-abcd-1" }));
    expect(settings.accounts).to.deep.equal({ organizationalUnits: ["ou-abcd-1"], exclude: [] });
  });

  for (const [what, read, values, problem] of [
    ["an id of 11 digits", auditSettings, { accounts: "11111111111" }, /^accounts: "11111111111" — .*12 digits.*Try: /],
    ["a number of 11 digits", auditSettings, { accounts: "[11111111111]" }, /^accounts: "11111111111" — .*12 digits/],
    ["an id twice", auditSettings, { accounts: "111111111111,111111111111" }, /^accounts: .*listed twice/],
    ["no account", auditSettings, {}, /^accounts: not set — .*pulumi config set accounts/],
    ["half a list", auditSettings, { accounts: "[1" }, /^accounts: "\[1" — a list/],
    [
      "an unknown auditor",
      auditSettings,
      { ...audit, auditors: "rdz" },
      /^auditors: "rdz" — no auditor and no service .*; did you mean rds\?.*Try: /,
    ],
    [
      "an auditor like no other",
      auditSettings,
      { ...audit, auditors: "mainframe" },
      /^auditors: "mainframe" — no auditor and no service .*Groups: access, .*Try: /,
    ],
    ["a region's name that is none", auditSettings, { ...audit, regions: "eu" }, /^regions: "eu"/],
    ["a bucket's name in capitals", auditSettings, { ...audit, bucketName: "Evidence" }, /^bucketName: "Evidence"/],
    [
      "lock days that are no number",
      auditSettings,
      { ...audit, objectLockDays: "a year" },
      /^objectLockDays: "a year"/,
    ],
    ["an unknown source", auditSettings, { ...audit, accountSource: "file" }, /^accountSource: "file"/],
    ["no audit account", memberSettings, { externalId: "an-id" }, /^auditAccountId: not set — .*auditStack/],
    ["no external id", memberSettings, { auditAccountId: "999999999999" }, /^externalId: not set — .*stack output/],
    ["a short audit account", memberSettings, { ...member, auditAccountId: "99" }, /^auditAccountId: "99"/],
    ["a policy of its own", memberSettings, { ...member, memberPolicy: "Admin" }, /^memberPolicy: "Admin"/],
    ["no kind", kindOf, {}, /^kind: not set — one of audit, member/],
  ] as const) {
    it(`refuses ${what}, naming key, value and remedy`, () => {
      expect(() => read(config(values as Record<string, string>))).to.throw(ConfigError, problem);
    });
  }

  it("refuses what would not fit a function's environment, before anything is made", () => {
    const excluded = Array.from({ length: 400 }, (_, index) => String(100_000_000_000 + index)).join(",");
    const values = { accountSource: "organizations", excludeAccounts: excluded };
    expect(() => auditSettings(config(values))).to.throw(
      ConfigError,
      /^excludeAccounts: "400 accounts" — .* 5199 characters/,
    );
  });

  it("refuses a prefix with which a function's name would be longer than Lambda takes", () => {
    const named = (auditor: string) => () =>
      checkLengths({ namePrefix: "a".repeat(32), auditors: ["s3", auditor], regions: [], accounts: { ids: [] } });
    expect(named("a".repeat(22))).not.to.throw();
    expect(named("a".repeat(23))).to.throw(ConfigError, /^namePrefix: .* 65 characters, and 64 is the most/);
  });

  it("takes empty values, the defaults of Pulumi.yaml, as not set", () => {
    const settings = auditSettings(config({ ...audit, bucketName: "", auditors: "", objectLockDays: "0" }));
    expect(settings).not.to.have.any.keys("bucketName", "objectLock");
    expect(settings.auditors).to.include.members(["rds", "iam", "s3"]);
  });

  it("leaves the audit account and external id to a stack reference", () => {
    expect(memberSettings(config({ auditStack: "org/audit-ecosystem/audit" }))).to.include({
      auditStack: "org/audit-ecosystem/audit",
    });
  });
});
