import type { Auditor, ResourceType } from "../auditors/collector.ts";
import { planKey } from "../evidence/layout.ts";
import { Plan } from "../evidence/plan.ts";
import { byName, type Catalog, catalogOf } from "./catalog.ts";
import { declaredCatalog } from "./declaredCatalog.ts";
import type { Objects } from "./objects.ts";
import { listSealedRuns } from "./sealedRun.ts";

/** Auditors whose types stand in the configuration of a deployment alone. */
export const UNDECLARED: readonly string[] = ["cloudcontrol", "configaggregator"];

/** The auditors of types without a declaration, made of what a run's plan says that they read. */
async function undeclaredOf({ auditors }: Pick<Plan, "auditors">): Promise<Auditor[]> {
  const typesOf = (name: string) =>
    auditors
      .filter((each) => each.name === name)
      .flatMap(({ global, regional }) => [...new Set([...global, ...regional])].sort() as ResourceType[]);
  const [controlled, aggregated] = UNDECLARED.map(typesOf) as [ResourceType[], ResourceType[]];
  return [
    ...(controlled.length
      ? [{ name: "cloudcontrol", services: [(await import("../auditors/cloudcontrol.ts")).cloudControl(controlled)] }]
      : []),
    ...(aggregated.length
      ? [
          // Which aggregator it was does not show in a table.
          (await import("../auditors/configAggregator.ts")).configAggregator(
            { account: "", region: "", name: "" },
            aggregated,
          ),
        ]
      : []),
  ];
}

/**
 * Every declared type, and those that runs read without a declaration: where one was read both ways, as they read it.
 * @param declared the catalog of the declared types; that of the user's cache when left out
 */
export async function catalogOfRuns(plans: readonly Pick<Plan, "auditors">[], declared?: Catalog): Promise<Catalog> {
  const { tables, auditors } = declared ?? (await declaredCatalog());
  const undeclared = catalogOf((await Promise.all(plans.map(undeclaredOf))).flat());
  const types = new Set(undeclared.tables.map(({ resourceType }) => resourceType));
  return {
    tables: byName([...tables.filter(({ resourceType }) => !types.has(resourceType)), ...undeclared.tables]),
    auditors: { ...auditors, ...undeclared.auditors },
  };
}

/**
 * The catalog of the last two sealed runs of a place, and of those that are named: a comparison needs two, and anything
 * else the last.
 */
export async function catalogIn(objects: Objects, named: readonly string[] = []): Promise<Catalog> {
  const sealed = await listSealedRuns(objects);
  const chosen = sealed.filter(({ run }, index) => index >= sealed.length - 2 || named.includes(run));
  const plans = await Promise.all(chosen.map(({ run, date }) => objects.read(planKey(run, date))));
  return catalogOfRuns(
    plans.flatMap((bytes) => (bytes ? [Plan.parse(JSON.parse(Buffer.from(bytes).toString("utf8")))] : [])),
  );
}
