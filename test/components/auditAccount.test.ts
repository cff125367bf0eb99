import { expect } from "chai";
import { AuditAccount } from "../../components/auditAccount.ts";
import type { AuditAccountArgs } from "../../components/auditSettings.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { type Recording, recorded } from "./recorded.ts";

const AUDITORS = ["rds", "iam"];
const auditors = await loadAuditors(AUDITORS);
const accountWith = (args: Partial<AuditAccountArgs> = {}, partition = "aws"): Promise<Recording> =>
  recorded(() => new AuditAccount("audit", { auditors, accounts: { ids: ["111111111111"] }, ...args }), {
    partition,
  });

interface Statement {
  Sid: string;
  Effect: string;
  Action: string[];
  Resource: string | string[];
}
const statementsOf = (made: Recording, role: string): Statement[] => {
  const policy = made.of("RolePolicy").find(({ inputs }) => inputs.role === role);
  return JSON.parse(policy!.inputs.policy).Statement;
};
/** Pairs of action and resource, `s3:PutObject on arn:…`. */
const granted = (made: Recording, role: string): string[] =>
  statementsOf(made, role).flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => [Resource].flat().map((resource) => `${action} on ${resource}`)),
  );
const environmentOf = (made: Recording, functionName: string) => {
  const { environment } = made.of("Function").find(({ inputs }) => inputs.name === functionName)!.inputs;
  // With a secret in it, Pulumi hands the whole of it wrapped.
  return environment.value?.variables ?? environment.variables.value ?? environment.variables;
};

describe("AuditAccount", () => {
  let made: Recording;
  before(async () => {
    made = await accountWith();
  });

  it("is one component with the documented outputs, and everything in it is its child", () => {
    const [audit] = made.of("audit-ecosystem:index:AuditAccount");
    expect(audit!.outputs).to.have.all.keys(
      "bucketName",
      "bossName",
      "auditorNames",
      "auditorRoleArns",
      "externalId",
      "signingPublicKey",
      "sealerName",
      "doctorName",
      "parameterName",
      "databaseName",
      "workgroupName",
    );
    expect(audit!.outputs).to.deep.include({
      bossName: "audit-boss",
      auditorNames: AUDITORS.map((auditor) => `audit-get-meta-${auditor}`),
      parameterName: "/audit-ecosystem/accounts",
    });
    expect(audit!.outputs.auditorRoleArns).to.have.length(AUDITORS.length);
  });

  it("follows the rules of components: each resource has a component as parent, each component its outputs", () => {
    const components = made.all.filter(({ type }) => type.startsWith("audit-ecosystem:"));
    const named = new Set(components.map(({ type, name }) => `${type}::${name}`));
    for (const { type, name, parent } of made.all.filter((each) => each.name !== "audit"))
      expect(named.has(parent), `${type} ${name} hangs below ${parent}`).to.equal(true);
    for (const { type, name, outputs } of components) {
      expect(type).to.match(/^audit-ecosystem:index:[A-Z]\w+$/);
      expect(outputs, `${type} ${name} registers its outputs`).to.be.an("object").that.is.not.empty;
      expect(name, "names derive from the component's").to.match(/^audit\b/);
    }
  });

  it("keeps the evidence, and what protects it, when the stack is destroyed, and nothing else", () => {
    for (const { type, name, retainOnDelete } of made.all.filter(({ type }) => type.startsWith("aws:")))
      expect(retainOnDelete, `${type} ${name}`).to.equal(
        (type.startsWith("aws:s3/") && name === "audit-evidence") || type === "aws:kms/key:Key",
      );
  });

  it("gives each function a log group that forgets after the configured days, ninety by default", async () => {
    const names = made.of("Function").map(({ inputs }) => `/aws/lambda/${inputs.name}`);
    expect(made.of("LogGroup").map(({ inputs }) => inputs.name)).to.have.members(names);
    for (const { inputs } of made.of("LogGroup")) expect(inputs.retentionInDays).to.equal(90);
    const shorter = await accountWith({ logRetentionDays: 7 });
    for (const { inputs } of shorter.of("LogGroup")) expect(inputs.retentionInDays).to.equal(7);
  });

  it("lets the boss invoke exactly the auditors and the sealer, read exactly the parameter, and write runs only", () => {
    const boss = granted(made, "audit-boss");
    const invoked = boss.filter((each) => each.startsWith("lambda:")).map((each) => each.split("/").at(-1));
    expect(invoked).to.have.members([...AUDITORS.map((auditor) => `audit-get-meta-${auditor}`), "audit-sealer"]);
    const parameters = boss.filter((each) => each.startsWith("ssm:"));
    for (const each of parameters) expect(each).to.match(/Parameter\/audit-accounts$/);
    expect(parameters).to.have.length(2);
    for (const each of boss.filter((pair) => pair.startsWith("s3:PutObject")))
      expect(each).to.match(/\/runs\/run_date=\*\/run_id=\*\/(plan\.json|(outcomes|finished)\/\*)$/);
    expect(boss.some((each) => each.startsWith("sts:") || each.startsWith("organizations:"))).to.equal(false);
  });

  for (const auditor of AUDITORS) {
    it(`lets ${auditor} write below its own types' prefixes only, and enter accounts by exactly the one role`, () => {
      const pairs = granted(made, `audit-get-meta-${auditor}`);
      const written = pairs
        .filter((each) => /^s3:(Put|Abort)/.test(each))
        .map((each) => each.split(/Bucket\/\w*\b-?\w*\//)[1]);
      for (const key of written)
        expect(key).to.match(
          new RegExp(
            `^(evidence/resource_type=aws_${auditor}_\\*|runs/.*/outcomes/${auditor}-\\*|runs/.*/finished/(tasks/\\*/${auditor}-\\*|groups/\\*))$`,
          ),
        );
      expect(pairs.filter((each) => each.startsWith("sts:"))).to.deep.equal([
        "sts:AssumeRole on arn:aws:iam::*:role/audit-cross-account-access-role",
      ]);
    });
  }

  it("grants no wildcard of actions, and no resource * but where IAM knows no other", () => {
    for (const { inputs } of made.of("RolePolicy")) {
      for (const { Action, Resource, Sid } of JSON.parse(inputs.policy).Statement as Statement[]) {
        expect(Action.join(), `${inputs.role} ${Sid}`).not.to.include("*");
        if (Resource === "*") expect(Action, `${inputs.role} ${Sid}`).to.deep.equal(["ec2:DescribeRegions"]);
      }
    }
  });

  it("tells the recorder of an auditor's events that failed for good", () => {
    const told = made.of("FunctionEventInvokeConfig");
    expect(told.map(({ inputs }) => inputs.functionName)).to.include.members(
      AUDITORS.map((auditor) => `audit-get-meta-${auditor}`),
    );
    for (const { inputs } of told) expect(inputs.destinationConfig.onFailure.destination).to.match(/audit-recorder$/);
  });

  it("draws an external id at random, or takes the one it is told", async () => {
    const drawn = (of: Recording) => of.of("RandomUuid").map(({ name }) => name);
    expect(drawn(made)).to.include("audit-external-id");
    const told = await accountWith({ externalId: "an-external-id" });
    expect(drawn(told)).not.to.include("audit-external-id");
    expect(environmentOf(told, "audit-get-meta-rds")).to.include({ EXTERNAL_ID: "an-external-id" });
    expect(JSON.stringify(made.of("audit-ecosystem:index:AuditAccount")), "the digests' key is no output").not.to.match(
      /digest/i,
    );
  });

  it("names functions, parameter and role as it is told", async () => {
    const named = await accountWith({
      namePrefix: "acme",
      parameterName: "/acme/members",
      crossAccountRoleName: "acme-reader",
      bucketName: "acme-evidence",
    });
    for (const { inputs } of named.of("Function")) expect(inputs.name).to.match(/^acme-/);
    expect(named.one("Parameter").inputs.name).to.equal("/acme/members");
    expect(named.of("Bucket").map(({ inputs }) => inputs.bucket)).to.have.members(["acme-evidence", undefined]);
    expect(environmentOf(named, "acme-get-meta-rds")).to.include({ CROSS_ACCOUNT_ROLE_NAME: "acme-reader" });
    expect(granted(named, "acme-get-meta-rds")).to.include("sts:AssumeRole on arn:aws:iam::*:role/acme-reader");
  });

  it("with regions configured asks for none", async () => {
    const narrowed = await accountWith({ regions: ["eu-central-1", "us-east-1"] });
    expect(environmentOf(narrowed, "audit-boss")).to.include({ REGIONS: "eu-central-1,us-east-1" });
    expect(granted(narrowed, "audit-boss").filter((each) => each.startsWith("ec2:"))).to.be.empty;
  });

  for (const [what, organizationalUnits, actions] of [
    ["the whole organization", [], ["organizations:ListAccounts"]],
    [
      "units",
      ["ou-abcd-1"],
      [
        "organizations:ListAccounts",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
      ],
    ],
  ] as const) {
    it(`with ${what} as the source has no parameter, and the boss may list accounts instead`, async () => {
      const organization = await accountWith({ accounts: { organizationalUnits, exclude: ["444444444444"] } });
      expect(organization.of("Parameter")).to.be.empty;
      expect(organization.of("audit-ecosystem:index:AuditAccount")[0]!.outputs).not.to.have.property("parameterName");
      const boss = granted(organization, "audit-boss").map((each) => each.split(" on ")[0]);
      expect(boss.filter((action) => /^(organizations|ssm):/.test(action!))).to.have.members(actions);
      expect(environmentOf(organization, "audit-boss")).to.include({
        ACCOUNT_SOURCE: "organizations",
        EXCLUDE_ACCOUNTS: "444444444444",
      });
    });
  }

  it("names no partition of its own: in another one every ARN is that one's", async () => {
    const china = await accountWith({}, "aws-cn");
    const policies = china.of("RolePolicy").map(({ inputs }) => inputs.policy);
    expect(policies.join()).not.to.match(/arn:aws:/);
    expect(china.of("BucketPolicy")).to.have.length(2);
    for (const { inputs } of china.of("BucketPolicy")) expect(inputs.policy).not.to.match(/arn:aws:/);
  });
});
