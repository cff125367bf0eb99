import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as passed } from "node:timers/promises";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { type Fault, noFaults } from "../../sandbox/faults.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { type Plan, plannedItems } from "../../src/evidence/plan.ts";
import { type Answer, itaudit } from "../cli/itaudit.ts";
import { cleanEnvironment } from "../referee/commands.ts";

const MEMBER = "111111111111";
const OTHER = "222222222222";
const SOME = ["--auditors", "iam,s3,rds", "--regions", "eu-west-1,us-east-1"];

describe("a collection from a desk that is interrupted", function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), "desk-interrupted-"));
  let sandbox: RunningSandbox;
  let folder: string;

  before(async () => {
    sandbox = await startSandbox({ ...handedIn, folder: join(root, "sandbox"), port: 0 });
  });
  after(async () => {
    await sandbox.stop();
    rmSync(root, { recursive: true });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(root, "evidence-"));
    faults();
  });

  const faults = (...script: Fault[]) => {
    sandbox.sandbox.state.faults = { ...noFaults(), script };
  };
  const env = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
    ...cleanEnvironment({}),
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: MEMBER,
    AWS_SECRET_ACCESS_KEY: "sandbox",
    XDG_CONFIG_HOME: join(root, "config"),
    ...more,
  });
  const args = (more: readonly string[]) => ["collect", "--dir", folder, "--out", `${folder}.html`, ...more];
  const collect = (more: readonly string[], as = env()): Promise<Answer> => itaudit(args(more), as);
  const files = (name: RegExp): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) => name.test(each));
  const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));
  const verify = (): Promise<Answer> => {
    const key = join(root, "config/audit-ecosystem/desk-key.pub.pem");
    return itaudit(["verify", "--all", "--dir", folder, "--public-key", key], env());
  };

  /** Starts a collection in a process of its own, and sends signals to it once there is a file, or the text is said. */
  async function interrupted(
    moment: RegExp,
    signals: readonly NodeJS.Signals[],
  ): Promise<{ code: number | null; said: string }> {
    const started: ChildProcess = spawn(
      process.execPath,
      ["--no-warnings", "--import=tsx", "cli/itaudit.ts", ...args(SOME)],
      { env: env(), stdio: ["ignore", "ignore", "pipe"] },
    );
    let said = "";
    started.stderr!.on("data", (chunk) => {
      said += String(chunk);
    });
    while (started.exitCode === null && !moment.test(said) && !files(moment).length) await passed(5);
    for (const signal of signals) {
      started.kill(signal);
      await passed(50);
    }
    const [code] = (started.exitCode === null ? await once(started, "close") : [started.exitCode]) as [number | null];
    return { code, said };
  }

  /** Each planned item has one outcome, and no other has. */
  function expectEachOnce(): void {
    const plan = json(files(/plan\.json$/)[0]!) as Plan;
    const name = (item: { auditor: string; account_id: string; region: string }) =>
      `${item.auditor} ${item.account_id} ${item.region}`;
    const planned = plan.tasks.flatMap(plannedItems).map(name).sort();
    const ended = files(/outcomes\/.*\.json$/).flatMap((path) => json(path).outcomes.map(name));
    expect(ended.sort()).to.deep.equal(planned);
  }

  for (const [what, moment, signal, code] of [
    ["Ctrl-C", /lock\.json$/, "SIGINT", 130],
    ["an end by the system", /lock\.json$/, "SIGTERM", 143],
    ["the end of its terminal", /lock\.json$/, "SIGHUP", 129],
  ] as const)
    it(`ends at once at ${what} before it reads, and leaves the folder free`, async () => {
      faults({ effect: { kind: "latency", ms: 3_000 }, service: "sts" });
      const ended = await interrupted(moment, [signal]);
      expect(ended).to.deep.equal({ code, said: "stopped before reading began\n" });
      expect(files(/plan\.json$|lock\.json$/)).to.be.empty;
    });

  it("ends at once at the second Ctrl-C, and is continued all the same", async () => {
    faults({ effect: { kind: "latency", ms: 1_000 }, service: "rds" });
    const { code, said } = await interrupted(/plan\.json$/, ["SIGINT", "SIGINT"]);
    expect(code).to.equal(130);
    expect(said).to.match(/Ctrl-C once more ends at once\n$/);
    expect(files(/manifest\.json$|lock\.json$/)).to.be.empty;
    faults();
    const went = await collect(["--continue"]);
    expect(went.code, went.stderr).to.equal(0);
    expectEachOnce();
    expect((await verify()).code).to.equal(0);
  });

  it("loses nothing that is committed when its process is killed", async () => {
    faults({ effect: { kind: "latency", ms: 1_500 }, service: "rds" });
    const { code } = await interrupted(/outcomes\/.*\.json$/, ["SIGKILL"]);
    expect(code).to.equal(null);
    const kept = files(/outcomes\/.*\.json$/).map((path) => [path, readFileSync(join(folder, path), "utf8")] as const);
    faults();
    const went = await collect(["--continue"]);
    expect(went.code, went.stderr).to.equal(0);
    for (const [path, text] of kept) expect(readFileSync(join(folder, path), "utf8")).to.equal(text);
    expectEachOnce();
    expect((await verify()).code).to.equal(0);
    expect(files(/\.itaudit\/(?!folder\.json|growing)/)).to.be.empty;
  });

  for (const [what, moment] of [
    ["while it is sealed", /sealing\/\d+/],
    ["while tables are derived", /deriving tables/],
    ["while controls are evaluated", /evaluating/],
  ] as const)
    it(`seals what is read to its end ${what}, and shows it when it is continued`, async () => {
      const { code, said } = await interrupted(moment, ["SIGINT"]);
      expect(code, said).to.equal(3);
      expect(said).to.match(
        /^run \w{26} is sealed; its results were not shown to the end\.\nto see them: itaudit collect --continue --dir .*\n$/m,
      );
      expect(existsSync(`${folder}.html`)).to.equal(false);
      const went = await collect(["--continue", "--json"]);
      expect(went.code, went.stderr).to.equal(0);
      expect(JSON.parse(went.stdout)).to.include({ complete: true });
      expect(files(/manifest\.json$/)).to.have.lengthOf(1);
      expectEachOnce();
      expect((await verify()).code).to.equal(0);
      expect((await collect(["--continue"])).stderr).to.match(/has no run that was stopped/);
    });

  describe("and was stopped", () => {
    beforeEach(async () => {
      faults({ effect: { kind: "expired" }, service: "rds", region: "us-east-1" });
      const stopped = await collect(SOME);
      expect(stopped.code, stopped.stderr).to.equal(3);
      faults();
    });

    for (const [what, options, as, says] of [
      [
        "with credentials of another account",
        ["--continue"],
        { AWS_ACCESS_KEY_ID: OTHER },
        new RegExp(`was begun with credentials of ${MEMBER}; these are of ${OTHER}`),
      ],
      [
        "with another account and a role",
        ["--continue", "--role", "reader"],
        { AWS_ACCESS_KEY_ID: OTHER },
        /was begun with credentials of/,
      ],
      [
        "with other regions",
        ["--continue", "--regions", "us-east-1"],
        {},
        /--continue and --regions: the run keeps what it was planned with/,
      ],
      ["with other auditors at its end", ["--end", "--auditors", "s3"], {}, /--end and --auditors: the run keeps/],
      ["by a new one that cannot begin", ["--auditors", "nosuch"], {}, /--auditors: no auditor/],
    ] as const)
      it(`stays as it is where it is continued ${what}`, async () => {
        const kept = files(/^runs\//).sort();
        const refused = await collect(options, env(as as unknown as Record<string, string>));
        expect(refused.code).to.equal(1);
        expect(refused.stderr)
          .to.match(says)
          .and.match(/^itaudit: [^\n]*\n$/);
        expect(files(/^runs\//).sort()).to.deep.equal(kept);
      });

    it("is continued where nothing is known any more of how it was entered", async () => {
      for (const each of files(/\.itaudit\/\w{26}\.json$/)) writeFileSync(join(folder, each), '{"profiles":');
      const went = await collect(["--continue"]);
      expect(went.code, went.stderr).to.equal(0);
      expectEachOnce();
    });

    it("is sealed as incomplete by the next that begins", async () => {
      const next = await collect(SOME);
      expect(next.code, next.stderr).to.equal(0);
      expect(next.stderr).to.match(/^run \w{26}, which was stopped, is sealed as incomplete$/m);
      expect(
        files(/manifest\.json$/)
          .map((path) => json(path).complete)
          .sort(),
      ).to.deep.equal([false, true]);
      expect((await verify()).code).to.equal(0);
    });
  });
});
