import { type Auditor, type Service, typesOf } from "./collector.ts";
import { CONFIG_AGGREGATOR } from "./configAggregator.ts";
import { groupNames, loadServices, serviceNames } from "./registry.ts";

/** A declaration that cannot stand beside the ones that there are. */
export class OwnAuditorError extends Error {
  constructor(service: string, problem: string) {
    super(`the service "${service}": ${problem}`);
    this.name = "OwnAuditorError";
  }
}

/**
 * An auditor of a service that a program declares for itself, to be given to `AuditAccount` and `MemberAccount` beside
 * those of `loadAuditors`.
 * @param service its file exports it under its name, and its `module` is that file's `import.meta.url`
 * @throws OwnAuditorError for a name or a resource type that is taken, or without `module`
 */
export async function ownAuditor(service: Service): Promise<Auditor> {
  const { name, module } = service;
  if (!/^[a-z][a-z0-9]{0,39}$/.test(name))
    throw new OwnAuditorError(name, "its name is part of a function's: up to 40 small letters and digits");
  if (serviceNames.includes(name) || groupNames.includes(name) || [CONFIG_AGGREGATOR, "cloudcontrol"].includes(name))
    throw new OwnAuditorError(name, "there is an auditor of this name already; choose another");
  if (!module?.startsWith("file:"))
    throw new OwnAuditorError(name, "the function's code is made from its file; declare `module: import.meta.url`");
  const auditor = { name, services: [service] };
  const declared = new Map(
    (await loadServices()).flatMap((each) => typesOf({ name, services: [each] }).map((type) => [type, each.name])),
  );
  for (const type of typesOf(auditor)) {
    const by = declared.get(type);
    if (by) throw new OwnAuditorError(name, `${type} is read by the service "${by}" already, and has one table`);
  }
  return auditor;
}
