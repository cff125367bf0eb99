import { expect } from "chai";
import { HINTS } from "../../simulation/hints.ts";
import { quietScript, type Script, scriptOf } from "../../simulation/script.ts";
import { type SimulationOptions, simulate } from "../../simulation/simulate.ts";
import { broken } from "./broken.ts";

/** Seeds that a broken system has to be noticed within. */
const SEEDS = 600;

/** What a run must meet for the rarest to show: seeds without it are not tried. */
const takes: Partial<Record<string, (script: Script) => boolean>> = {
  "attempts share the names of their objects": ({ duplicate, kill }) => duplicate > 0 && kill > 0,
};

/** A run in which a task is too large for its function, commits, and dies before it has started what it hands over. */
function diesBeforeHandingOver(seed: number): SimulationOptions {
  const script = { ...quietScript(seed), sizes: { instances: 60, groups: 2, people: 0 }, auditorTimeout: 32 };
  let [committed, died] = [false, false];
  const fate: SimulationOptions["fate"] = (account, { service, what }) => {
    const ms = script.accounts.includes(account) ? 2_000 : 30;
    if (what.startsWith("PUT") && what.includes("outcomes")) committed = true;
    if (died || !committed || service !== "lambda" || !what.includes("get-meta")) return { ms };
    died = true;
    return { ms, kill: "before" };
  };
  return { fate, script };
}

/** What is played instead of a seed's own run, where that meets it too seldom. */
const plays: Partial<Record<string, (seed: number) => SimulationOptions>> = {
  "what a task handed over is not started again after a kill": diesBeforeHandingOver,
};

describe("a simulated run", function () {
  this.timeout(300_000);

  for (let seed = 1; seed <= 12; seed++)
    it(`holds with seed ${seed}`, async () => {
      expect((await simulate(seed)).violations).to.deep.equal([]);
    });

  it("happens again exactly, whatever ran before it and however busy the machine is", async () => {
    const first = await simulate(7);
    await simulate(8);
    const [again, busy] = await Promise.resolve().then(async () => {
      const one = await simulate(7);
      // Work between the events must not change their order: virtual time waits for nothing real.
      const other = await simulate(7, { eachEvent: () => void "x".repeat(20_000).split("") });
      return [one, other] as const;
    });
    expect(again.digest).to.equal(first.digest);
    expect(busy.digest).to.equal(first.digest);
    expect(first.events).to.be.greaterThan(30);
  });

  it("gives another seed another run", async () => {
    expect((await simulate(7)).digest).not.to.equal((await simulate(8)).digest);
  });

  it("meets each kind of trouble within the seeds that CI runs first", () => {
    const scripts = Array.from({ length: SEEDS }, (_none, n) => scriptOf(n + 1));
    for (const [what, meets] of Object.entries({
      kills: scripts.filter(({ kill }) => kill > 0),
      "two bosses": scripts.filter(({ bosses }) => bosses === "two"),
      "a schedule delivered twice": scripts.filter(({ bosses }) => bosses === "schedule delivered twice"),
      duplicates: scripts.filter(({ duplicate }) => duplicate > 0),
      "writes that fail after they happened": scripts.filter(({ writeFault }) => writeFault > 0),
      "a region that never answers": scripts.filter(({ silent }) => silent.size),
      "closed accounts": scripts.filter(({ closed }) => closed.size),
      "denied actions": scripts.filter(({ denied }) => denied.size),
      "ended sessions": scripts.filter(({ expired }) => expired > 0),
      "sealers that die oftener than Lambda tries": scripts.filter(({ kill, kills }) => kill > 0 && kills.sealer > 3),
      "runs one after the other": scripts.filter(({ bosses }) => bosses === "day after day"),
      "slow S3": scripts.filter(({ slowS3 }) => slowS3),
      ...Object.fromEntries(
        HINTS.map((hint) => [`hint of earlier durations: ${hint}`, scripts.filter((script) => script.hint === hint)]),
      ),
      "accounts that share a task": scripts.filter(
        ({ accounts, accountsPerTask }) => accounts.length > 1 && accountsPerTask,
      ),
      "a function that is not there": scripts.filter(({ missingFunction }) => missingFunction),
      "tasks larger than an invocation": scripts.filter(({ sizes }) => sizes.instances > 10),
    }))
      expect(meets.length, what).to.be.greaterThan(3);
  });

  it("is sealed by the watchdog's doing when the sealer dies at each of Lambda's tries", async () => {
    const script = { ...quietScript(1), kill: 0.9, kills: { boss: 0, auditor: 0, recorder: 0, sealer: 12 } };
    const { violations, tries } = await simulate(1, { script });
    expect(violations).to.deep.equal([]);
    expect(tries["audit-sealer"]).to.be.greaterThan(5);
    expect(tries["audit-watchdog"]).to.be.greaterThan(1);
  });

  it("reads each commit once to seal it, however many sealers start together", async () => {
    const script = { ...quietScript(1), accounts: ["111111111111", "222222222222", "333333333333"], duplicate: 1 };
    const { violations, requests, tries, documents } = await simulate(1, { script });
    expect(violations).to.deep.equal([]);
    expect(tries["audit-sealer"]).to.be.greaterThan(1);
    const commits = [...documents.keys()].filter((key) => key.includes("/outcomes/"));
    expect(requests["sealer s3 GET outcomes"]).to.equal(commits.length);
  });

  for (const [what, play] of Object.entries(plays))
    it(`holds where it is looked for that ${what}`, async () => {
      expect((await simulate(1, play!(1))).violations).to.deep.equal([]);
    });

  for (const [what, system] of Object.entries(broken))
    it(`notices when ${what}`, async () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        if (takes[what]?.(scriptOf(seed)) === false) continue;
        const { violations } = await simulate(seed, { ...plays[what]?.(seed), system });
        if (violations.length) return;
      }
      expect.fail(`no seed up to ${SEEDS} noticed it`);
    });
});
