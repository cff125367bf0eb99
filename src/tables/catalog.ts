import { isGlobal } from "../auditors/collector.ts";
import type { AuditorOutline } from "../auditors/outline.ts";
import type { Plan } from "../evidence/plan.ts";
import {
  type Column,
  ENVELOPE,
  FINGERPRINT,
  type PackedMember,
  packedMembers,
  type ResourceTable,
  type Table,
  tableOf,
  tableOfPacked,
} from "./columns.ts";

const columns = (types: Record<string, Column["type"]>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }));

/** What stands first in a row about a resource. */
const RESOURCE = {
  run_id: "varchar",
  account_id: "varchar",
  region: "varchar",
  resource_type: "varchar",
  resource_id: "varchar",
  arn: "varchar",
  name: "varchar",
} as const;

/** Where a policy stands: `resource`, `trust`, `managed`, `inline`, `permission set`, `scp`, `rcp` or `endpoint`. */
const POLICY = { ...RESOURCE, policy_kind: "varchar", policy_name: "varchar" } as const;

/** The resource's own line, and every line that a row rests on, that one first, each as `<object>:<line>`. */
const PROOF = { evidence_object: "varchar", evidence_line: "bigint", evidence: "array(varchar)" } as const;

/** Tables about the runs themselves; each has a row for the thing it is named after. */
export const RUN_TABLES = {
  runs: {
    name: "runs",
    columns: columns({
      run_id: "varchar",
      started_at: "timestamp",
      sealed_at: "timestamp",
      requested_by: "varchar",
      tool_version: "varchar",
      complete: "boolean",
      accounts: "array(varchar)",
      auditors: "array(varchar)",
      regions: "array(varchar)",
      planned: "bigint",
      items: "bigint",
      objects: "bigint",
      bytes: "bigint",
      calls: "bigint",
      manifest_key: "varchar",
      manifest_sha256: "varchar",
      /** What the run was narrowed to some of: accounts, auditors, regions; empty where it was of everything. */
      narrowed: "array(varchar)",
    }),
  },
  /** Committed evidence objects: what a row's `evidence_object` names. */
  objects: {
    name: "objects",
    columns: columns({
      run_id: "varchar",
      key: "varchar",
      resource_type: "varchar",
      items: "bigint",
      bytes: "bigint",
      sha256: "varchar",
    }),
  },
  /** What became of each planned (auditor, account, region). */
  outcomes: {
    name: "outcomes",
    columns: columns({
      run_id: "varchar",
      auditor: "varchar",
      account_id: "varchar",
      region: "varchar",
      status: "varchar",
      items: "bigint",
      counts: "varchar",
      errors: "array(varchar)",
      remedy: "varchar",
      calls: "bigint",
      retries: "bigint",
      ms: "bigint",
      /** JSON each: what a reader has to know, though nothing is unread for it. */
      notes: "array(varchar)",
    }),
  },
  /**
   * What a planned item left unknown, a row for each resource type and operation: whoever asks for resources of a type
   * does not know what there is of it where it has a row here.
   */
  gaps: {
    name: "gaps",
    columns: columns({
      run_id: "varchar",
      auditor: "varchar",
      account_id: "varchar",
      region: "varchar",
      resource_type: "varchar",
      status: "varchar",
      /** False where the listing itself did not answer: resources may be missing. True: all are there, and some are not fully read. */
      listed: "boolean",
      operation: "varchar",
      code: "varchar",
      action: "varchar",
      denied_by: "varchar",
      message: "varchar",
      times: "bigint",
    }),
  },
  accounts: {
    name: "accounts",
    columns: columns({
      run_id: "varchar",
      account_id: "varchar",
      /** Why it was left out of the run; null where it was in. */
      excluded: "varchar",
      planned: "bigint",
      collected: "bigint",
      items: "bigint",
    }),
  },
  /** Anomalies: resources and principals configured differently from others of their type. An anomaly is not a failure. */
  anomalies: {
    name: "anomalies",
    columns: columns({
      run_id: "varchar",
      account_id: "varchar",
      region: "varchar",
      resource_type: "varchar",
      resource_id: "varchar",
      arn: "varchar",
      name: "varchar",
      model: "varchar",
      /** The model's own measure, the higher the odder. */
      score: "double",
      /** In what it differs, strongest first. */
      features: "array(varchar)",
      /** Of each of these features JSON: feature, value, usual, share. */
      reasons: "array(varchar)",
      evidence_object: "varchar",
      evidence_line: "bigint",
    }),
  },
  /** A policy document, or that a resource has none: what it comes to as a whole. */
  policies: {
    name: "policies",
    columns: columns({
      ...POLICY,
      /** `read`, `none` or `not known`. */
      state: "varchar",
      problem: "varchar",
      statements: "bigint",
      /** Of policies about a resource: whether it lets anybody in, or a service of AWS that acts for anybody. */
      open: "boolean",
      /** Of an identity's policy: whether it comes to an administrator's. */
      allows_everything: "boolean",
      /** Of a bucket's policy: whether it denies every request without TLS. */
      refuses_plain_http: "boolean",
      ...PROOF,
    }),
  },
  /** A statement of a policy, or what could not be read of it. */
  policy_statements: {
    name: "policy_statements",
    columns: columns({
      ...POLICY,
      /** Position in the document, from 0; null in a row about what could not be read. */
      statement: "bigint",
      sid: "varchar",
      effect: "varchar",
      /** `*`, `AWS:arn:…`, `Service:…`, `Federated:…`; null where the statement has no such element. */
      principals: "array(varchar)",
      not_principals: "array(varchar)",
      actions: "array(varchar)",
      not_actions: "array(varchar)",
      resources: "array(varchar)",
      not_resources: "array(varchar)",
      /** Of each operator and key JSON: operator, key, values. */
      conditions: "array(varchar)",
      /** In small letters. */
      condition_keys: "array(varchar)",
      every_action: "boolean",
      every_resource: "boolean",
      problem: "varchar",
      ...PROOF,
    }),
  },
  /** Whom a policy about a resource, or a role's trust, lets in to what. */
  policy_audiences: {
    name: "policy_audiences",
    columns: columns({
      ...POLICY,
      /** `nobody`, `principals`, `accounts`, `organizations`, `networks`, `service`, `everybody` or `not known`. */
      audience: "varchar",
      members: "array(varchar)",
      /** Of a service for whom it acts: one of the same words. */
      on_behalf_of: "varchar",
      on_behalf_of_members: "array(varchar)",
      actions: "array(varchar)",
      not_actions: "array(varchar)",
      resources: "array(varchar)",
      not_resources: "array(varchar)",
      /** Position of the statement that opens; null in a row about what could not be read. */
      statement: "bigint",
      /** Positions of the statements that decide: that one, and those that take something back. */
      statements: "array(varchar)",
      why: "varchar",
      ...PROOF,
    }),
  },
  /** Who can send what to something that listens, or past a rule. */
  network_openings: {
    name: "network_openings",
    columns: columns({
      ...RESOURCE,
      /** `ipv4` or `ipv6`. */
      family: "varchar",
      /** `tcp`, `udp`, `icmp`, `icmpv6`, a number, `all` for every other one; null where nobody can reach it. */
      protocol: "varchar",
      from_port: "bigint",
      to_port: "bigint",
      /** `everybody`, `ranges`, `nobody` or `not known`. */
      audience: "varchar",
      /** At most these. */
      ranges: "array(varchar)",
      /** Who is let in by name: members of groups, services of AWS. */
      members: "array(varchar)",
      /** By which way. */
      path: "varchar",
      /** Why it is not known. */
      problems: "varchar",
      ...PROOF,
    }),
  },
  /**
   * What each control says of a run: derived after the other tables, as controls are SQL over these. A control that
   * could not be evaluated has one row of the status `not-evaluated`, with its error as the reason.
   */
  verdicts: {
    name: "verdicts",
    columns: columns({
      run_id: "varchar",
      control: "varchar",
      severity: "varchar",
      /** `fail`, `unknown`, `pass`, `not-applicable` or `not-evaluated`. */
      status: "varchar",
      account_id: "varchar",
      region: "varchar",
      resource_type: "varchar",
      resource_id: "varchar",
      arn: "varchar",
      name: "varchar",
      reason: "varchar",
      /** Every line that it rests on, as `<object>:<line>`, the resource's own first. */
      evidence: "array(varchar)",
      query_sha256: "varchar",
    }),
  },
  /** Every resource of every type, without its configuration. */
  resources: { name: "resources", columns: [...ENVELOPE, FINGERPRINT] },
} as const satisfies Record<string, Table>;

export const runTables: readonly Table[] = Object.values(RUN_TABLES);

/** A resource type that an auditor covers, and the operation that lists it. */
export interface Covered {
  type: string;
  operation: string;
  /** Whether it is planned once for the account, under the region `global`, wherever its resources are. */
  global: boolean;
}

/** All that deriving tables needs to know of the auditors: plain data, so that a bundle can carry it. */
export interface Catalog {
  /** A table for each resource type, sorted by name. */
  tables: readonly ResourceTable[];
  /** What each auditor covers. */
  auditors: Readonly<Record<string, readonly Covered[]>>;
}

/** Sorted, as a catalog's tables are. */
export const byName = (tables: readonly ResourceTable[]): ResourceTable[] =>
  [...tables].sort((a, b) => (a.name < b.name ? -1 : 1));

/** The catalog that some auditors lead to. */
export function catalogOf(auditors: readonly AuditorOutline[]): Catalog {
  const collectorsOf = ({ services }: AuditorOutline) => services.flatMap(({ collectors }) => [...collectors]);
  // A type that is both regional and global has two collectors, and one table.
  const byType = new Map(auditors.flatMap(collectorsOf).map((each) => [each.type, each]));
  return {
    tables: byName([...byType.values()].map((each) => tableOf(each))),
    auditors: Object.fromEntries(
      auditors.map((auditor) => [
        auditor.name,
        collectorsOf(auditor).map((collector) => ({
          type: collector.type,
          operation: collector.listing.operation,
          global: isGlobal(collector),
        })),
      ]),
    ),
  };
}

/** A catalog as a bundle carries it: the rest follows from the members of each type, and is five times as long. */
export interface PackedCatalog extends Pick<Catalog, "auditors"> {
  /** By resource type. */
  types: Readonly<Record<string, readonly PackedMember[]>>;
}

export const packedCatalog = ({ tables, auditors }: Catalog): PackedCatalog => ({
  types: Object.fromEntries(tables.map((table) => [table.resourceType, packedMembers(table)])),
  auditors,
});

export const unpackedCatalog = ({ types, auditors }: PackedCatalog): Catalog => ({
  tables: Object.entries(types).map(([type, members]) => tableOfPacked(type, members)),
  auditors,
});

/** What each auditor of a run covered, as its plan says: a deployment composes auditors of services in its own way. */
export function coveredBy(
  { auditors }: Pick<Plan, "auditors">,
  catalog: Pick<Catalog, "auditors">,
): Record<string, Covered[]> {
  const operations = new Map(
    Object.values(catalog.auditors).flatMap((types) => types.map(({ type, operation }) => [type, operation] as const)),
  );
  const covered = (types: readonly string[], global: boolean) =>
    types.map((type) => ({ type, operation: operations.get(type) ?? "", global }));
  return Object.fromEntries(
    auditors.map(({ name, global, regional }) => [name, [...covered(global, true), ...covered(regional, false)]]),
  );
}

/** Name of the view over the last sealed run's rows of a table. */
export const latestName = (table: string): string => `latest_${table}`;

/** The day of a run, `2026-11-24`: in the tables of all runs, where it says which files are read. */
export const RUN_DATE = { name: "run_date", type: "varchar" } as const satisfies Column;

/** A table as it is with all runs. */
export const ofAllRuns = (table: Table): Table => ({ name: table.name, columns: [...table.columns, RUN_DATE] });

/** Everything that a query can ask, in Athena and in DuckDB: each table with all runs, and with the latest alone. */
export const askable = ({ tables }: Pick<Catalog, "tables">): Table[] =>
  [...tables, ...runTables].flatMap((table) => [
    ofAllRuns(table),
    { name: latestName(table.name), columns: table.columns },
  ]);
