import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConfigRules } from "../components/configRules.ts";
import { OrganizationRules, type PolicyControl } from "../components/organizationRules.ts";
import { type Control, loadControls } from "../src/controls/control.ts";
import { PredicateError } from "../src/controls/expression.ts";
import { guardPolicy } from "../src/controls/guard/policy.ts";
import { predicateOf } from "../src/controls/predicate.ts";
import { catalogOf } from "../src/tables/catalog.ts";
import type { MemberColumn } from "../src/tables/columns.ts";
import type { AuditSettings } from "./config/audit.ts";
import type { ConfigRulesSettings } from "./config/rules.ts";
import { loadOutlines } from "./outlines.ts";

/** The controls that one configuration item answers, and the columns that they ask for. @throws PredicateError */
export async function rulesKnowledge(): Promise<{ controls: Control[]; columns: Record<string, MemberColumn[]> }> {
  const controls = (await loadControls()).filter((control) => control["config-rule"]);
  const { tables } = catalogOf(await loadOutlines([...new Set(controls.map(({ service }) => service))]));
  const columns: Record<string, MemberColumn[]> = {};
  for (const { id, resource, sql } of controls) {
    const named = new Set(predicateOf(sql).columns);
    const table = tables.find(({ resourceType }) => resourceType === resource);
    const standing = columns[resource] ?? [];
    const more = table?.members.filter((each) => named.has(each.name) && !standing.includes(each)) ?? [];
    const missing = [...named].find((name) => !table?.members.some((each) => each.name === name));
    if (missing) throw new PredicateError(`control ${id}: no configuration item has ${missing}`);
    columns[resource] = [...standing, ...more];
  }
  return { controls, columns };
}

/** The controls of {@link rulesKnowledge} that can be said in Guard, and why the others cannot. */
export async function organizationPolicies(): Promise<{ controls: PolicyControl[]; unsaid: Map<string, string> }> {
  const { controls, columns } = await rulesKnowledge();
  const unsaid = new Map<string, string>();
  const said = controls.flatMap((control) => {
    try {
      return [{ ...control, policy: guardPolicy(control, columns[control.resource] ?? []) }];
    } catch (error) {
      if (!(error instanceof PredicateError)) throw error;
      unsaid.set(control.id, error.message);
      return [];
    }
  });
  return { controls: said, unsaid };
}

/** The rules of AWS Config in the stack's own account and region; their names. */
export async function configRules(
  namePrefix: string,
  logRetentionDays: number,
  opts: pulumi.ComponentResourceOptions,
): Promise<pulumi.Output<string[]>> {
  const { accountId } = aws.getCallerIdentityOutput();
  const knowledge = await rulesKnowledge();
  return new ConfigRules("config-rules", { namePrefix, accountId, logRetentionDays, ...knowledge }, opts).ruleNames;
}

/** The rules of AWS Config that the audit account's stack makes; their names. */
export async function auditRules(
  rules: ConfigRulesSettings,
  { namePrefix, logRetentionDays, regions }: Pick<AuditSettings, "namePrefix" | "logRetentionDays" | "regions">,
  opts: pulumi.ComponentResourceOptions,
): Promise<pulumi.Output<string[]>> {
  if (rules.for === "account") return configRules(namePrefix, logRetentionDays ?? 90, opts);
  const { controls, unsaid } = await organizationPolicies();
  for (const [id, why] of unsaid) await pulumi.log.warn(`${id} is no rule of the organization: ${why}`);
  return new OrganizationRules("organization-rules", {
    namePrefix,
    controls,
    excludedAccounts: rules.exclude,
    regions,
  }).ruleNames;
}
