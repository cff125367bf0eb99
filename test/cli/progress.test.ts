import { expect } from "chai";
import { phaseLines, progressLine } from "../../cli/progress.ts";

/** What is written while work says how far it is, at the milliseconds given. */
function written(isTTY: boolean, at: number[]): string {
  let now = 0;
  let text = "";
  const stream = {
    isTTY,
    columns: 60,
    write: (piece: string) => {
      text += piece;
    },
  };
  const line = progressLine(stream, () => now);
  for (const [done, ms] of at.entries()) {
    now = ms;
    line("working", done, at.length);
  }
  line.end();
  return text;
}

describe("progress", () => {
  it("is a line every few seconds in a log, from two seconds on", () => {
    expect(written(false, [0, 1_999])).to.equal("");
    expect(written(false, [0, 2_000, 6_999, 7_000])).to.equal("  working: 1 of 4\n  working: 3 of 4\n");
  });

  for (const [isTTY, shown] of [
    [true, "\r\u001b[Kcopying objects, 12 so far\r\u001b[K"],
    [false, "  copying objects, 12 so far\n"],
  ] as const)
    it(`says how many are done where nobody knows of how many, ${isTTY ? "on a terminal" : "in a log"}`, () => {
      let now = 0;
      let text = "";
      const line = progressLine({ isTTY, write: (more) => (text += more) }, () => now);
      line("copying objects", 0);
      now = 2_000;
      line("copying objects", 12);
      line.end();
      expect(text).to.equal(shown);
    });

  it("is silent on a terminal about work of less than two seconds", () => {
    expect(written(true, [0, 400, 1_999])).to.equal("");
  });

  it("is one line on a terminal, no wider than it, gone at the end", () => {
    const text = written(true, [0, 2_000, 2_050, 3_000]);
    const lines = text.split("\r\u001b[K");
    expect(lines).to.deep.equal(["", lines[1]!, lines[2]!, ""]);
    expect(lines[1]).to.match(/^█+░+ 1 of 4 {2}working$/);
    expect(Math.max(...lines.map(({ length }) => length))).to.be.below(60);
  });

  it("is a sentence for each phase where there is no terminal, with how much there is to do", () => {
    let text = "";
    const line = phaseLines({ write: (more) => (text += more) });
    line("deriving tables", 0, 568);
    line("deriving tables", 1, 568);
    line("verifying the evidence", 12);
    line("verifying the evidence", 24);
    line("evaluating controls", 0, 201);
    line("writing the page");
    line.end();
    expect(text.split("\n")).to.deep.equal([
      "  deriving tables (568)",
      "  verifying the evidence",
      "  evaluating controls (201)",
      "  writing the page",
      "",
    ]);
  });
});
