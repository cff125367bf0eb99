import { expect } from "chai";
import { createOnly } from "../../src/evidence/createOnly.ts";

const refused = (name: string) => Object.assign(new Error(name), { name });
/** A write that is answered one after the other: with a refusal of that name, or not. */
const answering = (...names: (string | undefined)[]) => {
  const at: number[] = [];
  const put = async () => {
    const name = names[at.push(performance.now()) - 1];
    if (name) throw refused(name);
  };
  return { at, put };
};
const CONFLICT = "ConditionalRequestConflict";

describe("an object that must not be there yet", () => {
  for (const [what, names, made] of [
    ["is made", [undefined], true],
    ["is another's where it stands", ["PreconditionFailed"], false],
    ["is made after a conflict whose other write failed", [CONFLICT, CONFLICT, undefined], true],
    ["is another's after a conflict whose other write won", [CONFLICT, "PreconditionFailed"], false],
  ] as const)
    it(what, async () => {
      const { at, put } = answering(...names);
      expect(await createOnly(put)).to.equal(made);
      expect(at).to.have.length(names.length);
    });

  it("is asked for eleven times at most, with pauses between", async () => {
    const { at, put } = answering(...Array<string>(20).fill(CONFLICT));
    const { setTimeout: own } = globalThis;
    const pauses: number[] = [];
    globalThis.setTimeout = ((then: () => void, ms: number) => own(then, 0 * pauses.push(ms))) as never;
    const error = await createOnly(put).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    globalThis.setTimeout = own;
    expect(error?.name).to.equal(CONFLICT);
    expect(at).to.have.length(11);
    expect(pauses).to.have.length(10);
    for (const [index, ms] of pauses.entries()) expect(ms).to.be.within(0, Math.min(1_000, 20 * 2 ** index));
    expect(new Set(pauses).size, "jitter").to.be.above(1);
  });

  it("fails at once where it cannot be asked for again", async () => {
    const { at, put } = answering(CONFLICT, undefined);
    expect((await createOnly(put, 0).catch((error: Error) => error)) as Error).to.have.property("name", CONFLICT);
    expect(at).to.have.length(1);
  });
});
