import { expect } from "chai";
import { latestRun, warnOfUntabulated } from "../../src/query/latestRun.ts";

const only = (...names: string[]) => new Map(names.map((name) => [name, ["accounts"]]));

describe("runs that are asked by their ids", () => {
  const told = (sealed: readonly string[], runs: readonly string[]) => {
    const messages: string[] = [];
    warnOfUntabulated({ runs, sealed }, (message) => messages.push(message));
    return messages;
  };
  it("are told of the newest without tables, and of nothing where it has some or none has any", () => {
    expect(told(["1", "2"], ["1"])).to.have.length(1);
    expect(told(["1", "2"], ["1", "2"]).concat(told(["1"], []))).to.deep.equal([]);
  });
});

describe("the run that latest views show", () => {
  const cases: [
    what: string,
    Parameters<typeof latestRun>[0],
    asked: string | undefined,
    answer: string | undefined,
  ][] = [
    ["the newest of everything", { runs: ["1", "2"], narrowed: only(), sealed: ["1", "2"] }, undefined, "2"],
    ["a full run before a narrowed one", { runs: ["1", "2"], narrowed: only("2"), sealed: ["1", "2"] }, undefined, "1"],
    ["the newest where all are narrowed", { runs: ["1", "2"], narrowed: only("1", "2"), sealed: [] }, undefined, "2"],
    ["the one that is named", { runs: ["1", "2"], narrowed: only("1"), sealed: ["1", "2"] }, "1", "1"],
    ["none where the named one has no tables", { runs: ["1"], narrowed: only(), sealed: ["1", "2"] }, "2", undefined],
    ["none where no run has tables", { runs: [], narrowed: only(), sealed: ["1"] }, undefined, undefined],
  ];
  for (const [what, runs, asked, answer] of cases)
    it(`is ${what}`, () => expect(latestRun(runs, asked, () => undefined)).to.equal(answer));

  const warnings: [what: string, Parameters<typeof latestRun>[0], asked: string | undefined, warning: RegExp[]][] = [
    ["nothing of a run that leaves nothing out", { runs: ["1"], narrowed: only(), sealed: ["1"] }, undefined, []],
    [
      "the narrowed runs since",
      { runs: ["1", "2"], narrowed: only("2"), sealed: ["1", "2"] },
      undefined,
      [/latest full run, 1; narrowed runs since: 2 \(accounts\)/],
    ],
    [
      "what the run itself was narrowed to",
      { runs: ["1"], narrowed: only("1"), sealed: ["1"] },
      "1",
      [/^run 1 was narrowed to some accounts/],
    ],
    [
      "a newer run that has no tables yet",
      { runs: ["1"], narrowed: only(), sealed: ["1", "2"] },
      undefined,
      [/^run 2 is sealed but has no tables yet/],
    ],
  ];
  for (const [what, runs, asked, expected] of warnings)
    it(`tells ${what}`, () => {
      const told: string[] = [];
      latestRun(runs, asked, (message) => told.push(message));
      expect(told).to.have.length(expected.length);
      for (const [index, pattern] of expected.entries()) expect(told[index]).to.match(pattern);
    });
});
