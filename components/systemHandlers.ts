import { type Auditor, actionsOf, plannedAuditor, type ResourceType, typesOf } from "../src/auditors/collector.ts";
import type { UndeclaredTypes } from "../src/auditors/registry.ts";
import { catalogOf } from "../src/tables/catalog.ts";
import type { Deployed, Handler } from "./bundle.ts";

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

export const systemHandlers = (auditors: readonly Auditor[]): SystemHandlers => ({
  boss: { boss: auditors.map(plannedAuditor) },
  doctor: { doctor: deployedOf(auditors) },
  recorder: "recorder",
  sealer: "sealer",
  watchdog: "watchdog",
  tabulator: { tabulator: catalogOf(auditors) },
  auditors: auditors.map(handlerOf),
});

const isControlled = ({ name }: Auditor): boolean => name === "cloudcontrol";

function handlerOf(auditor: Auditor): Handler {
  const { name, aggregator, services } = auditor;
  if (aggregator) return { auditor: name, aggregator, types: typesOf(auditor) };
  if (isControlled(auditor)) return { auditor: "cloudcontrol", types: typesOf(auditor) };
  return { auditor: name, services };
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
