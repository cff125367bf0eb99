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
    expect(written(false, [0, 2_000, 6_999, 7_000])).to.equal("  1 of 4  working\n  3 of 4  working\n");
  });

  it("is silent on a terminal about work of less than a second", () => {
    expect(written(true, [0, 400, 999])).to.equal("");
  });

  it("is one line on a terminal, no wider than it, gone at the end", () => {
    const text = written(true, [0, 1_000, 1_050, 2_000]);
    const lines = text.split("\r\u001b[K");
    expect(lines).to.deep.equal(["", lines[1]!, lines[2]!, ""]);
    expect(lines[1]).to.match(/^█+░+ 1 of 4 {2}working$/);
    expect(Math.max(...lines.map(({ length }) => length))).to.be.below(60);
  });

  it("is a sentence for each phase where there is no terminal, with how much there is to do", () => {
    let text = "";
    const line = phaseLines({ write: (more) => (text += more) });
    line("tables: a", 0, 568);
    line("tables: b", 1, 568);
    line("12 objects verified");
    line("24 objects verified");
    line("control x", 0, 201);
    line("writing");
    line("else");
    line.end();
    expect(text.split("\n")).to.deep.equal([
      "  deriving tables from the sealed evidence: 568 files",
      "  verifying the evidence and its seal",
      "  evaluating 201 controls",
      "  writing the page",
      "  else",
      "",
    ]);
  });
});
