import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serialize } from "node:v8";
import { expect } from "chai";
import { runningFrom, stopRunning } from "../../sandbox/background.ts";

const CLI = new URL("../../cli/itaudit.mjs", import.meta.url).pathname;

/** Runs `itaudit sandbox`, and answers how it ended. */
const sandbox = (...options: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) =>
    execFile(process.execPath, [CLI, "sandbox", ...options], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  );
const folder = () => mkdtempSync(join(tmpdir(), "sandbox-command-"));

describe("itaudit sandbox", () => {
  const dir = folder();
  afterEach(async () => {
    const left = runningFrom(dir);
    if (left) await stopRunning(dir, left);
  });

  it("starts in the background, prints the environment alone on standard output, and keeps its state", async () => {
    const first = await sandbox("start", "--dir", dir, "--port", "0", "--accounts", "4");
    expect(first.code, first.err).to.equal(0);
    const running = runningFrom(dir)!;
    expect(first.out.trim().split("\n")[0]).to.equal(`export AWS_ENDPOINT_URL=${running.endpoint}`);
    expect(
      first.out
        .trim()
        .split("\n")
        .every((line) => /^(export|unset) /.test(line)),
    ).to.equal(true);
    const again = await sandbox("start", "--dir", dir);
    expect(again).to.deep.include({ code: 0, out: first.out });
    expect(again.err).to.match(/runs already/);
    expect((await sandbox("stop", "--dir", dir)).code).to.equal(0);
    expect(runningFrom(dir)).to.equal(undefined);
    const other = await sandbox("start", "--dir", dir, "--port", "0", "--accounts", "5");
    expect(other.code).to.equal(1);
    expect(other.err).to.match(/--accounts 5: the estate in .* was made with 4/);
    const third = await sandbox("start", "--dir", dir, "--port", "0");
    expect(third.code, third.err).to.equal(0);
    expect(runningFrom(dir)?.accounts).to.equal(4);
  });

  it("says in one line which value of the configuration the program refuses, and what to do", async () => {
    expect((await sandbox("start", "--dir", dir, "--port", "0")).code).to.equal(0);
    const { code, out, err } = await sandbox("deploy", "--dir", dir, "--config", "apiShare=7");
    expect([code, out]).to.deep.equal([1, ""]);
    expect(err).to.match(/^itaudit: apiShare: "7" .* Try: pulumi config set apiShare 0\.5\n$/);
  });

  it("says in one line that the port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const { code, err, out } = await sandbox("start", "--dir", folder(), "--port", String(port));
    server.close();
    expect({ code, out }).to.deep.equal({ code: 1, out: "" });
    expect(err.trim()).to.equal(
      `itaudit: port ${port} is taken: choose another with --port, or stop what listens there`,
    );
  });

  it("says in one line that the state is of another version", async () => {
    const old = folder();
    writeFileSync(join(old, "state.v8"), serialize({ seed: 1 }));
    const { code, err } = await sandbox("start", "--dir", old, "--port", "0");
    expect(code).to.equal(1);
    expect(err.trim().split("\n")).to.have.length(1);
    expect(err).to.match(/state of another version of the sandbox: start afresh/);
  });

  it("says in one line what is wrong in a script of faults", async () => {
    const file = join(folder(), "faults.json");
    writeFileSync(file, JSON.stringify([{ effect: { kind: "throttled" }, share: 2 }]));
    const { code, err } = await sandbox("start", "--dir", folder(), "--port", "0", "--faults", file);
    expect(code).to.equal(1);
    expect(err).to.match(/faults\.json: 0\.share: /);
  });

  for (const command of ["stop", "deploy"])
    it(`${command} says in one line that none runs`, async () => {
      const { code, err } = await sandbox(command, "--dir", join(dir, "none"));
      expect(code).to.equal(1);
      expect(err.trim()).to.match(
        /^itaudit: no sandbox runs from .*none: npx --no-install itaudit sandbox start --dir .*none$/,
      );
    });

  it("refuses an option that is no number, and a configuration that is no pair", async () => {
    expect((await sandbox("start", "--port", "http")).err).to.match(/whole number/);
    expect((await sandbox("deploy", "-c", "auditors")).err).to.match(/key=value/);
  });
});
