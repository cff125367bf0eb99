import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import packageJson from "../../package.json" with { type: "json" };
import { DATE } from "../evidence/bucket.ts";
import { PEM, runId, sealedCopy } from "../evidence/sealedCopy.ts";

const run = (command: string, args: string[], cwd = ".") =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const COMPILER = "node_modules/typescript7/bin/tsc";

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
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
const made = [];
await pulumi.runtime.setMocks({
  call: () => ({ partition: "aws", accountId: "999999999999", publicKeyPem: "PEM" }),
  newResource: async ({ type, name, inputs }) => {
    const assets = await inputs.code?.assets;
    const asset = await assets?.["index.mjs"];
    made.push({ type, name: inputs.name, code: asset && readFileSync(await asset.path).length });
    return { id: name, state: { arn: "arn:aws:test:::" + name, bucket: name, result: name, ...inputs } };
  },
});
const { bossName } = await import("./index.js");
const boss = await new Promise((told) => bossName.apply(told));
await new Promise((drained) => setImmediate(drained));
console.log(JSON.stringify({ boss, made }));
`;

/** Imports modules of the package, and prints those that could not be. The program and the command line act at
 * once, and the report's page runs in a browser. */
const LOADED = `
const [name, ...modules] = process.argv.slice(2);
const failed = [];
for (const module of modules)
  await import(new URL("node_modules/" + name + "/" + module, import.meta.url)).catch((error) => failed.push(module + ": " + error.message));
console.log(JSON.stringify(failed));
`;

describe("the package", function () {
  this.timeout(300_000);
  let folder: string;
  let files: string[];
  let itaudit: string;
  const cli = (...args: string[]) => run(process.execPath, [itaudit, ...args], folder);
  before(() => {
    ({ folder, files } = installed());
    itaudit = join(folder, "node_modules", packageJson.name, "cli/itaudit.mjs");
  });

  it("holds JavaScript, types and what they read, and neither tests nor sources", () => {
    expect(files).to.include.members([
      "src/exports/components.js",
      "src/exports/components.d.ts",
      "cli/itaudit.mjs",
      "src/desk/lane/laneThread.mjs",
      "src/desk/lane/LICENSES",
      "src/tables/catalog.json",
      "LICENSE",
    ]);
    expect(files.filter((path) => /^(test|bench|dist|node_modules)\/|(?<!\.d)\.ts$/.test(path))).to.deep.equal([]);
    const controls = readdirSync("src/controls", { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".sql"),
    );
    expect(files.filter((path) => path.endsWith(".sql"))).to.have.length(controls.length);
  });

  it("has no module that Node alone cannot load", () => {
    const modules = files.filter(
      (path) => path.endsWith(".js") && !/^(index|cli\/itaudit|src\/report\/page\/.*)\.js$/.test(path),
    );
    expect(modules).to.include("cli/members/memberStack.js");
    writeFileSync(join(folder, "loaded.mjs"), LOADED);
    expect(JSON.parse(run(process.execPath, ["loaded.mjs", packageJson.name, ...modules], folder))).to.deep.equal([]);
  });

  it("starts a service of one's own, which the compiler reads with the rest of the program", () => {
    expect(cli("auditor", "new", "efs")).to.match(/^efs\.ts: resolve its TODOs.*AuditAccount/);
    const { stderr } = spawnSync(process.execPath, [itaudit, "auditor", "new", "AWS::EFS::FileSystem"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stderr).to.equal(
      "itaudit: AWS::EFS::FileSystem: the service as its SDK package is named is expected, efs for @aws-sdk/client-efs\n",
    );
  });

  it("gives a program of one's own its components, typed, and a service of its own beside ours", () => {
    const { status, stdout } = spawnSync(process.execPath, [COMPILER, "--project", folder], { encoding: "utf8" });
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

  it("is not the checkout: packing that stops with a line that says what is packed", () => {
    const { status, stderr } = spawnSync("npm", ["pack", "--dry-run", "--loglevel", "silent"], { encoding: "utf8" });
    expect(status).to.equal(1);
    expect(stderr.trim()).to.equal("This folder is no package: npm run package, then npm pack ./dist/package");
  });

  it("brings the command line", async () => {
    const copy = await sealedCopy({ runs: 1 });
    expect(cli("--version").trim()).to.equal(packageJson.version);
    expect(cli("policy", "--auditors", "rds")).to.include("rds:DescribeDBInstances");
    writeFileSync(join(folder, "key.pem"), PEM);
    expect(cli("verify", "--all", "--dir", copy, "--public-key", "key.pem")).to.match(/^verified/m);
    cli("tables", "build", "--dir", copy);
    cli("report", "latest", "--dir", copy, "--out", "report.html");
    expect(readFileSync(join(folder, "report.html"), "utf8")).to.include('<script type="module">');
  });

  it("brings the sandbox, into which the command line deploys the package's own program", () => {
    const environment = cli("sandbox", "start", "--port", "0");
    try {
      expect(environment).to.include("AWS_ENDPOINT_URL=");
      const told = cli("sandbox", "deploy", "--json", "--config", "auditors=rds", "--config", "catalog=false");
      expect(told).to.include("audit-boss");
    } finally {
      cli("sandbox", "stop");
    }
  });
});
