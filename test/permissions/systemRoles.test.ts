import { expect } from "chai";
import { SYSTEM_PATH } from "../../components/memberAccount.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import type { SandboxState, StoredRole } from "../../sandbox/state.ts";
import type { PolicyStatement } from "../../src/auditors/policy.ts";
import { DURATIONS_KEY } from "../../src/evidence/layout.ts";
import { deployed, REGION, type System, systemOver } from "../stories/system.ts";
import {
  anomaliesStories,
  doctorStory,
  MEMBER,
  notifierStories,
  ruleStory,
  type Story,
  scheduledStories,
  stories,
  tabulatorStory,
  watchdogStories,
} from "./stories.ts";

/** One regional auditor, one global, one that is both or has a call for each resource; every other role has their shape. */
const AUDITORS = ["sqs", "iam", "s3"];
/** Everybody is told. */
const NOTIFY = {
  notifyTopicArn: `arn:aws:sns:${REGION}:${AUDIT_ACCOUNT}:findings`,
  notifyEventBus: "default",
  notifySecurityHub: "true",
  notifyWebhookParameter: "/audit/webhook",
};
function canBeTold({ topics, securityHubs, parameters }: SandboxState): void {
  topics.set(NOTIFY.notifyTopicArn, []);
  securityHubs.set(`arn:aws:securityhub:${REGION}:${AUDIT_ACCOUNT}:hub/default`, new Map());
  const Name = NOTIFY.notifyWebhookParameter;
  const ARN = `arn:aws:ssm:${REGION}:${AUDIT_ACCOUNT}:parameter${Name}`;
  const Value = "https://hooks.example.com/services";
  parameters.set(ARN, { Name, Type: "SecureString", Value, Version: 1, ARN, LastModifiedDate: new Date(0) });
}

/** A permission: one action on one resource, as one statement of its role's policy. */
interface Granted {
  role: StoredRole;
  policy: string;
  statement: PolicyStatement;
}
const named = ({ role, statement }: Granted) =>
  `${role.RoleName}: ${statement.Sid.split("#")[0]} ${statement.Action} on ${statement.Resource}`;

/** Takes a policy apart until each statement is one action on one resource. */
const singly = (document: string): PolicyStatement[] =>
  (JSON.parse(document).Statement as PolicyStatement[]).flatMap((statement) =>
    [statement.Action]
      .flat()
      .flatMap((action) => [statement.Resource].flat().map((Resource) => ({ action, Resource })))
      .map(({ action, Resource }, index) => ({
        ...statement,
        Sid: `${statement.Sid}#${index}`,
        Action: [action],
        Resource,
      })),
  );

/** Denials of what the system does without when it may not: a hint for the order of tasks. It is noticed in the logs alone. */
function quietDenials({ sandbox: { iam } }: System): string[] {
  const quiet: string[] = [];
  const { denial } = iam;
  iam.denial = (principal, permission) => {
    const why = denial(principal, permission);
    const isDoneWithout =
      permission.resource.endsWith(DURATIONS_KEY) || permission.action === "organizations:ListAccounts";
    if (why && isDoneWithout) quiet.push(why);
    return why;
  };
  return quiet;
}

/** What the world sees of a story: documents of its runs, what was thrown, what failed for good. */
async function observed(system: System, { tell }: Story): Promise<unknown> {
  const { state } = system.sandbox;
  const audit = [...state.buckets.values()].filter(({ name }) => name.startsWith("evidence-"));
  for (const { objects } of audit) objects.clear();
  for (const { messages } of state.queues.values()) messages.splice(0);
  system.trouble.splice(0);
  state.evaluations.splice(0);
  outdateTables(state);
  await tell(system);
  const documents = audit.flatMap(({ objects }) =>
    [...objects].map(([key, versions]) => [key, JSON.parse(textOf(key, versions.at(-1)!.body))] as const),
  );
  const observation = {
    trouble: system.trouble,
    documents: documents.map(([key]) => key.replace(/-[^-/]+\.ndjson\.gz$/, "")).sort(),
    outcomes: documents
      .filter(([key]) => /^runs\/.*\/outcomes\//.test(key))
      .flatMap(([, document]) => document.outcomes)
      .map(({ status, errors, counts }: Record<string, unknown>) => ({ status, errors, counts })),
    // AWS Config has no verdict for a resource that could not be judged: its annotation says why.
    judged: state.evaluations.map(({ evaluation }) => evaluation.Annotation ?? evaluation.ComplianceType),
    failed: [...state.queues.values()].map(({ messages }) => messages.length),
  };
  return JSON.parse(JSON.stringify(observation).replace(/[0-9A-HJKMNP-TV-Z]{26}/g, "<run>"));
}
/** Of the tables of types, one stays as another version declared it, and the others are gone. */
function outdateTables({ glueTables }: SandboxState): void {
  const [outdated, ...others] = [...glueTables.keys()].filter((arn) => /\/aws_\w+$/.test(arn));
  if (outdated) glueTables.set(outdated, { ...glueTables.get(outdated)!, Parameters: {} });
  for (const arn of others) glueTables.delete(arn);
}
const textOf = (key: string, body: Uint8Array): string => (key.endsWith(".json") ? Buffer.from(body).toString() : "{}");

describe("the system's roles", () => {
  let system: System;
  const granted: Granted[] = [];
  const usedIn = new Map<PolicyStatement, Story[]>();
  let quiet: string[] = [];
  const usual = new Map<Story, unknown>();

  before(async function () {
    this.timeout(300_000);
    const audit = { kind: "audit", externalId: "an-external-id", accounts: MEMBER };
    const organizations = {
      ...audit,
      accountSource: "organizations",
      auditors: "iam",
      schedule: "off",
      catalog: "false",
    };
    const auditors = AUDITORS.join(",");
    const auditing = [
      { ...audit, auditors, bucketName: "evidence-audit", configRules: "true", sageMakerAnomalies: "true", ...NOTIFY },
      { ...organizations, namePrefix: "whole", bucketName: "evidence-whole" },
      { ...organizations, namePrefix: "units", bucketName: "evidence-units", organizationalUnits: "r-sbox" },
    ].map((config) => ({ account: AUDIT_ACCOUNT, config }));
    const member = { kind: "member", auditAccountId: AUDIT_ACCOUNT, externalId: "an-external-id", auditors };
    system = systemOver(await deployed(1, [...auditing, { account: MEMBER, config: member }]));
    const { state, iam } = system.sandbox;
    quiet = quietDenials(system);
    canBeTold(state);
    // What tells the three systems apart is how the boss asks for accounts: of the two others no role is tried twice.
    const tried = ({ Path, RoleName }: StoredRole) =>
      Path === SYSTEM_PATH && (RoleName.startsWith("audit-") || RoleName.endsWith("-boss"));
    for (const role of [...state.roles.values()].filter(tried)) {
      expect(role.attached, `${role.RoleName} has no policy but its own`).to.be.empty;
      for (const [policy, document] of role.inline) {
        const statements = singly(document);
        granted.push(...statements.map((statement) => ({ role, policy, statement })));
        role.inline.set(policy, JSON.stringify({ Version: "2012-10-17", Statement: statements }));
      }
    }
    const all = [
      ...stories("audit", AUDITORS),
      ...scheduledStories("audit", "iam"),
      ...watchdogStories("audit", "iam"),
      doctorStory("audit"),
      tabulatorStory("audit", "s3"),
      ...notifierStories("audit", "s3"),
      ruleStory("audit"),
      ...anomaliesStories("audit"),
      ...stories("whole", ["iam"]),
      ...stories("units", ["iam"]),
    ];
    const requestsOf = new Map<Story, number>();
    for (const story of all) {
      iam.used.clear();
      const before = system.requests.length;
      usual.set(story, await observed(system, story));
      requestsOf.set(story, system.requests.length - before);
      for (const each of granted) {
        const { role, statement } = each;
        if (iam.used.has(`${role.RoleName} ${statement.Sid} ${statement.Action[0]}`))
          usedIn.set(statement, [...(usedIn.get(statement) ?? []), story]);
      }
    }
    // The shortest is told first: any of them shows what is missing.
    for (const each of usedIn.values()) each.sort((a, b) => requestsOf.get(a)! - requestsOf.get(b)!);
  });

  it("have no permission that no story needs", () => {
    expect(granted).not.to.be.empty;
    expect(granted.filter(({ statement }) => !usedIn.has(statement)).map(named)).to.deep.equal([]);
  });

  it("lack none: each story ends without a denial", () => {
    for (const [{ name }, observation] of usual)
      expect(JSON.stringify(observation), name).not.to.match(/is not authorized to perform/);
  });

  it("need each of them: with one taken away, what fails names exactly its action", async function () {
    this.timeout(300_000);
    const unnoticed: string[] = [];
    for (const each of granted) {
      const { role, policy, statement } = each;
      const whole = role.inline.get(policy)!;
      const { Statement } = JSON.parse(whole) as { Statement: PolicyStatement[] };
      const rest = Statement.filter(({ Sid }) => Sid !== statement.Sid);
      role.inline.set(policy, JSON.stringify({ Version: "2012-10-17", Statement: rest }));
      const missed: string[] = [];
      for (const story of usedIn.get(statement) ?? []) {
        quiet.splice(0);
        const text = JSON.stringify([await observed(system, story), quiet]);
        const missing = new Set(
          [...text.matchAll(/not authorized to perform: ([\w-]+:\w+)/g)].map(([, action]) => action),
        );
        missed.push(`in "${story.name}" ${[...missing].join(", ") || "nothing"} was missed`);
        if (missing.size !== 1 || !missing.has(statement.Action[0]!)) continue;
        missed.splice(0);
        break;
      }
      role.inline.set(policy, whole);
      if (missed.length) unnoticed.push(`${named(each)}: ${missed.join("; ")}`);
    }
    expect(unnoticed).to.deep.equal([]);
  });
});
