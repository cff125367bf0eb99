import { expect } from "chai";
import type { SdkClient } from "../../src/auditors/collector.ts";
import { Silence } from "../../src/collect/silence.ts";

const client = (name: string) => ({ name }) as unknown as SdkClient;

describe("endpoints that do not answer", () => {
  it("are waited for a few times: the other calls to one that was never heard are given up", () => {
    const silence = new Silence(new AbortController().signal);
    const [far, other] = [client("far"), client("other")];
    silence.timedOut(far);
    silence.timedOut(far);
    expect(silence.signalOf(far).aborted).to.equal(false);
    silence.timedOut(far);
    expect(() => silence.check(far)).to.throw(/not asked further/);
    expect(silence.signalOf(far).aborted).to.equal(true);
    expect(silence.signalOf(other).aborted).to.equal(false);
  });

  it("lose the call that timed out and no other, where they have answered before", () => {
    const silence = new Silence(new AbortController().signal);
    const busy = client("busy");
    silence.answered(busy);
    silence.timedOut(busy);
    expect(silence.signalOf(busy).aborted).to.equal(false);
  });

  it("are given up at the deadline, all of them", () => {
    const deadline = new AbortController();
    const silence = new Silence(deadline.signal);
    const signal = silence.signalOf(client("any"));
    deadline.abort();
    expect(signal.aborted).to.equal(true);
  });
});
