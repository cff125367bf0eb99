import { readdirSync } from "node:fs";
import { expect } from "chai";
import { stackConfig } from "../../cli/stackConfig.ts";
import { auditSettings } from "../../stacks/config/audit.ts";
import { ineffectiveLines } from "../../stacks/config/effect.ts";
import { checkHome } from "../../stacks/config/home.ts";
import { KEYS as DECLARED } from "../../stacks/config/keys.ts";
import { mandatoryOf } from "../../stacks/config/mandatory.ts";
import { memberSettings } from "../../stacks/config/member.ts";
import { refuseForeign, refuseUnknown, required, UnknownKeyError } from "../../stacks/config/read.ts";
import { rolloutSettings } from "../../stacks/config/rollout.ts";
import { ConfigError, type ConfigSource } from "../../stacks/config/value.ts";
import { witnessSettings } from "../../stacks/config/witness.ts";

const withMandatoryOf =
  <T extends object>(settings: (from: ConfigSource) => T) =>
  (from: ConfigSource) => ({ ...settings(from), ...mandatoryOf(from) });
const settingsOf = {
  audit: withMandatoryOf(auditSettings),
  member: withMandatoryOf(memberSettings),
  rollout: withMandatoryOf(rolloutSettings),
  witness: withMandatoryOf(witnessSettings),
};
type Kind = keyof typeof settingsOf;
const PEM =
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnMXmB18sLjDRcEyKBSZ4KKRO+5vl\nBSJBAmhob4cZGubmuZH07i0eF8nxJZVxi/zvaxOv4W5SkK/S6fFhovdWcw==\n-----END PUBLIC KEY-----";
/** What a stack of a kind cannot do without. */
const NEEDED: Record<Kind, Record<string, string>> = {
  audit: { accounts: "111111111111" },
  member: { auditAccountId: "999999999999", externalId: "an-external-id" },
  rollout: { auditAccountId: "999999999999", externalId: "an-external-id", organizationalUnits: "r-abcd" },
  witness: {
    auditAccountId: "999999999999",
    bucketName: "evidence",
    witnessName: "auditors.example/w1",
    witnessedPublicKeys: PEM,
  },
};
const config = (values: Record<string, string>) => ({ get: (key: string) => values[key] });
const settings = (kind: Kind, values: Record<string, string>): object =>
  settingsOf[kind](config({ ...NEEDED[kind], ...values }));

const LIST = '[{"name":"nightly","expression":"daily"}]';
const ORGANIZATION = { accountSource: "organizations" };
const MANAGED = { memberPolicy: "SecurityAudit" };

/** What a configuration comes to: the settings, or why it is refused. */
function outcome(kind: Kind, values: Record<string, string>): string {
  try {
    return JSON.stringify(settingsOf[kind](config(values)));
  } catch (error) {
    return (error as Error).message;
  }
}

/** Each key: a value, what the settings then hold, and values that are refused. */
const KEYS: Record<
  string,
  { kind: Kind; value: string; also?: Record<string, string>; gives: object; wrong: string[] }
> = {
  accounts: {
    kind: "audit",
    value: "222222222222",
    gives: { accounts: { ids: ["222222222222"] } },
    wrong: ["1", "x", "[true]"],
  },
  accountSource: {
    kind: "audit",
    value: "organizations",
    gives: { accounts: { organizationalUnits: [], exclude: [] } },
    wrong: ["file"],
  },
  organizationalUnits: {
    kind: "audit",
    value: '["ou-abcd-1"]',
    also: { accountSource: "organizations" },
    gives: { accounts: { organizationalUnits: ["ou-abcd-1"], exclude: [] } },
    wrong: ["production"],
  },
  excludeAccounts: {
    kind: "audit",
    value: "444444444444",
    also: { accountSource: "organizations" },
    gives: { accounts: { organizationalUnits: [], exclude: ["444444444444"] } },
    wrong: ["44"],
  },
  regions: {
    kind: "audit",
    value: "eu-central-1,us-gov-west-1",
    gives: { regions: ["eu-central-1", "us-gov-west-1"] },
    wrong: ["eu"],
  },
  bucketName: {
    kind: "audit",
    value: "audit-metadata-bucket",
    gives: { bucketName: "audit-metadata-bucket" },
    wrong: ["Bucket", "a", "10.0.0.1", "a..b", "xn--a", "evidence-s3alias"],
  },
  adoptBucket: {
    kind: "audit",
    value: "true",
    also: { bucketName: "audit-metadata-bucket" },
    gives: { adoptBucket: true, bucketName: "audit-metadata-bucket" },
    wrong: ["yes"],
  },
  digestKey: {
    kind: "audit",
    value: "0123456789abcdef0123456789abcdef",
    gives: { digestKey: "0123456789abcdef0123456789abcdef" },
    wrong: ["short", "with blanks with blanks with blanks"],
  },
  objectLockDays: {
    kind: "audit",
    value: "365",
    gives: { objectLock: { mode: "GOVERNANCE", days: 365 } },
    wrong: ["-1", "a year", "1.5", "36501"],
  },
  objectLockMode: {
    kind: "audit",
    value: "COMPLIANCE",
    also: { objectLockDays: "1" },
    gives: { objectLock: { mode: "COMPLIANCE", days: 1 } },
    wrong: ["compliance"],
  },
  encryptionKeyArn: {
    kind: "audit",
    value: "arn:aws:kms:eu-central-1:888888888888:key/mrk-1234",
    gives: { encryptionKeyArn: "arn:aws:kms:eu-central-1:888888888888:key/mrk-1234" },
    wrong: ["1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-central-1:888888888888:alias/evidence"],
  },
  namePrefix: {
    kind: "audit",
    value: "acme",
    gives: { namePrefix: "acme" },
    wrong: ["a b", "-acme", "acme-", "4cme", "a".repeat(33)],
  },
  parameterName: {
    kind: "audit",
    value: "/acme/members",
    gives: { parameterName: "/acme/members" },
    wrong: ["acme members", "/", "/aws/accounts", "/SSM/accounts"],
  },
  schedule: {
    kind: "audit",
    value: "off",
    gives: { schedules: [] },
    wrong: ["hourly", "rate(0 hours)", "cron(0 25 * * ? *)", "cron(0 3 * * * *)"],
  },
  pipelineStateBucket: {
    kind: "audit",
    value: "my-pulumi-state",
    also: { pipelineRepository: "acme/audit" },
    gives: { pipeline: { repository: "acme/audit", stateBucket: "my-pulumi-state" } },
    wrong: ["s3://my-pulumi-state", "a b"],
  },
  scheduleTimezone: {
    kind: "audit",
    value: "Europe/Berlin",
    gives: { schedules: [{ name: "run", expression: "cron(0 3 * * ? *)", timezone: "Europe/Berlin" }] },
    wrong: ["Mars/Olympus"],
  },
  scheduleFlexibleMinutes: {
    kind: "audit",
    value: "0",
    gives: { scheduleFlexibleMinutes: 0 },
    wrong: ["1441", "soon"],
  },
  pipelineRepository: {
    kind: "audit",
    value: "acme/audit",
    gives: { pipeline: { repository: "acme/audit" } },
    wrong: ["acme"],
  },
  pipelineProviderArn: {
    kind: "audit",
    value: "arn:aws:iam::999999999999:oidc-provider/token.actions.githubusercontent.com",
    also: { pipelineRepository: "acme/audit" },
    gives: {
      pipeline: {
        repository: "acme/audit",
        providerArn: "arn:aws:iam::999999999999:oidc-provider/token.actions.githubusercontent.com",
      },
    },
    wrong: ["arn:aws:iam::999999999999:oidc-provider/example.com"],
  },
  logRetentionDays: { kind: "audit", value: "30", gives: { logRetentionDays: 30 }, wrong: ["31", "x", "0"] },
  catalog: { kind: "audit", value: "false", gives: { catalog: false }, wrong: ["maybe"] },
  queryLimitGigabytes: { kind: "audit", value: "7", gives: { queryLimitGigabytes: 7 }, wrong: ["0", "much"] },
  sageMakerAnomalies: {
    kind: "audit",
    value: "true",
    gives: { anomalyModels: { instanceType: "ml.c5.xlarge" } },
    wrong: ["yes"],
  },
  sageMakerInstanceType: {
    kind: "audit",
    value: "ml.m5.large",
    also: { sageMakerAnomalies: "true" },
    gives: { anomalyModels: { instanceType: "ml.m5.large" } },
    wrong: ["m5.large", "large"],
  },
  quickSightPrincipalArn: {
    kind: "audit",
    value: "arn:aws:quicksight:eu-central-1:999999999999:group/default/auditors",
    gives: { quickSightPrincipalArn: "arn:aws:quicksight:eu-central-1:999999999999:group/default/auditors" },
    wrong: ["auditors", "arn:aws:iam::999999999999:user/auditor"],
  },
  auditors: { kind: "member", value: '["rds","iam"]', gives: { auditors: ["rds", "iam"] }, wrong: ["rdz"] },
  crossAccountRoleName: {
    kind: "member",
    value: "reader",
    gives: { crossAccountRoleName: "reader" },
    wrong: ["a reader"],
  },
  permissionsBoundary: {
    kind: "member",
    value: "arn:aws:iam::999999999999:policy/boundary",
    gives: { permissionsBoundary: "arn:aws:iam::999999999999:policy/boundary" },
    wrong: ["boundary", "arn:aws:iam::999999999999:role/boundary"],
  },
  tags: {
    kind: "audit",
    value: "cost-center=4711,owner=the audit team=us",
    gives: { tags: { "cost-center": "4711", owner: "the audit team=us" } },
    wrong: ["owner", "aws:x=1", "=x"],
  },
  externalId: {
    kind: "audit",
    value: "an-id",
    gives: { externalId: "an-id" },
    wrong: ["x", "an id", "replace-with-the-audit-stacks-external-id"],
  },
  auditAccountId: { kind: "member", value: "888888888888", gives: { auditAccountId: "888888888888" }, wrong: ["99"] },
  auditStack: {
    kind: "member",
    value: "acme/audit-ecosystem/audit",
    also: { externalId: "" },
    gives: { auditStack: "acme/audit-ecosystem/audit" },
    wrong: ["audit", "acme/audit", "acme/audit-ecosystem/audit/x", "an audit stack"],
  },
  sealDeadlineMinutes: {
    kind: "audit",
    value: "60",
    gives: { sealDeadlineMinutes: 60 },
    wrong: ["soon", "0", "1.5", "20000"],
  },
  witnessFunctionArns: {
    kind: "audit",
    value: "arn:aws:lambda:eu-central-1:888888888888:function:audit-witness",
    gives: { witnessFunctionArns: ["arn:aws:lambda:eu-central-1:888888888888:function:audit-witness"] },
    wrong: ["audit-witness"],
  },
  timestampAuthorities: {
    kind: "audit",
    value: "https://tsa.example/tsr,http://other.example",
    gives: { timestampAuthorities: ["https://tsa.example/tsr", "http://other.example"] },
    wrong: ["tsa.example", "ftp://tsa.example"],
  },
  witnessName: {
    kind: "witness",
    value: "auditors.example/w2",
    gives: { witnessName: "auditors.example/w2" },
    wrong: ["two words", "a+b"],
  },
  witnessedPublicKeys: {
    kind: "witness",
    value: PEM,
    gives: { publicKeys: PEM },
    wrong: ["key.pem", "rubbish", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
  },
  previousSigningKeyArn: {
    kind: "audit",
    value: "arn:aws:kms:eu-central-1:999999999999:key/1234abcd",
    gives: { previousSigningKeyArn: "arn:aws:kms:eu-central-1:999999999999:key/1234abcd" },
    wrong: ["1234abcd", "arn:aws:kms:eu-central-1:999999999999:alias/audit"],
  },
  apiShare: { kind: "audit", value: "0.25", gives: { apiShare: 0.25 }, wrong: ["half", "0", "1.5", "-1"] },
  alarmTopicArn: {
    kind: "audit",
    value: "arn:aws:sns:eu-central-1:999999999999:audit",
    gives: { alarmTopicArn: "arn:aws:sns:eu-central-1:999999999999:audit" },
    wrong: ["audit", "arn:aws:sqs:eu-central-1:999999999999:audit"],
  },
  monthlyBudget: {
    kind: "audit",
    value: "50",
    also: { alarmTopicArn: "arn:aws:sns:eu-central-1:999999999999:audit" },
    gives: { monthlyBudget: 50 },
    wrong: ["much", "-1", "1.5"],
  },
  cloudControlTypes: {
    kind: "audit",
    value: "AWS::IoT::Policy,AWS::IoT::Policy",
    gives: { cloudControlTypes: ["AWS::IoT::Policy"] },
    wrong: ["iot", "AWS::IoT"],
  },
  cloudControlActions: {
    kind: "audit",
    value: "iot:ListPolicies,iot:GetPolicy",
    also: { cloudControlTypes: "AWS::IoT::Policy" },
    gives: { cloudControlActions: ["iot:ListPolicies", "iot:GetPolicy"] },
    wrong: ["iot:*", "iot:Get*", "iot:DeletePolicy", "GetPolicy"],
  },
  configAggregator: {
    kind: "member",
    value: "888888888888/eu-central-1/organization",
    also: { auditAccountId: "999999999999", externalId: "an-external-id", configAggregatorTypes: "AWS::IoT::Policy" },
    gives: { configAggregator: { account: "888888888888", region: "eu-central-1", name: "organization" } },
    wrong: ["organization", "88/eu-central-1/organization", "888888888888/everywhere/organization"],
  },
  configAggregatorTypes: {
    kind: "audit",
    value: "AWS::IoT::Policy,AWS::IoT::Policy",
    also: { accounts: "111111111111", configAggregator: "888888888888/eu-central-1/organization" },
    gives: { configAggregatorTypes: ["AWS::IoT::Policy"] },
    wrong: ["iot", "AWS::IoT"],
  },
  configRules: {
    kind: "audit",
    value: "organization",
    also: { excludeAccounts: "444444444444" },
    gives: { configRules: { for: "organization", exclude: ["444444444444"] } },
    wrong: ["yes"],
  },
  notifyTopicArn: {
    kind: "audit",
    value: "arn:aws:sns:eu-central-1:999999999999:findings",
    gives: {
      notify: {
        topicArn: "arn:aws:sns:eu-central-1:999999999999:findings",
        securityHub: false,
        severity: "low",
      },
    },
    wrong: ["findings"],
  },
  notifyEventBus: {
    kind: "audit",
    value: "default",
    gives: { notify: { eventBus: "default", securityHub: false, severity: "low" } },
    wrong: ["a bus"],
  },
  notifySecurityHub: {
    kind: "audit",
    value: "true",
    gives: { notify: { securityHub: true, severity: "low" } },
    wrong: ["yes"],
  },
  notifyWebhookParameter: {
    kind: "audit",
    value: "/audit/webhook",
    gives: { notify: { webhookParameter: "/audit/webhook", securityHub: false, severity: "low" } },
    wrong: ["https://hooks.slack.com/services/T/B/secret", "a b"],
  },
  notifySeverity: {
    kind: "audit",
    value: "high",
    also: { notifySecurityHub: "true" },
    gives: { notify: { securityHub: true, severity: "high" } },
    wrong: ["severe"],
  },
  notifyExceptions: {
    kind: "audit",
    value: "exceptions.yaml",
    also: { notifySecurityHub: "true" },
    gives: { notify: { securityHub: true, severity: "low", exceptions: "exceptions.yaml" } },
    wrong: [],
  },
  tracing: { kind: "audit", value: "true", gives: { tracing: true }, wrong: ["Active", "yes"] },
  memberPolicy: { kind: "member", value: "SecurityAudit", gives: { memberPolicy: "SecurityAudit" }, wrong: ["Admin"] },
  organizationId: { kind: "member", value: "o-abcdefghij", gives: { organizationId: "o-abcdefghij" }, wrong: ["acme"] },
  rolloutFrom: {
    kind: "rollout",
    value: "delegated-administrator",
    gives: { delegatedAdministrator: true },
    wrong: ["me"],
  },
};

/** Further values, beside which other keys may come to nothing. */
const OTHER_VALUES: Record<string, string[]> = {
  schedule: ["rate(12 hours)", LIST, "cron(0 5 * * ? *)"],
  accountSource: ["parameter"],
  memberPolicy: ["ReadOnlyAccess"],
  configRules: ["true", "false"],
  catalog: ["true"],
  objectLockDays: ["0"],
  sageMakerAnomalies: ["false"],
  notifySecurityHub: ["false"],
  externalId: [""],
  monthlyBudget: ["0"],
  rolloutFrom: ["management"],
};

/** Each key that a kind of stack reads with a value that is not its default, by itself and beside each value of each other. */
function pairsOf(kind: Kind): { key: string; beside: string; values: Record<string, string> }[] {
  const read = Object.entries(KEYS).filter(([key]) =>
    DECLARED[key as keyof typeof DECLARED].kinds.includes(kind as never),
  );
  return read.flatMap(([key, { value, also = {} }]) =>
    [
      ["nothing", undefined, {}] as const,
      ...read.flatMap(([other, row]) => [
        [other, row.value, row.also ?? {}] as const,
        ...(OTHER_VALUES[other] ?? []).map((set) => [other, set, {}] as const),
      ]),
    ]
      .filter(([other]) => other !== key)
      .map(([other, set, needed]) => {
        const ofKind = Object.entries<string>({ ...also, ...needed }).filter(([name]) =>
          read.some(([each]) => each === name),
        );
        const values: Record<string, string> = {
          ...NEEDED[kind],
          ...Object.fromEntries(ofKind),
          ...(set === undefined ? {} : { [other]: set }),
          [key]: value,
        };
        return { key, beside: `${other} ${set}`, values };
      }),
  );
}

describe("stack configuration keys", () => {
  for (const [key, { kind, value, also = {}, gives, wrong }] of Object.entries(KEYS)) {
    it(`${key} is read from ${value}`, () => {
      expect(settings(kind, { ...also, [key]: value })).to.deep.include(gives);
    });
    for (const refused of wrong)
      it(`${key} refuses ${refused} with key, value and remedy`, () => {
        expect(() => settings(kind, { ...also, [key]: refused })).to.throw(ConfigError, /^(\w+): .+ — .+\. Try: /);
      });
  }

  it("each key that is declared is read by a kind of stack, and each that is read is declared", () => {
    const seen = new Set<string>(["kind"]);
    for (const [kind, needed] of Object.entries(NEEDED)) {
      // Each source of accounts has keys of its own.
      for (const more of [{}, { accountSource: "organizations" }] as Record<string, string>[]) {
        const values: Record<string, string> = { ...needed, ...more };
        settingsOf[kind as Kind]({
          get: (key) => {
            seen.add(key);
            return values[key];
          },
        });
      }
    }
    expect(Object.keys(DECLARED)).to.have.members([...seen]);
    expect(Object.keys(KEYS)).to.have.members([...seen].filter((key) => key !== "kind"));
  });

  for (const [key, { schema, example, default: otherwise }] of Object.entries(DECLARED))
    it(`${key} takes the value that its refusals propose, and its default`, () => {
      // What a shell puts in place of a command is not to be had here.
      if (!example.includes("$("))
        expect(schema.safeParse(example.replaceAll("'", "")).success, example).to.equal(true);
      if (otherwise) expect(schema.safeParse(otherwise).success, otherwise).to.equal(true);
    });

  for (const [unknown, meant] of [
    ["objectLockDay", "objectLockDays"],
    ["acounts", "accounts"],
    ["auditor", "auditors"],
    ["auditorz", "auditors"],
    ["Regions", "regions"],
    ["externalID", "externalId"],
    ["webhook-of-mine", undefined],
  ] as const)
    it(`refuses the key ${unknown}, ${meant ? `and asks whether it is ${meant}` : "without a guess"}, and never shows its value`, () => {
      const asked = meant ? `no such key; is it ${meant}? Try: ` : "no such key. Try: ";
      expect(() => refuseUnknown(["accounts", unknown])).to.throw(
        UnknownKeyError,
        `${unknown}: ${asked}pulumi config rm`,
      );
      expect(() => refuseUnknown(["accounts"])).not.to.throw();
    });

  for (const [kind, key, value, kinds] of [
    ["member", "accounts", "111111111111", "audit"],
    ["member", "regions", "eu-central-1", "audit"],
    ["member", "objectLockDays", "30", "audit"],
    ["member", "rolloutFrom", "delegated-administrator", "rollout"],
    ["audit", "auditAccountId", "999999999999", "member, rollout or witness"],
    ["audit", "memberPolicy", "SecurityAudit", "member or rollout"],
    ["audit", "witnessName", "auditors.example/w1", "witness"],
    ["rollout", "excludeAccounts", "111111111111", "audit"],
    ["witness", "externalId", "an-external-id", "audit, member or rollout"],
    ["witness", "digestKey", "a".repeat(32), "audit"],
  ] as const)
    it(`refuses ${key} in a stack of kind ${kind}, which does not read it`, () => {
      const shown = key === "digestKey" || key === "externalId" ? "(hidden)" : value;
      expect(() => refuseForeign(config({ [key]: value }), kind)).to.throw(
        ConfigError,
        `${key}: "${shown}" — this stack is of kind ${kind}, and the key counts in one of kind ${kinds}. Try: pulumi config rm ${key} here`,
      );
    });

  for (const [kind, says, key, value, beside, problem] of [
    ["audit", "refuses", "objectLockMode", "COMPLIANCE", { objectLockDays: "0" }, "nothing is locked"],
    ["audit", "refuses", "pipelineStateBucket", "my-pulumi-state", {}, "no pipeline deploys"],
    ["audit", "refuses", "notifySeverity", "high", {}, "nobody is notified"],
    ["audit", "refuses", "notifyExceptions", "exceptions.yaml", {}, "nobody is notified"],
    ["audit", "refuses", "sageMakerInstanceType", "ml.m5.large", {}, "SageMaker scores nothing"],
    ["audit", "refuses", "queryLimitGigabytes", "7", { catalog: "false" }, "nothing is queried"],
    ["audit", "refuses", "cloudControlActions", "iot:GetPolicy", {}, "no handler asks for them"],
    ["rollout", "refuses", "cloudControlActions", "iot:GetPolicy", {}, "no handler asks for them"],
    ["audit", "refuses", "scheduleTimezone", "Europe/Berlin", { schedule: LIST }, "each schedule of a list has"],
    ["audit", "warns of", "scheduleTimezone", "Europe/Berlin", { schedule: "off" }, "it has no effect: no run starts"],
    ["audit", "warns of", "scheduleFlexibleMinutes", "5", { schedule: "off" }, "it has no effect: no run starts"],
    ["audit", "warns of", "accounts", "111111111111", ORGANIZATION, "it has no effect: AWS Organizations says"],
    ["audit", "warns of", "parameterName", "/acme/members", ORGANIZATION, "it has no effect: AWS Organizations says"],
    ["member", "warns of", "auditStack", "a/b/c", {}, "it has no effect: auditAccountId and externalId are set"],
    ["member", "warns of", "auditors", "iam", MANAGED, "it has no effect: the role has AWS's own policy"],
    ["rollout", "warns of", "auditors", "iam", MANAGED, "it has no effect: the role has AWS's own policy"],
    ["member", "warns of", "cloudControlTypes", "AWS::IoT::Policy", MANAGED, "it has no effect: the role has AWS's"],
  ] as [Kind, "refuses" | "warns of", string, string, Record<string, string>, string][])
    it(`${says} ${key} where ${Object.entries(beside).join(" ") || "nothing else is set"} in a stack of kind ${kind}, with key, value and remedy`, () => {
      const values = { ...NEEDED[kind], ...beside, [key]: value };
      const line = new RegExp(`^${key}: "${value}" — ${problem}.*\\. Try: .*pulumi config rm ${key}$`);
      if (says === "refuses") expect(() => settingsOf[kind](config(values))).to.throw(ConfigError, line);
      else {
        expect(() => settingsOf[kind](config(values))).not.to.throw();
        const lines = ineffectiveLines(config(values), kind).filter((each) => each.startsWith(`${key}: `));
        expect(lines).to.have.length(1);
        expect(lines[0]).to.match(line);
      }
    });

  for (const kind of Object.keys(settingsOf) as Kind[])
    it(`names each key of a stack of kind ${kind} that another makes without effect, and no other`, () => {
      const silent: string[] = [];
      const wrongly: string[] = [];
      for (const { key, beside, values } of pairsOf(kind)) {
        const without = outcome(kind, { ...values, [key]: "" });
        // What cannot be used either way has said so.
        if (!without.startsWith("{")) continue;
        const named = ineffectiveLines(config(values), kind).some((line) => line.startsWith(`${key}: `));
        const hasEffect = outcome(kind, values) !== without;
        if (!hasEffect && !named) silent.push(`${key} beside ${beside}`);
        if (hasEffect && named) wrongly.push(`${key} beside ${beside}`);
      }
      expect(silent, "without effect, and nobody is told").to.deep.equal([]);
      expect(wrongly, "told of, and not without effect").to.deep.equal([]);
    });

  const HOME = { partition: "aws", accountId: "999999999999", region: "eu-central-1" };
  const KMS = "kms:eu-central-1:999999999999:key/1234abcd";
  for (const [key, value, where] of [
    ["encryptionKeyArn", `arn:aws-cn:${KMS}`, "partition aws"],
    ["encryptionKeyArn", "arn:aws:kms:us-east-1:999999999999:key/1234abcd", "region eu-central-1"],
    ["encryptionKeyArn", "arn:aws:kms:eu-central-1:111111111111:key/1234abcd", undefined],
    ["previousSigningKeyArn", "arn:aws:kms:eu-central-1:111111111111:key/1234abcd", "account 999999999999"],
    ["previousSigningKeyArn", `arn:aws:${KMS}`, undefined],
    ["alarmTopicArn", "arn:aws:sns:us-east-1:999999999999:audit", "region eu-central-1"],
    ["notifyTopicArn", "arn:aws-us-gov:sns:us-gov-west-1:999999999999:audit", "partition aws"],
    ["quickSightPrincipalArn", "arn:aws:quicksight:us-east-1:111111111111:user/default/a", "account 999999999999"],
    ["quickSightPrincipalArn", "arn:aws:quicksight:us-east-1:999999999999:user/default/a", undefined],
    ["witnessFunctionArns", "arn:aws:lambda:us-east-1:888888888888:function:audit-witness", "region eu-central-1"],
    ["permissionsBoundary", "arn:aws:iam::111111111111:policy/boundary", "account 999999999999"],
    ["permissionsBoundary", "arn:aws:iam::aws:policy/PowerUserAccess", undefined],
    [
      "pipelineProviderArn",
      "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com",
      "account 999999999999",
    ],
  ] as const)
    it(`${where ? "refuses" : "takes"} ${value} for ${key} of a stack in an account and region of aws`, () => {
      const check = () => checkHome(config({ [key]: value }), HOME);
      if (where) expect(check).to.throw(ConfigError, `${key}: "${value}" — the stack is in ${where}, and`);
      else expect(check).not.to.throw();
    });

  it("refuses regions of another partition than the stack's", () => {
    expect(() => checkHome(config({ regions: "eu-central-1,cn-north-1" }), HOME)).to.throw(
      ConfigError,
      'regions: "cn-north-1" — the region is in the partition aws-cn',
    );
    expect(() => checkHome(config({ regions: "us-gov-west-1" }), { ...HOME, partition: "aws-us-gov" })).not.to.throw();
  });

  it("shows of a value that was pasted the first line alone, and of the key of the digests nothing", () => {
    const secret = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIF\n-----END PRIVATE KEY-----";
    expect(() => settings("witness", { witnessedPublicKeys: secret }))
      .to.throw(ConfigError, /BEGIN PRIVATE KEY/)
      .with.property("message")
      .that.does.not.include("MC4CAQ");
    expect(() => settings("audit", { digestKey: "my-short-secret" }))
      .to.throw(ConfigError, 'digestKey: "(hidden)"')
      .with.property("message")
      .that.does.not.include("my-short-secret");
  });

  for (const [what, tags] of [
    ["a key twice", "Owner=a,Owner=b"],
    ["a key twice but for capitals", "owner=a,Owner=b"],
    ["more than 50", Array.from({ length: 51 }, (_, index) => `k${index}=v`).join()],
    ["AWS's own prefix in capitals", "AWS:x=y"],
  ] as const)
    it(`refuses tags with ${what}`, () => {
      expect(() => settings("member", { tags })).to.throw(ConfigError, /^tags: /);
    });

  it("refuses a second address of a time-stamp authority's host, whose stamp would take the first one's place", () => {
    expect(() => settings("audit", { timestampAuthorities: "https://a.org/x,https://a.org/y" })).to.throw(
      ConfigError,
      'timestampAuthorities: "https://a.org/y" — another address of the host is there already',
    );
  });

  for (const kind of Object.keys(settingsOf) as Kind[])
    it(`lets a stack of kind ${kind} have the keys that it reads, and the project's defaults of all others`, () => {
      const asked = new Set(["kind"]);
      const noting = (values: Record<string, string>): ConfigSource => ({
        get: (key) => {
          asked.add(key);
          return values[key];
        },
      });
      settingsOf[kind](noting(NEEDED[kind]));
      if (kind === "audit") settingsOf.audit(noting({ accountSource: "organizations" }));
      const own = Object.entries(DECLARED).filter(([, { kinds }]) => kinds.some((each) => each === kind));
      expect(own.map(([key]) => key)).to.have.members([...asked]);
      const defaults = Object.entries(DECLARED).map(([key, each]) => [key, each.default]);
      expect(() => refuseForeign(config({ ...Object.fromEntries(defaults), ...NEEDED[kind] }), kind)).not.to.throw();
    });

  for (const [key, value] of [
    ["organizationalUnits", "ou-abcd-11111111"],
    ["excludeAccounts", "111111111111"],
  ] as const)
    it(`refuses ${key} where accounts come from the parameter, which it would not narrow`, () => {
      const values: Record<string, string> = { accounts: "111111111111", [key]: value };
      expect(() => auditSettings({ get: (name) => values[name] })).to.throw(
        ConfigError,
        `${key}: "${value}" — it counts for accounts of AWS Organizations, and accountSource is parameter`,
      );
      const organization = { ...values, accountSource: "organizations" };
      expect(() => auditSettings({ get: (name) => (organization as Record<string, string>)[name] })).not.to.throw();
    });

  it("refuses to tell people of findings without a catalog, and never shows a webhook's address", () => {
    expect(() => settings("audit", { notifySecurityHub: "true", catalog: "false" })).to.throw(ConfigError, /^catalog/);
    expect(() => settings("audit", { notifyWebhookParameter: "https://hooks.slack.com/services/T/B/secret" }))
      .to.throw(ConfigError, /put-parameter --type SecureString/)
      .with.property("message")
      .that.does.not.include("hooks.slack.com");
  });

  it("the files that are checked in are complete but for what nobody can know before", () => {
    const files = readdirSync(".").filter((name) => /^Pulumi\..+\.yaml$/.test(name));
    expect(files).to.include.members(["Pulumi.audit.yaml", "Pulumi.member.yaml"]);
    for (const file of files) {
      const given = stackConfig(file);
      const kind = required(config(given), "kind");
      expect(() => settingsOf[kind](config(given)), file).to.throw(
        ConfigError,
        /^(accounts: not set|externalId: .* placeholder)/,
      );
      expect(() => settings(kind, { ...given, ...NEEDED[kind] }), file).not.to.throw();
      expect(() => refuseUnknown(Object.keys(given)), file).not.to.throw();
    }
  });

  for (const [what, value] of [
    ["a number in a list", "[12345678901]"],
    ["a number by itself", "12345678901"],
    ["a number among strings", '["111111111111",12345678901]'],
    ["one that YAML read as octal", "1227133513"],
    ["one of many zeros", "[10]"],
  ] as const)
    for (const [kind, key] of [
      ["audit", "accounts"],
      ["audit", "excludeAccounts"],
      ["member", "auditAccountId"],
    ] as const) {
      if (key === "auditAccountId" && value.startsWith("[")) continue;
      it(`${key}: an id whose leading zeros YAML took, ${what}, is refused, and no other id is proposed`, () => {
        const refused = () => settings(kind, { accountSource: "organizations", [key]: value });
        expect(refused).to.throw(
          ConfigError,
          /leading zeros.*Try: the id in quotes in the stack's file, or pulumi config set/,
        );
        expect(refused).to.throw(
          ConfigError,
          new RegExp(`^${key}: "(12345678901|1227133513|10)" — \\D*12 digits\\D*, or \\D*`),
        );
      });
    }
});
