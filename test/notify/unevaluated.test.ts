import { expect } from "chai";
import { loadControls } from "../../src/controls/control.ts";
import type { Listings } from "../../src/controls/listings.ts";
import { markDelivered, type NotificationState, nextState, pendingFor } from "../../src/notify/notificationState.ts";

const controls = await loadControls();
const listings: Listings = { covers: () => true, notWhole: () => undefined, scopes: () => [] };
const CHANNELS = ["topic"] as const;
const run = (standing: NotificationState | undefined, id: string, unanswered: [string, string][]): NotificationState =>
  nextState(
    standing,
    { run: id, failed: [], unknown: new Set(), unanswered: new Map(unanswered), listings },
    controls,
    CHANNELS,
  );
const BROKEN: [string, string] = ["sqs-encrypted", "Malformed JSON"];

describe("a control that could not be evaluated", () => {
  it("is told once, while it stays so, and again after it was evaluated in between", () => {
    const first = run(undefined, "1", [BROKEN]);
    expect(pendingFor(first, "topic").unevaluated.map(({ control, error }) => [control, error])).to.deep.equal([
      BROKEN,
    ]);
    const told = markDelivered(first, "topic");
    expect(pendingFor(told, "topic").unevaluated).to.be.empty;
    const again = run(told, "2", [BROKEN]);
    expect(again.unevaluated).to.have.length(1);
    expect(pendingFor(again, "topic").unevaluated).to.be.empty;
    const mended = run(again, "3", []);
    expect(mended.unevaluated).to.be.empty;
    expect(pendingFor(run(mended, "4", [BROKEN]), "topic").unevaluated).to.have.length(1);
  });
});
