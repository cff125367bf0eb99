import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { TrinoSQL } from "dt-sql-parser";
import { loadAuditors, loadServices } from "../../src/auditors/registry.ts";
import { documentedTypes } from "../../src/auditors/resourceTypes.ts";
import {
  type Control,
  FRAMEWORKS,
  type Framework,
  hasColumn,
  loadControls,
  typesOf,
} from "../../src/controls/control.ts";
import { PredicateError, type SqlValue } from "../../src/controls/expression.ts";
import { failures, failuresQuery } from "../../src/controls/failures.ts";
import { listingsOf } from "../../src/controls/listings.ts";
import { predicateOf } from "../../src/controls/predicate.ts";
import { requirementsOf } from "../../src/controls/requirements.ts";
import { restsOn } from "../../src/controls/restsOn.ts";
import { runVerdicts } from "../../src/controls/runVerdicts.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import { resourceTypeName } from "../../src/evidence/layout.ts";
import { type DuckDBEngine, duckDBEngine } from "../../src/query/duckdb.ts";
import { namesIn } from "../../src/query/trino.ts";
import { catalogOf, latestName } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { columnValue } from "../../src/tables/resourceRow.ts";
import { readSealedRun, type SealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, writeRun } from "../tables/sealedFolder.ts";
import { type ControlCase, casesOf, runOf } from "./cases.ts";
import { everyVerdict } from "./everyVerdict.ts";

const catalog = catalogOf(await loadAuditors());
const documented = documentedTypes(await loadServices());
/** Set: the id of the one control that is checked, alone. */
const alone = process.env.CONTROL;
const controls = chosen(await loadControls(), alone);
const covered = Object.values(catalog.auditors).flat();
const readBy = new Map(catalog.tables.map(({ name, resourceType }) => [latestName(name), resourceType]));
const types = [
  ...new Set(
    controls.flatMap((control) => [
      ...typesOf(control),
      ...[...namesIn(control.sql)].flatMap((name) => readBy.get(name) ?? []),
    ]),
  ),
];
const isGlobal = (type: string) => covered.some((each) => each.type === type && each.global);
const cases = await casesOf(controls, isGlobal);
/** Members that a type's resources have, as its table reads them. */
const membersOf = new Map(
  catalog.tables.map(({ resourceType, members }) => [resourceType, new Set(members.map(({ member }) => member))]),
);
const short = ({ status, resource, reason }: Verdict) =>
  [status, resource?.resource_id, reason].filter(Boolean).join(" ");

/** The one control that was asked for, or all. @throws that there is none */
function chosen(all: readonly Control[], id: string | undefined): readonly Control[] {
  const those = id === undefined ? all : all.filter((each) => each.id === id);
  if (those.length) return those;
  throw new Error(`CONTROL=${id}: src/controls/rules/<service>/${id}.sql is expected, and is not there`);
}

/** Tables about runs, whose rows are the manifest's and no line of evidence. */
const WITHOUT_LINES = new Set(["latest_accounts", "latest_outcomes", "latest_gaps"]);

/** Tables of many types in a query, with the rows of some types, or with those of all others. */
function withoutRowsOf(operator: "=" | "<>", types: readonly string[]): string {
  const only = types.map((type) => `resource_type ${operator} '${type}'`).join(operator === "=" ? " OR " : " AND ");
  return ["policies", "policy_statements", "policy_audiences", "network_openings"]
    .map((table) => latestName(table))
    .map((name) => `${name} AS (SELECT * FROM main.${name} WHERE ${only})`)
    .join(", ");
}

/** Writes a run that has these cases, and its tables. */
async function tablesOf(folder: string, cases: readonly ControlCase[]): Promise<DuckDBEngine> {
  await writeRun(
    folder,
    runOf(
      cases,
      types.filter(isGlobal),
      types.filter((type) => covered.some((each) => each.type === type && !each.global)),
    ),
  );
  const used = new Set(cases.flatMap(({ items }) => items.map(({ resource_type }) => resource_type)));
  const small = { ...catalog, tables: catalog.tables.filter(({ resourceType }) => used.has(resourceType)) };
  const objects = folderObjects(folder);
  await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, small);
  return duckDBEngine({ folder, catalog });
}

describe("the controls", function () {
  this.timeout(120_000);
  let folder: string;
  let engine: DuckDBEngine;
  let sealed: SealedRun;
  /** Verdicts by control, and by control and account: each account is a case, and every control is asked of it. */
  const foundOf = new Map<string, Verdict[]>();
  const found = new Map<string, Verdict[]>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "controls-"));
    engine = await tablesOf(folder, cases);
    sealed = (await readSealedRun(folderObjects(folder), FIRST_RUN, "2026-11-24"))!;
    for await (const verdict of everyVerdict(engine, controls)) {
      for (const [map, key] of [
        [foundOf, verdict.control],
        [found, `${verdict.control} ${verdict.account_id}`],
      ] as const) {
        const verdicts = map.get(key);
        if (verdicts) verdicts.push(verdict);
        else map.set(key, [verdict]);
      }
    }
  });
  after(async () => {
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  it("are at least a hundred, and no two have the same id", () => {
    expect(controls.length).to.be.at.least(alone ? 1 : 100);
    expect(new Set(controls.map(({ id }) => id)).size).to.equal(controls.length);
  });

  for (const framework of Object.keys(FRAMEWORKS) as Framework[])
    it(`name no requirement of ${FRAMEWORKS[framework]} that there is not`, () => {
      const there = requirementsOf(framework);
      const named = controls.flatMap(({ id, mappings }) =>
        (mappings[framework] ?? []).map((number) => ({ id, number })),
      );
      if (!alone) expect(named).not.to.be.empty;
      expect(named.filter(({ number }) => !there.has(number))).to.deep.equal([]);
    });

  it("say why where they do not pass, and never a failure's reason of what is not known", () => {
    const told = [...foundOf.values()].flat();
    const reasons = new Set(told.flatMap(({ status, reason }) => (status === "fail" ? [reason] : [])));
    for (const { control, status, reason } of told) {
      if (status === "pass" || status === "not-applicable") expect(reason, control).to.equal(null);
      else expect(reason, `${control} ${status}`).to.be.a("string").and.not.equal("");
      if (status === "unknown") expect(reasons.has(reason), `${control}: ${reason}`).to.equal(false);
    }
  });

  it("carry the lines of all other tables that they read", () => {
    const without = controls.filter(
      (control) =>
        !hasColumn(control, "evidence") &&
        [...namesIn(control.sql)].some(
          (name) =>
            name.startsWith("latest_") &&
            !WITHOUT_LINES.has(name) &&
            name !== latestName(resourceTypeName(control.resource)),
        ),
    );
    expect(without.map(({ id }) => id)).to.deep.equal([]);
  });

  it("find the same again from the lines that they cite, and nothing else", async () => {
    const lines = await engine.whole(
      "SELECT evidence_object, evidence_line, account_id, resource_type, resource_id FROM latest_resources",
    );
    const cited = new Set(
      [...foundOf].flatMap(([control, verdicts]) =>
        verdicts.flatMap(({ evidence }) => evidence.map(({ object, line }) => `${control} ${object}:${line}`)),
      ),
    );
    const keyOf = (account: unknown, type: unknown, id: unknown) => `${account} ${type} ${id}`;
    const placeOf = new Map(
      lines.map(([object, line, account, type, id]) => [keyOf(account, type, id), `${object}:${line}`]),
    );
    const left = cases.map((each) => ({
      ...each,
      items: each.items.filter(({ account_id, resource_type, resource_id }) =>
        cited.has(`${each.control.id} ${placeOf.get(keyOf(account_id, resource_type, resource_id))}`),
      ),
    }));
    if (!alone)
      expect(left.flatMap(({ items }) => items).length).to.be.lessThan(cases.flatMap(({ items }) => items).length);
    const again = await mkdtemp(join(tmpdir(), "controls-again-"));
    try {
      const engineAgain = await tablesOf(again, left);
      try {
        const foundAgain = new Map<string, string[]>();
        for await (const verdict of everyVerdict(engineAgain, controls)) {
          const key = `${verdict.control} ${verdict.account_id}`;
          foundAgain.set(key, [...(foundAgain.get(key) ?? []), short(verdict)]);
        }
        const told = (verdicts: readonly string[]) => verdicts.filter((each) => each !== "not-applicable").sort();
        for (const { control, account, expected, number } of left)
          expect(
            told(foundAgain.get(`${control.id} ${account}`) ?? []),
            `${control.id} ${expected} ${number}`,
          ).to.deep.equal(told((found.get(`${control.id} ${account}`) ?? []).map(short)));
      } finally {
        await engineAgain.close();
      }
    } finally {
      await rm(again, { recursive: true });
    }
  });

  it("judge no single resource where there is none of their type", async () => {
    for (const control of controls.filter(({ per }) => per === "resource")) {
      const own = latestName(resourceTypeName(control.resource));
      const [[rows]] = (await engine.whole(`WITH ${own} AS (SELECT * FROM main.${own} WHERE false),
        ${withoutRowsOf("<>", [control.resource])} SELECT count(*) FROM (${control.sql})`)) as [[number]];
      expect(rows, control.id).to.equal(0);
    }
  });

  it("answer the same once all that they rest on is read, whatever is still to be read of other types", async () => {
    const unlike: string[] = [];
    for (const control of controls) {
      const types = restsOn(control, catalog);
      if (!types) continue;
      // Lines of evidence are a set.
      const answer = async (before: string) => {
        const rows = await engine.whole(`${before} SELECT * FROM (${control.sql})`);
        return rows.map((row) => JSON.stringify(row.map((cell) => (Array.isArray(cell) ? cell.sort() : cell)))).sort();
      };
      const early = await answer(`WITH ${withoutRowsOf("=", [...types])}`);
      if (JSON.stringify(early) !== JSON.stringify(await answer(""))) unlike.push(control.id);
    }
    expect(unlike).to.deep.equal([]);
  });

  it("are about types that are collected, and operations that are asked for them", () => {
    const operations = new Map(documented.map((each) => [each.type, each.operations]));
    expect(types.filter((type) => !operations.has(type))).to.deep.equal([]);
    const unasked = controls.flatMap(({ id, resource, reads }) =>
      reads.filter((read) => !operations.get(resource)?.includes(read)).map((read) => `${id}: ${read}`),
    );
    expect(unasked).to.deep.equal([]);
  });

  // In DuckDB: what Athena's engine answers to the same statements is asked by test/referee/trino.test.ts.
  it("fail and are unknown alike where each is asked by the statement that the notifier sends", async () => {
    const listings = await listingsOf(sealed, catalog, new Set(types));
    for (const control of controls) {
      const { needs, resource, per } = control;
      const needed = [...(per === "resource" ? needs : [resource, ...needs]), ...control["needs-to-fail"]];
      /** Not known because of a listing: said of the place, and not of each resource. */
      const ofPlace = ({ status, account_id, region }: Verdict) =>
        status === "unknown" && listings.notWhole(needed, account_id, region!) !== undefined;
      const asked: Verdict[] = [];
      for await (const verdict of failures(engine, control, sealed, listings)) asked.push(verdict);
      const expected = (foundOf.get(control.id) ?? []).filter(
        ({ status, resource: about }) => ["fail", "unknown"].includes(status) && about !== null,
      );
      for (const each of expected.filter(({ reason }) => reason?.startsWith("AWS::")))
        expect(ofPlace(each), each.reason!).to.equal(true);
      const lines = (verdicts: readonly Verdict[]) =>
        verdicts
          .filter((each) => !ofPlace(each))
          .map((each) => JSON.stringify(each))
          .sort();
      expect(lines(asked), control.id).to.deep.equal(lines(expected));
    }
  });

  it("have the same verdicts, of resources and of places, where all of them are asked in the common SQL", async () => {
    const listings = await listingsOf(sealed, catalog, new Set(types));
    const lines = (verdicts: readonly Verdict[]) => verdicts.map((each) => JSON.stringify(each)).sort();
    for (const control of controls) {
      const asked: Verdict[] = [];
      for await (const verdict of runVerdicts(engine, control, sealed, listings)) asked.push(verdict);
      expect(lines(asked), control.id).to.deep.equal(lines(foundOf.get(control.id) ?? []));
    }
  });

  it("are judged alike by the predicate of those that one resource answers, without a database", async () => {
    const compiled: string[] = [];
    for (const control of controls) {
      let predicate: ReturnType<typeof predicateOf>;
      try {
        predicate = predicateOf(control.sql);
      } catch (error) {
        expect(error).to.be.instanceOf(PredicateError);
        expect(control["config-rule"], `${control.id}: ${(error as Error).message}`).to.equal(false);
        continue;
      }
      const table = catalog.tables.find(({ resourceType }) => resourceType === control.resource)!;
      // The envelope's columns, such as when it was read, are no configuration.
      if (predicate.columns.some((name) => !table.members.some((each) => each.name === name))) continue;
      compiled.push(control.id);
      for (const { account, items, denied } of cases.filter((each) => each.control === control)) {
        const [verdict, ...more] = found.get(`${control.id} ${account}`) ?? [];
        const [item, ...others] = items.filter(({ resource_type }) => resource_type === control.resource);
        // What was not read, and a second resource, are no matter of the predicate's.
        if (!item || !verdict || more.length || others.length || denied.length || item.unread) continue;
        const row = Object.fromEntries(
          table.members.map(({ name, type, member }) => [
            name,
            columnValue(type, item.configuration![member]) as SqlValue,
          ]),
        );
        const judgement = predicate.judge(row);
        const status = judgement
          ? { true: "pass", false: "fail", null: "unknown" }[String(judgement.passes)]
          : "not-applicable";
        expect(status, `${control.id} ${account}`).to.equal(verdict.status);
        if (status === "fail") expect(judgement!.reason).to.equal(verdict.reason);
      }
    }
    if (!alone) expect(compiled.length).to.be.at.least(60);
  });

  for (const id of alone ? [alone] : ["s3-bucket-public-access-blocked", "rds-storage-encrypted"])
    it(`are asked in what parses as Athena's SQL: ${id}`, () => {
      const control = controls.find((each) => each.id === id)!;
      expect(new TrinoSQL().validate(failuresQuery(control, sealed))).to.deep.equal([]);
    });

  for (const control of controls) {
    it(`${control.id}: ${control.title}`, () => {
      expect(control.id.startsWith(`${control.service}-`), "the file's name begins with its folder's").to.equal(true);
      expect(new TrinoSQL().validate(control.sql)).to.deep.equal([]);
      for (const { expected, number, account, items } of cases.filter((each) => each.control === control)) {
        for (const { resource_type, configuration } of items)
          expect(
            Object.keys(configuration!).filter((member) => !membersOf.get(resource_type!)?.has(member)),
            `${expected} ${number} of its fixture: members that no ${resource_type} has`,
          ).to.deep.equal([]);
        const verdicts = found.get(`${control.id} ${account}`) ?? [];
        // A type that is both regional and global has a place of each kind, and nothing in one of them.
        const told = verdicts.filter(({ status }) => verdicts.length === 1 || status !== "not-applicable");
        const all = `${expected} ${number}: ${verdicts.map(short).join(", ")}`;
        expect(new Set(told.map(({ status }) => status)), all).to.deep.equal(new Set([expected]));
        if (expected === "fail") for (const { reason } of told) expect(reason, all).to.be.a("string");
      }
    });
  }
});
