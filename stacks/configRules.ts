import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { loadAuditors } from "../auditors/registry.ts";
import { ConfigRules } from "../components/configRules.ts";
import { type Control, loadControls } from "../controls/control.ts";
import { PredicateError } from "../controls/expression.ts";
import { predicateOf } from "../controls/predicate.ts";
import { catalogOf } from "../query/catalog.ts";
import type { MemberColumn } from "../query/columns.ts";

/** The controls that one configuration item answers, and the columns that they ask for. @throws PredicateError */
export async function rulesKnowledge(): Promise<{ controls: Control[]; columns: Record<string, MemberColumn[]> }> {
  const controls = (await loadControls()).filter((control) => control["config-rule"]);
  const { tables } = catalogOf(await loadAuditors([...new Set(controls.map(({ service }) => service))]));
  const columns: Record<string, MemberColumn[]> = {};
  for (const { id, resource, sql } of controls) {
    const asked = new Set(predicateOf(sql).columns);
    const table = tables.find(({ resourceType }) => resourceType === resource);
    const standing = columns[resource] ?? [];
    const more = table?.members.filter((each) => asked.has(each.name) && !standing.includes(each)) ?? [];
    const missing = [...asked].find((name) => !table?.members.some((each) => each.name === name));
    if (missing) throw new PredicateError(`control ${id}: no configuration item has ${missing}`);
    columns[resource] = [...standing, ...more];
  }
  return { controls, columns };
}

/** The rules of AWS Config in the stack's own account and region; their names. */
export async function configRules(namePrefix: string, logRetentionDays: number): Promise<pulumi.Output<string[]>> {
  const { accountId } = aws.getCallerIdentityOutput();
  const knowledge = await rulesKnowledge();
  return new ConfigRules("config-rules", { namePrefix, accountId, logRetentionDays, ...knowledge }).ruleNames;
}
