import { createHash } from "node:crypto";
import packageJson from "../../package.json" with { type: "json" };
import { typesOf } from "../../src/auditors/collector.ts";
import type { AuditorOutline } from "../../src/auditors/outline.ts";
import { memberPolicyDocuments } from "../../src/auditors/policy.ts";
import type { UndeclaredTypes } from "../../src/auditors/registry.ts";
import { canonicalJson } from "../../src/evidence/canonicalJson.ts";
import type { DeployedSystem } from "../deployedSystem.ts";

/** A member account's stack, as Pulumi is to bring it up. */
export interface MemberStack {
  account: string;
  /** `member-<account>`. */
  name: string;
  region: string;
  /** Role of the account that the deployment assumes; undefined in the account that the credentials are of. */
  assumes: string | undefined;
  /** Keys of the project, without the namespace. */
  config: Record<string, string>;
  /** Of everything that the stack is made from: the same as at its last update, it need not be brought up again. */
  fingerprint: string;
}

interface MemberStacksArgs {
  system: DeployedSystem;
  /** What is deployed in the audit account: members allow the same. */
  deployed: { auditors: readonly string[]; undeclared: UndeclaredTypes };
  loaded: readonly AuditorOutline[];
  accounts: readonly string[];
  /** Name of the role of each account that is assumed. */
  through: string;
  /** Further keys, `memberPolicy` or `organizationId`. */
  config: Record<string, string>;
}

/** The stacks of member accounts, all configured alike: by what the audit stack has deployed. */
export function memberStacks({ system, deployed, loaded, accounts, through, config }: MemberStacksArgs): MemberStack[] {
  const { partition, accountId, functionsArn, doctor } = system;
  const { cloudControlTypes, cloudControlActions, configAggregator, configAggregatorTypes } = deployed.undeclared;
  const lists = {
    auditors: deployed.auditors,
    cloudControlTypes,
    cloudControlActions,
    configAggregatorTypes,
  };
  const shared: Record<string, string> = {
    kind: "member",
    auditAccountId: accountId,
    externalId: doctor.EXTERNAL_ID,
    crossAccountRoleName: doctor.CROSS_ACCOUNT_ROLE_NAME,
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([key, list]) => (list?.length ? [[key, list.join(",")]] : [])),
    ),
    ...(configAggregator
      ? { configAggregator: `${configAggregator.account}/${configAggregator.region}/${configAggregator.name}` }
      : {}),
    ...config,
  };
  const documents = memberPolicyDocuments(loaded);
  return accounts.map((account) => {
    const stack = {
      account,
      name: `member-${account}`,
      region: functionsArn.split(":")[3] ?? "",
      assumes: account === accountId ? undefined : `arn:${partition}:iam::${account}:role/${through}`,
      config: shared,
    };
    const fingerprinted = canonicalJson({
      ...stack,
      assumes: stack.assumes ?? null,
      version: packageJson.version,
      documents,
      types: loaded.flatMap(typesOf),
    });
    return { ...stack, fingerprint: createHash("sha256").update(fingerprinted).digest("hex") };
  });
}
