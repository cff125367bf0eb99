import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { type PulumiProject, pulumiProject, requirePulumi, type Said } from "./pulumiProject.ts";

const RELEASES = "test/upgrade/releases";
const MEMBER = "111111111111";

/** A folder of Pulumi's project with the program that registers what a release has registered. */
function releaseFolder(project: PulumiProject, release: string): string {
  const folder = join(project.folder, "..", "release");
  mkdirSync(folder);
  const { name, runtime } = parse(readFileSync("Pulumi.yaml", "utf8")) as Record<string, unknown>;
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name, runtime, main: "index.ts" }));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  cpSync("test/referee/recordedRelease.ts", join(folder, "index.ts"));
  cpSync(join(RELEASES, release), join(folder, "release.json"));
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"), "dir");
  return folder;
}

for (const release of readdirSync(RELEASES))
  describe(`Pulumi's own engine over release ${release.replace(/\.json$/, "")}`, function () {
    this.timeout(600_000);
    let project: PulumiProject;
    let folder: string;
    const { stacks } = JSON.parse(readFileSync(join(RELEASES, release), "utf8")) as {
      stacks: { name: string; account: string; config: Record<string, string> }[];
    };
    const sh = async (line: string, where?: string): Promise<Said> => {
      const said = await project.sh(line, where);
      expect(said.code, `${line}\n${said.text.slice(-4000)}`).to.equal(0);
      return said;
    };
    const set = (config: Record<string, string>) =>
      Object.entries(config)
        .map(([key, value]) => `pulumi config set ${key} '${value}'`)
        .join(" && ");
    const variables = () =>
      [...project.sandbox.state.functions.values()].find(({ FunctionName }) => FunctionName === "audit-get-meta-iam")!
        .environment;
    const precious = () => {
      const { buckets, keys } = project.sandbox.state;
      const own = [...buckets.values()].filter(({ owner }) => owner === AUDIT_ACCOUNT);
      return {
        buckets: own.map(({ name, created }) => [name, created.getTime()]),
        keys: [...keys.values()].flatMap(({ account, arn }) => (account === AUDIT_ACCOUNT ? [arn] : [])),
        externalId: variables().EXTERNAL_ID,
        digestKey: variables().DIGEST_KEY,
      };
    };

    before(async function () {
      requirePulumi(this);
      project = await pulumiProject(2);
      folder = releaseFolder(project, release);
      for (const { name, account } of stacks) {
        await sh(
          `pulumi stack init ${name} && ${set({ "aws:region": "eu-central-1", "aws:profile": account })}`,
          folder,
        );
        await sh("pulumi up --skip-preview", folder);
      }
    });
    after(() => project?.close());

    it("stops an update of the audit stack until the key of the digests is in its configuration", async () => {
      const { name, config, account } = stacks[0]!;
      await sh(
        `pulumi stack select ${name} && ${set({ "aws:region": "eu-central-1", "aws:profile": account, ...config })}`,
      );
      const refused = await project.sh("pulumi up --skip-preview");
      expect(refused.code).not.to.equal(0);
      expect(refused.text).to.match(/digestKey: not set — audit-get-meta-\w+ has the key that 0\.1\.0 drew/);
    });

    it("keeps bucket, key and ids, replaces nothing, and gives the tables to the tabulator", async () => {
      const before = precious();
      expect(before.digestKey).to.match(/^[\da-f-]{36}$/);
      await sh(`pulumi config set --secret digestKey ${before.digestKey}`);
      const { text } = await sh("pulumi up --skip-preview");
      expect(text).not.to.match(/replaced/);
      // The release's two tables and the resource that drew the key.
      expect(text).to.match(/- \d+ deleted/);
      expect(precious()).to.deep.equal(before);
      const types = project.world
        .all()
        .flatMap(({ type, inputs }) => (type.startsWith("aws:glue/") ? inputs.name : []));
      expect(types).to.include("audit").and.not.to.include("aws_rds_dbinstance");
      await sh("pulumi preview --expect-no-changes");
      const exported = await sh("pulumi stack export 2>/dev/null");
      expect(exported.text).not.to.include(before.digestKey);
    });

    it("brings a member's stack up to date in place", async () => {
      const { name, config, account } = stacks[1]!;
      expect(account).to.equal(MEMBER);
      await sh(
        `pulumi stack select ${name} && ${set({ "aws:region": "eu-central-1", "aws:profile": account, ...config })}`,
      );
      const { text } = await sh("pulumi up --skip-preview");
      expect(text).not.to.match(/replaced/);
      await sh("pulumi preview --expect-no-changes");
    });
  });
