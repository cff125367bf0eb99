import { type Control, loadControls, typesOf } from "../src/controls/control.ts";
import { evaluation } from "../src/controls/evaluate.ts";
import type { Verdict } from "../src/controls/verdict.ts";
import { duckDBEngine } from "../src/query/duckdb.ts";
import { type Catalog, catalogOf } from "../src/tables/catalog.ts";
import { folderObjects } from "../src/tables/folderObjects.ts";
import { listSealedRuns, readSealedRun } from "../src/tables/sealedRun.ts";
import { tabulate } from "../src/tables/tabulate.ts";
import type { Changes } from "./changes.ts";
import type { Script } from "./script.ts";
import { everyAuditor } from "./world.ts";

const MEMORY_MEGABYTES = 256;

/** Verdicts of a run by control and resource, and the statuses of each scope by control, account and region. */
export interface Judged {
  resources: Map<string, Verdict>;
  scopes: Map<string, Set<Verdict["status"]>>;
}

const scopeOf = ({ control, account_id, region }: Verdict) => `${control} ${account_id} ${region}`;
const nameOf = ({ resource }: Verdict) => resource?.arn ?? resource?.resource_id ?? "";

const catalogs = new Map<string, Catalog>();

/** The catalog of a script's auditors, made once. */
function catalogFor({ auditors }: Script): Catalog {
  const name = auditors.join(",");
  const catalog = catalogs.get(name) ?? catalogOf(auditors.map((each) => everyAuditor[each]!));
  catalogs.set(name, catalog);
  return catalog;
}

let loaded: Promise<Control[]> | undefined;

async function controlsOver({ tables }: Catalog): Promise<Control[]> {
  loaded ??= loadControls();
  const types = new Set(tables.map(({ resourceType }) => resourceType));
  return (await loaded).filter((control) => typesOf(control).every((type) => types.has(type)));
}

/** Tables and controls over the newest run of a copy. @returns undefined where none is sealed */
export async function judgedIn(folder: string, script: Script): Promise<Judged | undefined> {
  const catalog = catalogFor(script);
  const objects = folderObjects(folder);
  const [newest] = (await listSealedRuns(objects)).sort((a, b) => (a.run < b.run ? 1 : -1));
  const sealed = newest && (await readSealedRun(objects, newest.run, newest.date));
  if (!sealed) return undefined;
  await tabulate(objects, sealed, catalog);
  const engine = await duckDBEngine({ folder, catalog, run: newest.run, memoryMegabytes: MEMORY_MEGABYTES });
  try {
    const controls = await controlsOver(catalog);
    const { verdicts } = await evaluation(engine, controls);
    const judged: Judged = { resources: new Map(), scopes: new Map() };
    for (const control of controls)
      for await (const portion of verdicts(control))
        for (const verdict of portion) {
          const scope = scopeOf(verdict);
          if (!judged.scopes.has(scope)) judged.scopes.set(scope, new Set());
          judged.scopes.get(scope)!.add(verdict.status);
          if (verdict.resource) judged.resources.set(`${scope} ${nameOf(verdict)}`, verdict);
        }
    return judged;
  } finally {
    await engine.close();
  }
}

/**
 * Verdicts on a run that the estate as it is contradicts. Not to know is always right where something
 * was not read.
 * @param truth of a run over the same estate in which nothing went wrong
 */
export function wrongVerdicts(judged: Judged, truth: Judged, { isChanging }: Pick<Changes, "isChanging">): string[] {
  const found: string[] = [];
  for (const [name, verdict] of judged.resources) {
    if (isChanging(nameOf(verdict))) continue;
    const is = truth.resources.get(name);
    const decided = verdict.status === "pass" || verdict.status === "fail";
    if (!is) found.push(`${name}: ${verdict.status}, and there is nothing of the kind`);
    else if (decided && is.status !== verdict.status)
      found.push(`${name}: ${verdict.status} (${verdict.reason}), and it is ${is.status} (${is.reason})`);
  }
  for (const verdict of truth.resources.values()) {
    const scope = scopeOf(verdict);
    if (judged.scopes.get(scope)?.has("not-applicable") && !isChanging(nameOf(verdict)))
      found.push(`${scope}: not applicable, and there is ${nameOf(verdict)}: ${verdict.status}`);
  }
  return found;
}
