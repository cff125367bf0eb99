import { plannedAuditor, type ResourceType, typesOf } from "../src/auditors/collector.ts";
import { type AuditorOutline, rightsOf } from "../src/auditors/outline.ts";
import type { UndeclaredTypes } from "../src/auditors/registry.ts";
import type { Control } from "../src/controls/control.ts";
import type { JudgingControl } from "../src/controls/failures.ts";
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

/**
 * @param always resource types whose tables are there before any of them has rows
 * @param controls those whose verdicts are a table of each run
 */
export const systemHandlers = (
  auditors: readonly AuditorOutline[],
  always: readonly string[] = [],
  controls: readonly Control[] = [],
): SystemHandlers => ({
  boss: { kind: "boss", auditors: auditors.map(plannedAuditor) },
  doctor: { kind: "doctor", deployed: deployedOf(auditors) },
  recorder: { kind: "recorder" },
  sealer: { kind: "sealer" },
  watchdog: { kind: "watchdog" },
  tabulator: { kind: "tabulator", catalog: catalogOf(auditors), always, controls: controls.map(judgingOf) },
  auditors: auditors.map(handlerOf),
});

/** What of a control is asked: why it is there and what mends it are no matter of the tabulator's. */
const judgingOf = (control: Control): JudgingControl => ({
  id: control.id,
  title: control.title,
  severity: control.severity,
  resource: control.resource,
  per: control.per,
  needs: control.needs,
  "needs-to-fail": control["needs-to-fail"],
  reads: control.reads,
  sql: control.sql,
  sha256: control.sha256,
});

const isControlled = ({ name }: AuditorOutline): boolean => name === "cloudcontrol";

function handlerOf(auditor: AuditorOutline): Handler {
  const { name, aggregator, services } = auditor;
  if (aggregator) return { kind: "aggregator", auditor: name, aggregator, types: typesOf(auditor) };
  if (isControlled(auditor)) return { kind: "cloudControl", types: typesOf(auditor) };
  return { kind: "auditor", auditor: name, services };
}

const actionsOf = ({ services }: AuditorOutline): string[] => {
  const collectors = services.flatMap((service) => [...service.collectors]);
  return [...new Set(collectors.flatMap(rightsOf).flatMap(({ actions }) => actions))].sort();
};

/** By what names and types `loadAuditors` loads these auditors again. */
export function deployedOf(auditors: readonly AuditorOutline[]): Deployed {
  const controlled = auditors.find(isControlled);
  const aggregated = auditors.find(({ aggregator }) => aggregator);
  const types = (auditor: AuditorOutline) => typesOf(auditor) as ResourceType[];
  const undeclared: UndeclaredTypes = {
    ...(controlled ? { cloudControlTypes: types(controlled), cloudControlActions: actionsOf(controlled) } : {}),
    ...(aggregated?.aggregator
      ? { configAggregator: aggregated.aggregator, configAggregatorTypes: types(aggregated) }
      : {}),
  };
  const isOwn = ({ services }: AuditorOutline) => services.some(({ module }) => module);
  const declared = auditors.filter((each) => each !== controlled && each !== aggregated && !isOwn(each));
  return { auditors: declared.map(({ name }) => name), undeclared };
}
