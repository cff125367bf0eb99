import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Aggregator, Service } from "../src/auditors/collector.ts";
import type { UndeclaredTypes } from "../src/auditors/registry.ts";
import type { Control } from "../src/controls/control.ts";
import type { Exception } from "../src/controls/exception.ts";
import type { JudgingControl } from "../src/controls/failures.ts";
import type { PlannedAuditor } from "../src/evidence/plan.ts";
import { type Catalog, packedCatalog } from "../src/tables/catalog.ts";
import type { MemberColumn } from "../src/tables/columns.ts";

/** The project's folder, or the package's. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** By what names and types the deployed auditors are loaded. */
export interface Deployed {
  auditors: readonly string[];
  undeclared: UndeclaredTypes;
}

interface RulesConfig {
  controls: readonly Pick<Control, "id" | "resource" | "sql">[];
  columns: Readonly<Record<string, readonly MemberColumn[]>>;
}

/** What the notifier cannot find in the evidence. */
interface NotifierConfig {
  controls: readonly Control[];
  auditors: Catalog["auditors"];
  exceptions: readonly Exception[];
}

/** A function of the system, and the configuration that is built into its bundle. */
export type Handler =
  | { kind: "recorder" | "watchdog" | "anomalies" | "sealer" | "witness" }
  | { kind: "boss"; auditors: readonly PlannedAuditor[] }
  | { kind: "auditor"; auditor: string; services: readonly Pick<Service, "name" | "module">[] }
  /** The auditor of types that the Cloud Control API reads. */
  | { kind: "cloudControl"; types: readonly string[] }
  /** The auditor of what an aggregator of AWS Config is asked. */
  | { kind: "aggregator"; auditor: string; aggregator: Aggregator; types: readonly string[] }
  /** What is deployed, for the doctor to tell. */
  | { kind: "doctor"; deployed: Deployed }
  /**
   * What the tabulator must know of the auditors, so that it carries none of their clients; and the types whose tables
   * are there before any of them has rows. Controls are those whose verdicts are a table of each run.
   */
  | { kind: "tabulator"; catalog: Catalog; always: readonly string[]; controls: readonly JudgingControl[] }
  | { kind: "notifier"; config: NotifierConfig }
  /** Controls that AWS Config's rules ask, and the columns of their types. */
  | { kind: "configRules"; config: RulesConfig };
type Kind = Handler["kind"];
type Of<K extends Kind> = Extract<Handler, { kind: K }>;

/** Where a handler's configuration stands in its bundle until it is written there. */
export const CONFIG = "__CONFIG__";

/** One of the project's modules; without its extension, as that is another one in the package. */
const ours = (path: string): string => JSON.stringify(join(root, path));

/** A module that imports names and exports an expression over them as its handler. */
function entry(handler: string, imports: Readonly<Record<string, string>>): string {
  const lines = Object.entries(imports).map(([name, module]) => `import { ${name} } from ${module};`);
  return [...lines, `export const handler = ${handler};`, ""].join("\n");
}

const thisProcess = { thisProcess: ours("src/runtime/runtime") };

interface KindOfHandler<H> {
  /** Of the folder of its bundle. */
  name: (handler: H) => string;
  /** The bundle's own module. */
  entry: (handler: H) => string;
  /** What is written into it; undefined for nothing. */
  config?: (handler: H) => unknown;
}

/** A handler that is the same for every deployment. */
const fixed = {
  name: ({ kind }: { kind: string }) => kind,
  entry: ({ kind }: { kind: string }) => `export { handler } from ${ours(`handlers/${kind}`)};\n`,
};

const KINDS: { [K in Kind]: KindOfHandler<Of<K>> } = {
  recorder: fixed,
  watchdog: fixed,
  anomalies: fixed,
  sealer: fixed,
  witness: fixed,
  boss: {
    name: () => "boss",
    entry: () => entry(`bossHandler(${CONFIG})`, { bossHandler: ours("handlers/boss") }),
    config: ({ auditors }) => auditors,
  },
  auditor: {
    name: ({ auditor }) => `get-meta-${auditor}`,
    entry: ({ auditor, services }) =>
      entry(
        `auditorHandler({ name: ${JSON.stringify(auditor)}, services: [${services.map(({ name }) => name).join(", ")}] })`,
        {
          auditorHandler: ours("handlers/auditor"),
          ...Object.fromEntries(
            services.map(({ name, module }) => [
              name,
              module ? JSON.stringify(fileURLToPath(module)) : ours(`src/auditors/services/${name}`),
            ]),
          ),
        },
      ),
  },
  cloudControl: {
    name: () => "get-meta-cloudcontrol",
    entry: () =>
      entry(`auditorHandler({ name: "cloudcontrol", services: [cloudControl(${CONFIG})] })`, {
        auditorHandler: ours("handlers/auditor"),
        cloudControl: ours("src/auditors/cloudcontrol"),
      }),
    config: ({ types }) => types,
  },
  aggregator: {
    name: ({ auditor }) => `get-meta-${auditor}`,
    entry: () =>
      entry(`auditorHandler(configAggregator(...${CONFIG}))`, {
        auditorHandler: ours("handlers/auditor"),
        configAggregator: ours("src/auditors/configAggregator"),
      }),
    config: ({ aggregator, types }) => [aggregator, types],
  },
  doctor: {
    name: () => "doctor",
    entry: () =>
      entry(`doctorHandler(${CONFIG})(thisProcess)`, { doctorHandler: ours("handlers/doctor"), ...thisProcess }),
    config: ({ deployed }) => deployed,
  },
  tabulator: {
    name: () => "tabulator",
    entry: () =>
      entry(`tabulatorHandler(tabulatorConfig(${CONFIG}))(thisProcess)`, {
        tabulatorHandler: ours("handlers/tabulator"),
        tabulatorConfig: ours("src/tables/tabulatorConfig"),
        ...thisProcess,
      }),
    config: ({ catalog, always, controls }) => ({ catalog: packedCatalog(catalog), always, controls }),
  },
  notifier: {
    name: () => "notifier",
    entry: () =>
      entry(`notifierHandler(${CONFIG})(thisProcess)`, { notifierHandler: ours("handlers/notifier"), ...thisProcess }),
    config: ({ config }) => config,
  },
  configRules: {
    name: () => "config-rules",
    entry: () =>
      entry(`configRulesHandler(${CONFIG})(thisProcess)`, {
        configRulesHandler: ours("handlers/configRules"),
        ...thisProcess,
      }),
    config: ({ config }) => config,
  },
};

const kindOf = <H extends Handler>({ kind }: H) => KINDS[kind] as unknown as KindOfHandler<H>;

export const nameOf = (handler: Handler): string => kindOf(handler).name(handler);

/** A bundle's own module: what it does is the handler's, what it knows is written into it afterwards. */
export const entryOf = (handler: Handler): string => kindOf(handler).entry(handler);

/** The configuration that is built in, as JSON; empty where there is none. */
export function configOf(handler: Handler): string {
  const config = kindOf(handler).config?.(handler);
  return config === undefined ? "" : JSON.stringify(config);
}
