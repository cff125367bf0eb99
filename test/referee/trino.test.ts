import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pLimit from "p-limit";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { loadControls } from "../../src/controls/control.ts";
import { failuresQuery } from "../../src/controls/failures.ts";
import { buildVerdicts } from "../../src/controls/verdictsFile.ts";
import { createVerdictsTable } from "../../src/controls/verdictsTable.ts";
import { type DuckDBEngine, duckDBEngine } from "../../src/query/duckdb.ts";
import type { Cell, Engine } from "../../src/query/engine.ts";
import { namedQueries } from "../../src/query/namedQueries.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { glueTables } from "../../src/tables/glue.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { casesOf, runOf } from "../controls/cases.ts";
import { trinoAnswers } from "../query/functions.ts";
import { FIRST_RUN, SECOND_RUN, writeRun } from "../tables/sealedFolder.ts";
import { oddItems } from "./oddValues.ts";
import { startTrino, type TrinoServer, trinoInstallation } from "./trinoServer.ts";

const installation = trinoInstallation();
const catalog = catalogOf(await loadAuditors());
const controls = await loadControls();
const covered = Object.values(catalog.auditors).flat();
const isGlobal = (type: string) => covered.some((each) => each.type === type && each.global);
const types = [...new Set(controls.flatMap(({ resource, needs }) => [resource, ...needs]))];
const page = await readFile("docs/query.md", "utf8");
const questions: [string, string][] = [
  ...namedQueries.map(({ name, sql }): [string, string] => [`the saved query ${name}`, sql]),
  ...[...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql], index): [string, string] => [
    `example ${index + 1} of docs/query.md`,
    sql!,
  ]),
];
const FIXTURES = { run: SECOND_RUN, date: "2026-11-24" };
/** A run of the fixtures' resources with an odd value in one place each. */
const ODD = { run: FIRST_RUN, date: "2026-11-23" };
/** Statements that Trino has at the same time. */
const AT_ONCE = 3;

/** A list, also one that is JSON in a text, in an order that does not depend on the engine. */
function ordered(cell: Cell): Cell {
  const list = typeof cell === "string" && /^\[(?:null|")/.test(cell) ? listIn(cell) : cell;
  if (Array.isArray(list)) return JSON.stringify([...list].sort());
  // DuckDB's client leaves out the mark that a text may begin with, as decoders of UTF-8 do.
  return typeof cell === "string" ? cell.replace(/^\ufeff/, "") : cell;
}

/** Values may begin as a list does, and be none. */
function listIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
const sorted = (rows: readonly Cell[][]): string[] => rows.map((row) => JSON.stringify(row.map(ordered))).sort();

/**
 * Athena's engine is Trino. What the project asks Athena is asked here of Trino itself, over the tables as they are
 * deployed and the files that the tabulator writes, and has to answer as DuckDB does on the desk.
 */
(installation ? describe : describe.skip)("Trino as referee (.ci/trino runs it)", function () {
  this.timeout(600_000);
  let folder: string;
  let duckdb: DuckDBEngine;
  let trino: TrinoServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "trino-"));
    const bucket = join(folder, "evidence");
    const cases = await casesOf(controls, isGlobal);
    const [global, regional] = [true, false].map((which) => types.filter((type) => isGlobal(type) === which));
    await writeRun(bucket, { ...FIXTURES, ...runOf(cases, global!, regional!) });
    await writeRun(bucket, { ...ODD, items: oddItems(cases) });
    const objects = folderObjects(bucket);
    for (const { run, date } of [ODD, FIXTURES])
      await tabulate(objects, (await readSealedRun(objects, run, date))!, catalog);
    [duckdb, trino] = await Promise.all([
      duckDBEngine({ folder: bucket, catalog, run: FIXTURES.run }),
      startTrino(installation!, folder, glueTables("evidence", catalog)),
    ]);
  });
  after(async () => {
    await Promise.all([trino?.stop(), duckdb?.close()]);
    await rm(folder, { recursive: true });
  });

  /** Asks both engines, some statements at once. @returns what they do not answer alike */
  async function differences(statements: readonly (readonly [string, string])[]): Promise<string[]> {
    const limit = pLimit(AT_ONCE);
    const told = (error: Error) => [[`ends: ${error.message}`]];
    const all = statements.map(([what, sql]) =>
      limit(async () => {
        const [theirs, ours] = await Promise.all([trino.query(sql).catch(told), duckdb.whole(sql).catch(told)]);
        const [expected, found] = [sorted(theirs), sorted(ours)];
        const [inExpected, inFound] = [new Set(expected), new Set(found)];
        const lost = expected.filter((row) => !inFound.has(row)).slice(0, 3);
        const gained = found.filter((row) => !inExpected.has(row)).slice(0, 3);
        const ended = [...theirs, ...ours].some(([cell]) => String(cell).startsWith("ends: "));
        return expected.length === found.length && !lost.length && !gained.length && !ended
          ? []
          : [`${what}: Trino ${expected.length} rows ${lost.join()}, DuckDB ${found.length} rows ${gained.join()}`];
      }),
    );
    return (await Promise.all(all)).flat();
  }

  it("answers each expression of test/query/functions.yaml as recorded", async () => {
    const limit = pLimit(AT_ONCE);
    const wrong = await Promise.all(
      (await trinoAnswers()).map(({ expression, value }) =>
        limit(async () => {
          const answer = await trino.query(`SELECT ${expression}`).catch(() => undefined);
          return JSON.stringify(answer?.[0]?.[0]) === JSON.stringify(value)
            ? []
            : [`${expression} is ${JSON.stringify(answer?.[0]?.[0])}, and ${JSON.stringify(value)} is recorded`];
        }),
      ),
    );
    expect(wrong.flat().join("\n")).to.equal("");
  });

  it("answers the saved queries and the examples of docs/query.md as DuckDB does", async () => {
    expect((await differences(questions)).join("\n")).to.equal("");
  });

  it("finds what DuckDB finds, control by control, as the notifier asks", async () => {
    const asked = controls.map((control) => [control.id, failuresQuery(control, FIXTURES)] as const);
    expect((await differences(asked)).join("\n")).to.equal("");
  });

  it("has the verdicts of a run as a table, as DuckDB has them on the desk", async () => {
    const objects = folderObjects(join(folder, "evidence"));
    const engine: Engine = {
      tables: () => [],
      close: async () => undefined,
      query: async (sql) => {
        const rows = await trino.query(sql);
        return {
          columns: [],
          rows: (async function* () {
            yield rows;
          })(),
          cost: () => ({ ms: 0, bytes: 0 }),
        };
      },
    };
    const sealed = (await readSealedRun(objects, FIXTURES.run, FIXTURES.date))!;
    const { notEvaluated, rows } = await buildVerdicts(engine, objects, sealed, {
      controls,
      auditors: catalog.auditors,
    });
    expect([...notEvaluated]).to.deep.equal([]);
    expect(rows).to.be.greaterThan(controls.length);
    await createVerdictsTable(duckdb, controls);
    const asked = ["verdicts", "latest_verdicts"].flatMap((name) => [
      [name, `SELECT * FROM ${name} WHERE resource_id IS NOT NULL`] as const,
      // Of each control and account there are places with nothing: a hundred thousand rows.
      [
        `${name} of places`,
        `SELECT control, status, reason, count(*) FROM ${name} GROUP BY control, status, reason`,
      ] as const,
    ]);
    expect((await differences(asked)).join("\n")).to.equal("");
  });

  it("says of each odd value what DuckDB says, and neither ends at one", async () => {
    const asked = controls.map((control) => [control.id, failuresQuery(control, ODD)] as const);
    expect((await differences(asked)).join("\n")).to.equal("");
  });
});
