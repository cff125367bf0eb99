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

  it("is a line for each phase where there is no terminal", () => {
    let text = "";
    const line = phaseLines({ write: (more) => (text += more) });
    for (const said of ["tables: a", "tables: b", "12 objects verified", "24 objects verified", "control x", "writing"])
      line(said);
    line.end();
    expect(text).to.equal("  tables\n  verifying\n  control\n  writing\n");
  });
});
