import { expect } from "chai";
import { loadControls } from "../../src/controls/control.ts";
import type { Listings } from "../../src/controls/listings.ts";
import { afterRun, type Told, tellingDone, untold } from "../../src/notify/told.ts";

const controls = await loadControls();
const listings: Listings = { covers: () => true, notWhole: () => undefined };
const CHANNELS = ["topic"] as const;
const run = (standing: Told | undefined, id: string, unanswered: [string, string][]): Told =>
  afterRun(
    standing,
    { run: id, failed: [], unknown: new Set(), unanswered: new Map(unanswered), listings },
    controls,
    CHANNELS,
  );
const BROKEN: [string, string] = ["sqs-encrypted", "Malformed JSON"];

describe("a control that could not be evaluated", () => {
  it("is told once, while it stays so, and again after it was evaluated in between", () => {
    const first = run(undefined, "1", [BROKEN]);
    expect(untold(first, "topic").unevaluated.map(({ control, error }) => [control, error])).to.deep.equal([BROKEN]);
    const told = tellingDone(first, "topic");
    expect(untold(told, "topic").unevaluated).to.be.empty;
    const again = run(told, "2", [BROKEN]);
    expect(again.unevaluated).to.have.length(1);
    expect(untold(again, "topic").unevaluated).to.be.empty;
    const mended = run(again, "3", []);
    expect(mended.unevaluated).to.be.empty;
    expect(untold(run(mended, "4", [BROKEN]), "topic").unevaluated).to.have.length(1);
  });
});
