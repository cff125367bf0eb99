import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import type { Answer, Cell } from "../../src/query/engine.ts";
import { csvField, writeCsv, writeJson, writeParquet, writeTable } from "../../src/query/output.ts";

const answer = (columns: [string, string][], rows: Cell[][]): Answer => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows: (async function* () {
    for (const row of rows) yield [row];
  })(),
  cost: () => ({ ms: 0, bytes: 0 }),
});
const written = async (write: (text: (piece: string) => void) => Promise<number>): Promise<string> => {
  let text = "";
  await write((piece) => {
    text += piece;
  });
  return text;
};

describe("CSV", () => {
  for (const [what, cell, field] of [
    ["a formula", "=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["a plus", "+1", "'+1"],
    ["a minus in a text", "-1+cmd", "'-1+cmd"],
    ["a negative number", -1, "-1"],
    ["an at", "@SUM(1)", "'@SUM(1)"],
    ["a tab in front", "\t=1", "'\t=1"],
    ["a formula in quotes", '=1,"a"', `"'=1,""a"""`],
    ["a line break", "a\nb", '"a\nb"'],
    ["nothing", null, ""],
    ["a map", { a: "b" }, '"{""a"":""b""}"'],
  ] as const) {
    it(`of ${what} is a text that no spreadsheet runs`, () => {
      expect(csvField(cell as Cell)).to.equal(field);
    });
  }

  it("has a head and ends each line as RFC 4180 says", async () => {
    const text = await written((write) =>
      writeCsv(
        answer(
          [
            ["a", "varchar"],
            ["=b", "bigint"],
          ],
          [["x", 1]],
        ),
        write,
      ),
    );
    expect(text).to.equal("a,'=b\r\nx,1\r\n");
  });
});

describe("JSON", () => {
  it("is an array, empty too", async () => {
    const columns: [string, string][] = [["a", "varchar"]];
    expect(JSON.parse(await written((write) => writeJson(answer(columns, []), write)))).to.deep.equal([]);
    expect(JSON.parse(await written((write) => writeJson(answer(columns, [["x"], [null]]), write)))).to.deep.equal([
      { a: "x" },
      { a: null },
    ]);
  });
});

describe("a table on the screen", () => {
  for (const [what, name, shown] of [
    ["an escape sequence", "\u001b[2Jgone", "\\u{1b}[2Jgone"],
    ["a turned direction of writing", "gpj\u202eexe", "gpj\\u{202e}exe"],
    ["a separator of lines", "one\u2028two", "one\\u{2028}two"],
    ["a character that has no width", "ad\u200bmin", "ad\\u{200b}min"],
  ] as const)
    it(`shows ${what} in a resource's name as text`, async () => {
      const text = await written((write) => writeTable(answer([["name", "varchar"]], [[name]]), write));
      expect(text).to.include(shown).and.not.include(name);
    });

  it("says how many rows it leaves out", async () => {
    const rows = Array.from({ length: 1_002 }, (_, n) => [n]);
    expect(await written((write) => writeTable(answer([["n", "bigint"]], rows), write))).to.include(
      "… and 2 more rows",
    );
  });
});

describe("a Parquet file of an answer", () => {
  it("keeps the types", async () => {
    const folder = await mkdtemp(join(tmpdir(), "output-"));
    const path = join(folder, "answer.parquet");
    const columns: [string, string][] = [
      ["n", "bigint"],
      ["at", "timestamp"],
      ["list", "varchar[]"],
      ["map", "map(varchar, varchar)"],
    ];
    const at = "2026-11-24T10:00:00.123Z";
    const rows: Cell[][] = [
      [7, at, ["a", null], { k: "v" }],
      [null, null, null, null],
    ];
    try {
      expect(await writeParquet(answer(columns, rows), path)).to.equal(2);
      expect(await parquetReadObjects({ file: await asyncBufferFromFile(path) })).to.deep.equal([
        { n: 7n, at: new Date(at), list: ["a", null], map: { k: "v" } },
        { n: null, at: null, list: undefined, map: undefined },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
