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
    const closed = once(started, "close");
    while (started.exitCode === null && !moment.test(said) && !files(moment).length) await passed(5);
    for (const signal of signals) {
      started.kill(signal);
      await passed(50);
    }
    const [code] = (await closed) as [number | null];
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

  describe("as its credentials end", () => {
    const ROLE = `arn:aws:iam::${MEMBER}:role/desk-reader`;
    const keys = (id: string) => ({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: "s", AWS_SESSION_TOKEN: "t" });
    const file = (name: string, text: string, mode = 0o600): string => {
      // The SDK reads a file of its configuration once in a process.
      const path = join(mkdtempSync(join(root, "aws-")), name);
      writeFileSync(path, text, { mode });
      return path;
    };
    const profile = (lines: string): Record<string, string> => ({
      AWS_CONFIG_FILE: file("config", `[profile reader]\nregion = eu-west-1\n${lines}\n`),
      AWS_SHARED_CREDENTIALS_FILE: file("credentials", ""),
      AWS_PROFILE: "reader",
    });
    const profileOf = (id: string): Record<string, string> =>
      profile(`aws_access_key_id = ${id}\naws_secret_access_key = s\naws_session_token = t`);
    const session = (id: string): void => {
      sandbox.sandbox.state.sessions.set(id, {
        ...{ account: MEMBER, roleArn: ROLE, roleName: "desk-reader", sessionName: "alice", policy: undefined },
        expires: Date.now() + 3_600_000,
      });
    };
    const credentialProcess = (answer: string): Record<string, string> => {
      const script = file("process", `#!/bin/sh\n${answer}\n`, 0o700);
      return { ...profile(`credential_process = ${script}`), SCRIPT: script };
    };
    const asProcess = (id: string): string =>
      `echo '${JSON.stringify({ Version: 1, AccessKeyId: id, SecretAccessKey: "s", SessionToken: "t", Expiration: new Date(Date.now() + 200_000).toISOString() })}'`;

    before(() => {
      const { state } = sandbox.sandbox;
      const trusted = { AWS: `arn:aws:iam::${MEMBER}:root` };
      const trust = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: trusted, Action: "sts:AssumeRole" }] });
      const everything = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
      state.roles.set(ROLE, {
        ...[...state.roles.values()][0]!,
        ...{ account: MEMBER, Arn: ROLE, RoleName: "desk-reader", Path: "/", AssumeRolePolicyDocument: trust },
        ...{ inline: new Map([["all", everything]]), attached: new Set<string>() },
      });
    });

    /** Everything that was lent ends once the first task is committed. */
    async function ending(as: Record<string, string>): Promise<Answer> {
      const watch = setInterval(() => {
        if (!files(/outcomes\/.*\.json$/).length) return;
        clearInterval(watch);
        faults({ effect: { kind: "expired" } });
        if (as.SCRIPT) writeFileSync(as.SCRIPT, "#!/bin/sh\nexit 1\n");
      }, 5);
      try {
        const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...nobody } = env();
        return await collect(SOME, { ...nobody, ...as });
      } finally {
        clearInterval(watch);
      }
    }

    for (const [what, first, next] of [
      ["in the environment", () => keys("ASIAFIRST"), () => keys("ASIANEXT")],
      ["of a profile", () => profileOf("ASIAFIRST"), () => profileOf("ASIANEXT")],
      ["of a process", () => credentialProcess(asProcess("ASIAFIRST")), () => keys("ASIANEXT")],
      [
        "of a role that a profile assumes",
        () =>
          profile(
            `role_arn = ${ROLE}\nsource_profile = own\n[profile own]\naws_access_key_id = ${MEMBER}\naws_secret_access_key = s`,
          ),
        () => keys("ASIANEXT"),
      ],
    ] as const)
      it(`keeps what is read with those ${what}, and is continued with new ones`, async () => {
        faults({ effect: { kind: "latency", ms: 1_000 }, service: "rds" });
        session("ASIAFIRST");
        const stopped = await ending(first());
        expect(stopped.code, `${stopped.stdout}${stopped.stderr}`).to.equal(3);
        expect(stopped.stderr).to.match(/is not ended: the credentials have ended \([^\n]*\): sign in again\./);
        expect(stopped.stderr).not.to.match(/\n {4}at /);
        const kept = files(/outcomes\/.*\.json$/);
        expect(kept).not.to.be.empty;
        faults();
        session("ASIANEXT");
        const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...nobody } = env();
        const went = await collect(["--continue"], { ...nobody, ...next() });
        expect(went.code, went.stderr).to.equal(0);
        expect(files(/outcomes\/.*\.json$/)).to.include.members(kept);
        expectEachOnce();
        for (const { status } of files(/outcomes\/.*\.json$/).flatMap((path) => json(path).outcomes))
          expect(status).to.equal("collected");
        expect((await verify()).code).to.equal(0);
      });
  });
});
