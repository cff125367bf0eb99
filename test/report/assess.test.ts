import { expect } from "chai";
import { rds } from "../../src/auditors/services/rds.ts";
import { type Control, parseControl } from "../../src/controls/control.ts";
import { Exceptions } from "../../src/controls/exceptions.ts";
import { type DuckDBEngine, duckDBEngine } from "../../src/query/duckdb.ts";
import { assess } from "../../src/report/assess.ts";
import type { Findings } from "../../src/report/model.ts";
import { catalogOf } from "../../src/tables/catalog.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { readSealedRun } from "../../src/tables/sealedRun.ts";
import { tabulate } from "../../src/tables/tabulate.ts";
import { FIRST_RUN, folder, folderForEachTest, writeRun } from "../tables/sealedFolder.ts";

const DATABASE = "AWS::RDS::DBInstance";
const catalog = catalogOf([{ name: "rds", services: [rds] }]);

const control = (id: string, severity: string, passes: string): Control =>
  parseControl(
    `-- title: Databases are as they should be
-- severity: ${severity}
-- resource: ${DATABASE}
-- rationale: Somebody thought about it, and had good reasons.
-- remedy: Change them so.
SELECT account_id, region, resource_id, arn, evidence_object, evidence_line, ${passes} AS passes, 'not so' AS reason
FROM latest_aws_rds_dbinstance`,
    `rds/${id}.sql`,
  );
// In an order of their own, in which the report names them.
const controls = [
  control("c-low", "low", "false"),
  control("b-high", "high", "CASE WHEN resource_id <> 'db-1' THEN false END"),
  control("a-passes", "critical", "true"),
  control("d-high", "high", "false"),
];

const shortOf = async (findings: ReturnType<Findings>): Promise<string[]> => {
  const all: string[] = [];
  for await (const portion of findings)
    for (const { status, control: id, resource } of portion) all.push(`${status} ${id} ${resource?.resource_id}`);
  return all;
};

describe("the findings of a report", () => {
  folderForEachTest();
  let engine: DuckDBEngine | undefined;
  const database = (n: number) => ({ resource_id: `db-${n}`, configuration: {} });
  const written = async (items: ReturnType<typeof database>[]) => {
    await writeRun(folder(), {
      auditors: [{ name: "rds", global: [], regional: [DATABASE] }],
      items,
      outcome: () => ({ counts: { [DATABASE]: items.length } }),
    });
    const objects = folderObjects(folder());
    await tabulate(objects, (await readSealedRun(objects, FIRST_RUN, "2026-11-24"))!, catalog);
    await engine?.close();
    engine = await duckDBEngine({ folder: folder(), catalog });
  };
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
  });

  const exceptions = new Exceptions(
    [{ control: "d-high", resource: "db-1", owner: "me", reason: "a test", expires: "2099-01-01" }],
    "2026-11-24",
  );
  const assessed = () => assess(engine!, controls, exceptions, () => undefined);

  const IN_ORDER = [
    "fail b-high db-0",
    "fail b-high db-2",
    "fail d-high db-0",
    "fail d-high db-2",
    "fail c-low db-0",
    "fail c-low db-1",
    "fail c-low db-2",
    "unknown b-high db-1",
    "excepted d-high db-1",
  ];

  it("come by status, then severity, then control, the same each time that they are read", async () => {
    await written([2, 0, 1].map(database));
    const { findings } = await assessed();
    expect(await shortOf(findings())).to.deep.equal(IN_ORDER);
    expect(await shortOf(findings())).to.deep.equal(IN_ORDER);
  });

  it("are as many as the controls count, excepted ones apart", async () => {
    await written([2, 0, 1].map(database));
    const { controls: reported } = await assessed();
    expect(reported.map(({ id, status, verdicts }) => [id, status, verdicts])).to.deep.equal([
      ["c-low", "fail", { fail: 3, unknown: 0, excepted: 0, pass: 0, "not-applicable": 0 }],
      ["b-high", "fail", { fail: 2, unknown: 1, excepted: 0, pass: 0, "not-applicable": 0 }],
      ["a-passes", "pass", { fail: 0, unknown: 0, excepted: 0, pass: 3, "not-applicable": 0 }],
      ["d-high", "fail", { fail: 2, unknown: 0, excepted: 1, pass: 0, "not-applicable": 0 }],
    ]);
  });

  for (const [ofEach, expected] of [
    [1, [0, 2, 4]],
    [2, [0, 1, 2, 3, 4, 5]],
    [3, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ] as const)
    it(`are the first ${ofEach} of each control where no more are asked for`, async () => {
      await written([2, 0, 1].map(database));
      const { findings } = await assessed();
      expect(await shortOf(findings(ofEach))).to.deep.equal(expected.map((place) => IN_ORDER[place]));
    });

  it("are those of all other controls where one cannot be evaluated, which is said with its error", async () => {
    await written([2, 0, 1].map(database));
    const broken = control("e-broken", "high", "CAST(resource_id AS bigint) > 1");
    const { controls: reported, findings } = await assess(engine!, [broken, ...controls], exceptions, () => undefined);
    expect(reported[0]).to.include({ id: "e-broken", status: "not-evaluated" });
    expect(reported[0]!.not_evaluated).to.match(/control e-broken: .*db-[012]/);
    expect(reported.slice(1).map(({ not_evaluated }) => not_evaluated)).to.deep.equal(Array(4).fill(undefined));
    expect(await shortOf(findings())).to.deep.equal(IN_ORDER);
  });

  it("of a thousand resources are counted in SQL, and read anew, portion by portion, each time", async () => {
    await written(Array.from({ length: 5_000 }, (_none, n) => database(n)));
    const asked: string[] = [];
    const query: DuckDBEngine["query"] = (sql) => {
      if (sql.includes("ORDER BY e.control")) asked.push(sql);
      return engine!.query(sql);
    };
    const { controls: reported, findings } = await assess(
      { ...engine!, query },
      controls,
      new Exceptions([], "2026-11-24"),
      () => undefined,
    );
    expect(asked).to.have.length(0);
    expect(reported.map(({ verdicts }) => verdicts.fail + verdicts.unknown)).to.deep.equal([5_000, 5_000, 0, 5_000]);
    for (const time of [1, 2]) {
      const portions: number[] = [];
      for await (const portion of findings()) portions.push(portion.length);
      expect(Math.max(...portions)).to.be.lessThan(2_500);
      expect(portions.reduce((sum, each) => sum + each, 0)).to.equal(15_000);
      expect(asked).to.have.length(time * 4);
    }
    for await (const _portion of findings()) break;
    expect(asked).to.have.length(9);
  });

  it("of thousands, of which one is excepted, count it once and come to no more than was asked for", async () => {
    await written(Array.from({ length: 5_000 }, (_none, n) => database(n)));
    const { controls: reported, findings } = await assessed();
    expect(reported.find(({ id }) => id === "d-high")!.verdicts).to.include({ fail: 4_999, excepted: 1 });
    expect(await shortOf(findings(2))).to.deep.equal([
      "fail b-high db-0",
      "fail b-high db-10",
      "fail d-high db-0",
      "fail d-high db-10",
      "fail c-low db-0",
      "fail c-low db-1",
    ]);
  });

  it("are the same whether they were kept or are read anew", async () => {
    const read = async (count: number) => {
      await written(Array.from({ length: count }, (_none, n) => database(n)));
      const { findings } = await assessed();
      return (await shortOf(findings())).filter((each) => /db-[0-9]{1,2}$/.test(each));
    };
    expect(await read(1_001)).to.deep.equal(await read(100));
  });
});
