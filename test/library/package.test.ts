import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import packageJson from "../../package.json" with { type: "json" };
import { DATE } from "../evidence/bucket.ts";
import { PEM, runId, sealedCopy } from "../evidence/sealedCopy.ts";

const run = (command: string, args: string[], cwd = ".") =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** A program's folder as npm would leave it: the packed package, and what the package depends on. */
function installed(): { folder: string; files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "own-program-"));
  run(process.execPath, ["--import=tsx", "scripts/package.ts"]);
  const [{ filename, files }] = JSON.parse(
    run("npm", ["pack", "./dist/package", "--json", "--pack-destination", folder]),
  ) as [{ filename: string; files: { path: string }[] }];
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, packageJson.name), { recursive: true });
  run("tar", ["-xzf", join(folder, filename), "--strip-components=1", "-C", join(modules, packageJson.name)]);
  for (const name of Object.keys(packageJson.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(process.cwd(), "node_modules", name), join(modules, name), "dir");
  }
  cpSync("examples/own-program", folder, { recursive: true });
  return { folder, files: files.map(({ path }) => path) };
}

/** Runs the example under Pulumi's mocks by Node alone, and prints what it registered. */
const MOCKED = `
import * as pulumi from "@pulumi/pulumi";
const made = [];
await pulumi.runtime.setMocks({
  call: () => ({ partition: "aws", accountId: "999999999999", publicKeyPem: "PEM" }),
  newResource: async ({ type, name, inputs }) => {
    const assets = await inputs.code?.assets;
    const asset = await assets?.["index.mjs"];
    made.push({ type, name: inputs.name, code: (await asset?.text)?.length });
    return { id: name, state: { arn: "arn:aws:test:::" + name, bucket: name, result: name, ...inputs } };
  },
});
const { bossName } = await import("./index.js");
const boss = await new Promise((told) => bossName.apply(told));
await new Promise((drained) => setImmediate(drained));
console.log(JSON.stringify({ boss, made }));
`;

describe("the package", function () {
  this.timeout(300_000);
  let folder: string;
  let files: string[];
  before(() => {
    ({ folder, files } = installed());
  });

  it("holds JavaScript, types and what they read, and neither tests nor sources", () => {
    expect(files).to.include.members([
      "library/components.js",
      "library/components.d.ts",
      "cli/itaudit.mjs",
      "LICENSE",
    ]);
    expect(
      files.filter(
        (path) => /^(test|bench|dist|node_modules)\/|(?<!\.d)\.ts$/.test(path) && !path.startsWith("report/page/"),
      ),
    ).to.deep.equal([]);
    const controls = readdirSync("controls", { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".sql"),
    );
    expect(files.filter((path) => path.endsWith(".sql"))).to.have.length(controls.length);
  });

  it("gives a program of one's own its components, typed, and a service of its own beside ours", () => {
    const { status, stdout } = spawnSync(process.execPath, [compiler, "--project", folder], { encoding: "utf8" });
    expect(stdout).to.equal("");
    expect(status).to.equal(0);
    writeFileSync(join(folder, "mocked.mjs"), MOCKED);
    const { boss, made } = JSON.parse(run(process.execPath, ["mocked.mjs"], folder)) as {
      boss: string;
      made: { type: string; name?: string; code?: number }[];
    };
    expect(boss).to.equal("audit-boss");
    const functions = made.filter(({ type }) => type === "aws:lambda/function:Function");
    expect(functions.map(({ name }) => name)).to.include.members([
      "audit-get-meta-rds",
      "audit-get-meta-capacityfleets",
    ]);
    const own = functions.find(({ name }) => name === "audit-get-meta-capacityfleets");
    expect(own!.code).to.be.within(100_000, 1_200_000);
  });

  it("documents all that it exports", () => {
    const { status, stdout, stderr } = spawnSync("node_modules/.bin/typedoc", ["--emit", "none"], { encoding: "utf8" });
    expect(status, stdout + stderr).to.equal(0);
  });

  it("reads and verifies evidence for a program", async () => {
    const copy = await sealedCopy({ runs: 1 });
    writeFileSync(join(folder, "key.pem"), PEM);
    const told = JSON.parse(run(process.execPath, ["coverage.js", copy, "key.pem", DATE, runId(1)], folder));
    expect(told.map(({ items }: { items: number }) => items)).to.deep.equal([3, 3]);
  });

  it("brings the command line", async () => {
    const copy = await sealedCopy({ runs: 1 });
    const cli = (...args: string[]) =>
      run(process.execPath, [join(folder, "node_modules", packageJson.name, "cli/itaudit.mjs"), ...args], folder);
    expect(cli("--version").trim()).to.equal(packageJson.version);
    expect(cli("policy", "--auditors", "rds")).to.include("rds:DescribeDBInstances");
    writeFileSync(join(folder, "key.pem"), PEM);
    expect(cli("verify", "--all", "--dir", copy, "--public-key", "key.pem")).to.match(/holds/i);
  });

  it("brings the sandbox, into which the command line deploys the package's own program", () => {
    const cli = (...args: string[]) =>
      run(process.execPath, [join(folder, "node_modules", packageJson.name, "cli/itaudit.mjs"), ...args], folder);
    const environment = cli("sandbox", "start", "--port", "0");
    try {
      expect(environment).to.include("AWS_ENDPOINT_URL=");
      const told = cli("sandbox", "deploy", "--config", "auditors=rds", "--config", "catalog=false");
      expect(told).to.include("audit-boss");
    } finally {
      cli("sandbox", "stop");
    }
  });
});
