import { expect } from "chai";
import { WRONG_PAGES } from "../../simulation/listings.ts";
import { EVERY_LOOK } from "../../simulation/looks.ts";
import { quietScript, type Script, SIGNING_KEY_FAULTS } from "../../simulation/script.ts";
import { type SimulationReport, simulate } from "../../simulation/simulate.ts";
import { isReadable, WRONG_ANSWERS } from "../../simulation/wrongAnswers.ts";
import { Manifest } from "../../src/evidence/manifest.ts";
import { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import { risingClock } from "../../src/runtime/risingClock.ts";

/** Seeds within which a fault has to strike. */
const SEEDS = 40;
/** Runs of a fault that have to hold: some strike where nothing depends on them. */
const STRUCK = 5;

const sizes = { instances: 12, groups: 4, people: 4, clusters: 3 };
const everything = (seed: number): Script => ({ ...quietScript(seed), auditors: ["rds", "iam", "clusters"], sizes });

const minutes = (of: number) => of * 60_000;
const everyClock = (ahead: number) =>
  new Map(["boss", "get-meta-rds", "get-meta-iam", "recorder", "sealer", "watchdog"].map((name) => [name, ahead]));

const everyClockPutBack = (at: number, by: number) =>
  new Map([...everyClock(0).keys()].map((name) => [name, { at, by }]));

/** Every try of an auditor dies, so that its event is given up. */
const deathOfEachTask = { kill: 0.9, kills: { boss: 0, auditor: 20, recorder: 0, sealer: 0 } };

/** Faults by what they are called, and a script that has them alone. */
const faults: Record<string, Partial<Script>> = {
  ...Object.fromEntries(
    WRONG_ANSWERS.map((wrong) => [`answer: ${wrong}`, { wrongAnswer: 0.2, wrongAnswers: [wrong] }]),
  ),
  "lambda answer: page of HTML": { wrongAnswer: 0.3, wrongAnswers: ["page of HTML"] },
  "s3 answer: page of HTML": { wrongAnswer: 0.3, wrongAnswers: ["page of HTML"] },
  ...Object.fromEntries(WRONG_PAGES.map((wrong) => [wrong, { wrongPages: 0.9 }])),
  "answer: changed bit": { changedBits: 0.2 },
  "s3 answer: changed bit": { changedBits: 0.2 },
  "clock put back": { clocksPutBack: everyClockPutBack(1_500, 90_000) },
  "account that joins": { joining: new Map([["222222222222", 1_000]]) },
  "token refused": { tokenRefused: 0.1 },
  "estate that changes": { changing: 0.5 },
  "deleted while it is read": { changing: 0.5 },
  "parent deleted": { changing: 0.5 },
  "clock that differs": { clocks: everyClock(minutes(-40)) },
  "write that lands late": { lateWrite: 0.4 },
  ...Object.fromEntries(
    SIGNING_KEY_FAULTS.map((fault) => [`signing key ${fault}`, { signingKey: { fault, from: 1, calls: 4 } }]),
  ),
  "deployment in mid-run": { deployedAt: 1_500 },
  "account that leaves": { leaving: new Map([["111111111111", 1_000]]) },
  "S3 refuses the audit account": { refusedS3: { from: 1_000, until: minutes(4) } },
  "AWS is down": { outage: { from: 1_000, until: minutes(7 * 60) } },
  "record of a dead event lost": { ...deathOfEachTask, lostRecords: 1 },
};

const commitsOf = ({ documents }: SimulationReport): TaskOutcome[] =>
  [...documents].flatMap(([key, text]) => (key.includes("/outcomes/") ? TaskOutcome.parse(JSON.parse(text)) : []));

const manifestsOf = ({ documents }: SimulationReport): Manifest[] =>
  [...documents].flatMap(([key, text]) => (key.endsWith("/manifest.json") ? Manifest.parse(JSON.parse(text)) : []));

describe("a fault of AWS", function () {
  this.timeout(300_000);

  for (const [fault, script] of Object.entries(faults))
    it(`is met, and the run holds: ${fault}`, async () => {
      let struck = 0;
      for (let seed = 1; struck < STRUCK && seed <= SEEDS; seed++) {
        const looks = { everyWrite: true, copy: false, verdicts: false };
        const report = await simulate(seed, { script: { ...everything(seed), ...script }, looks });
        expect(report.violations, `seed ${seed}`).to.deep.equal([]);
        if (report.faults[fault]) struck += 1;
      }
      expect(struck).to.be.greaterThan(0);
    });

  for (const ahead of [minutes(-50), minutes(50)])
    it(`is told of where a clock is ${ahead / 60_000} minutes ahead: everything is read, and the outcome says so`, async () => {
      const report = await simulate(1, { script: { ...everything(1), clocks: everyClock(ahead) } });
      expect(report.violations).to.deep.equal([]);
      const outcomes = commitsOf(report).flatMap((commit) => commit.outcomes);
      for (const { auditor, status, notes = [] } of outcomes) {
        expect(status, auditor).to.equal("collected");
        // Its clock alone is right.
        if (auditor !== "clusters") expect(notes.map(({ code }) => code)).to.include("ClockSkew");
      }
    });

  it("leaves a run open, is heard of, and the run is sealed without the task by who heard of it: a lost record", async () => {
    const report = await simulate(1, { script: { ...everything(1), ...deathOfEachTask, lostRecords: 1 } });
    expect(report.violations).to.deep.equal([]);
    expect(report.alarms).to.include.members(["not-delivered", "run-not-sealed"]);
    const [manifest] = manifestsOf(report);
    expect(manifest!.complete).to.equal(false);
    expect(manifest!.missing.length).to.be.greaterThan(0);
    expect(manifest!.incomplete_requested_by).to.equal("somebody who was alarmed");
  });

  it("is recorded as such where Lambda kept an event too long: an outage of seven hours", async () => {
    const report = await simulate(1, {
      script: { ...everything(1), late: minutes(10), outage: { from: minutes(0.1), until: minutes(7 * 60) } },
    });
    expect(report.violations).to.deep.equal([]);
    const errors = commitsOf(report).flatMap((commit) => commit.outcomes.flatMap((outcome) => outcome.errors));
    expect(errors.map(({ code }) => code)).to.include("EventAgeExceeded");
    expect(manifestsOf(report).map(({ complete }) => complete)).to.deep.equal([true]);
  });

  it("is an occasion for what a task's one try has left, where Lambda gave it up after an outage", async () => {
    expect((await simulate(40035)).violations).to.deep.equal([]);
  });

  it("is met with a checksum: every write that a run makes has one, as Object Lock asks for", async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const report = await simulate(seed, { script: { ...everything(seed), lockedFrom: 0 } });
      expect(report.violations, `seed ${seed}`).to.deep.equal([]);
      expect(report.faults, `seed ${seed}`).to.deep.equal({});
    }
  });

  it("is noticed where a function takes the clock of its machine as it is: times fall within a task", async () => {
    const noticed: string[] = [];
    for (let seed = 1; seed <= 10; seed++) {
      const script = { ...everything(seed), clocksPutBack: everyClockPutBack(500 + 100 * seed, 90_000) };
      noticed.push(...(await simulate(seed, { script, clockOf: (clock) => clock })).violations);
    }
    expect(noticed.join("\n")).to.match(/^task \S+ collected .* and committed it at/m);
  });

  it("can be a bit that makes a body unreadable: no JSON, or elements that are not closed in order", () => {
    for (const readable of ['{"a":[1,"<"]}', "<?xml version='1.0'?><a b='1'><c/>text &lt; <d>x</d></a>", "[]"])
      expect(isReadable(readable), readable).to.equal(true);
    for (const unreadable of ['{"a":1', "<a><b></a></b>", "<a><b></a>", "<a><c</a>", "<a>", "", "a<b></b>"])
      expect(isReadable(unreadable), unreadable).to.equal(false);
  });

  it("puts a clock back, and what is told of the time never falls", () => {
    let machine = 1_000;
    const clock = risingClock(() => machine);
    const told = [1_000, 1_500, 200, 300, 200, 5_000].map((each) => {
      machine = each;
      return clock();
    });
    expect(told).to.deep.equal([1_000, 1_500, 1_500, 1_600, 1_600, 6_400]);
  });

  it("changes no verdict: what fails in the estate never passes in a run with faults", async () => {
    const script = {
      ...everything(13),
      ...{ wrongAnswer: 0.1, wrongAnswers: [...WRONG_ANSWERS], tokenRefused: 0.05, wrongPages: 0.4, changing: 0.3 },
    };
    const { violations, faults: struck } = await simulate(13, { script, looks: EVERY_LOOK });
    expect(violations).to.deep.equal([]);
    expect(Object.keys(struck).length).to.be.greaterThan(3);
  });
});
