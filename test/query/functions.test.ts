import { readFile } from "node:fs/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { expect } from "chai";
import { loadControls } from "../../src/controls/control.ts";
import { canonicalJson } from "../../src/query/canonicalJson.ts";
import { cellOf } from "../../src/query/duckdb.ts";
import { likeTrino } from "../../src/query/likeTrino.ts";
import { namedQueries } from "../../src/query/namedQueries.ts";
import { forDuckDB } from "../../src/query/trino.ts";
import { callsIn, documentedFunctions, trinoAnswers } from "./functions.ts";

const answers = await trinoAnswers();
const { alike, refusing } = await documentedFunctions();
const examples = [...(await readFile("docs/query.md", "utf8")).matchAll(/```sql\n([\s\S]*?)```/g)];
const queries: [string, string][] = [
  ...(await loadControls()).map(({ id, sql }): [string, string] => [`control ${id}`, sql]),
  ...namedQueries.map(({ name, sql }): [string, string] => [`saved query ${name}`, sql]),
  ...examples.map(([, sql], index): [string, string] => [`example ${index + 1} of docs/query.md`, sql!]),
];

describe("functions of both engines", () => {
  let connection: DuckDBConnection;
  before(async () => {
    connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run("SET TimeZone = 'UTC'");
    await likeTrino(connection);
  });
  after(() => connection.closeSync());

  const ask = async (sql: string) =>
    (await connection.runAndReadAll(forDuckDB(sql))).getRows().map(([value]) => cellOf(value!));

  for (const { expression, value } of answers)
    it(`${expression} is as Trino has it in DuckDB`, async () => {
      const answer = await ask(`SELECT ${expression}`).catch(() => undefined);
      expect(answer?.[0]).to.deep.equal(value);
    });

  it("answer over many rows as over one, whatever stands in the others", async () => {
    const texts = ["{", '{"a":"x"}', "", '{"a":{}}', null, '{"a":[1]}'];
    const rows = texts.map((text, index) => `(${index}, ${text === null ? "NULL" : `'${text}'`})`).join(", ");
    const sql = (what: string) => `SELECT ${what} FROM (VALUES ${rows}) AS t (i, j) ORDER BY i`;
    expect(await ask(sql("json_extract_scalar(j, '$.a')"))).to.deep.equal([null, "x", null, null, null, null]);
    expect(await ask(sql("json_size(j, '$.a')"))).to.deep.equal([null, 0, null, 0, null, 1]);
    expect(await ask(sql("json_extract_scalar(TRY(json_parse(j)), '$.a')"))).to.deep.equal([
      null,
      "x",
      null,
      null,
      null,
      null,
    ]);
    expect(await ask(sql("cardinality(TRY_CAST(json_extract(j, '$.a') AS array(json)))"))).to.deep.equal([
      null,
      null,
      null,
      null,
      null,
      1,
    ]);
  });

  it("answer of what rows are grouped by", async () => {
    const sql = `SELECT json_extract_scalar(j, '$.a') FROM (VALUES ('{"a":"x"}'), ('{')) AS t (j) GROUP BY j ORDER BY 1`;
    expect(await ask(sql)).to.deep.equal(["x", null]);
  });

  it("have each answer recorded that docs/query.md promises to be alike", () => {
    const recorded = new Set(answers.flatMap(({ expression }) => callsIn(expression).map(({ name }) => name)));
    expect(alike.filter((name) => !recorded.has(name))).to.deep.equal([]);
  });

  for (const [what, sql] of queries)
    it(`are the only ones that ${what} calls, and where a value can be refused it becomes null`, () => {
      const calls = callsIn(sql);
      expect(calls.filter(({ name }) => !alike.includes(name))).to.deep.equal([]);
      expect(calls.filter(({ name, tried }) => refusing.includes(name) && !tried)).to.deep.equal([]);
      // What a policy means is in tables; its text is for nobody's control to take apart.
      if (what.startsWith("control")) expect(calls.map(({ name }) => name)).not.to.include.members(["json_parse"]);
      // DuckDB reads '1.5' as a bigint, Trino does not; both read it as a double.
      expect(sql).not.to.match(/TRY_CAST\((?!TRY_CAST|d\.|date_diff|NULL)[^()]*\([^()]*\) AS bigint/);
    });
});

describe("JSON as Trino parses it", () => {
  for (const [text, canonical] of [
    ['{"b": 1, "a": [true, null, "x"]}', '{"a":[true,null,"x"],"b":1}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['[{"a":{"b":1,"b":{}}}]', '[{"a":{"b":{}}}]'],
    ['{"a":12345678901234567890}', '{"a":12345678901234567890}'],
    ['"\\u00e9\\/"', '"é/"'],
    ['"\\ud800x"', '"\ufffdx"'],
    ['"{,}[:]"', '"{,}[:]"'],
    ['{"__proto__":1}', '{"__proto__":1}'],
    ["NaN", null],
    ["{} {}", null],
    ["", null],
    ["[".repeat(100_000) + "]".repeat(100_000), null],
  ] as const)
    it(`${text.slice(0, 40)} is ${canonical}`, () => {
      expect(canonicalJson(text)).to.equal(canonical);
    });
});
