import { type Auditor, actionsOf, plannedAuditor, type ResourceType, typesOf } from "../src/auditors/collector.ts";
import type { UndeclaredTypes } from "../src/auditors/registry.ts";
import { catalogOf } from "../src/tables/catalog.ts";
import type { Deployed, Handler } from "./handlers.ts";

/** What the functions of a system run. */
export interface SystemHandlers {
  boss: Handler;
  doctor: Handler;
  recorder: Handler;
  sealer: Handler;
  watchdog: Handler;
  /** Deployed where there is a catalog. */
  tabulator: Handler;
  /** In the order of the auditors. */
  auditors: Handler[];
}

/** @param always resource types whose tables are there before any of them has rows */
export const systemHandlers = (auditors: readonly Auditor[], always: readonly string[] = []): SystemHandlers => ({
  boss: { kind: "boss", auditors: auditors.map(plannedAuditor) },
  doctor: { kind: "doctor", deployed: deployedOf(auditors) },
  recorder: { kind: "recorder" },
  sealer: { kind: "sealer" },
  watchdog: { kind: "watchdog" },
  tabulator: { kind: "tabulator", catalog: catalogOf(auditors), always },
  auditors: auditors.map(handlerOf),
});

const isControlled = ({ name }: Auditor): boolean => name === "cloudcontrol";

function handlerOf(auditor: Auditor): Handler {
  const { name, aggregator, services } = auditor;
  if (aggregator) return { kind: "aggregator", auditor: name, aggregator, types: typesOf(auditor) };
  if (isControlled(auditor)) return { kind: "cloudControl", types: typesOf(auditor) };
  return { kind: "auditor", auditor: name, services };
}

/** By what names and types `loadAuditors` loads these auditors again. */
export function deployedOf(auditors: readonly Auditor[]): Deployed {
  const controlled = auditors.find(isControlled);
  const aggregated = auditors.find(({ aggregator }) => aggregator);
  const types = (auditor: Auditor) => typesOf(auditor) as ResourceType[];
  const undeclared: UndeclaredTypes = {
    ...(controlled
      ? { cloudControlTypes: types(controlled), cloudControlActions: controlled.services.flatMap(actionsOf) }
      : {}),
    ...(aggregated?.aggregator
      ? { configAggregator: aggregated.aggregator, configAggregatorTypes: types(aggregated) }
      : {}),
  };
  const isOwn = ({ services }: Auditor) => services.some(({ module }) => module);
  const declared = auditors.filter((each) => each !== controlled && each !== aggregated && !isOwn(each));
  return { auditors: declared.map(({ name }) => name), undeclared };
}
