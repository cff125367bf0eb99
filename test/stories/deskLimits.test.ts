import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateKeyCommand, type CreateKeyCommandInput, KMSClient } from "@aws-sdk/client-kms";
import { expect } from "chai";
import { handedIn } from "../../estate/handedIn.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { type Answer, itaudit, itauditProcess } from "../cli/itaudit.ts";
import { cleanEnvironment } from "../referee/commands.ts";

const MEMBER = "111111111111";
const SOME = ["--auditors", "iam,s3,rds", "--regions", "eu-west-1,us-east-1"];

describe("what a collection from a desk is refused for", function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), "desk-limits-"));
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
  });

  const env = (): NodeJS.ProcessEnv => ({
    ...cleanEnvironment({}),
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: MEMBER,
    AWS_SECRET_ACCESS_KEY: "sandbox",
    XDG_CONFIG_HOME: join(root, "config"),
  });
  const args = (more: readonly string[]) => ["collect", "--dir", folder, "--out", `${folder}.html`, ...more];
  const collect = (more: readonly string[]): Promise<Answer> => itaudit(args(more), env());
  const plans = () =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) => each.endsWith("plan.json"));

  for (const [given, says] of [
    [["--regions", ","], /--regions: it names none/],
    [["--auditors", ","], /--auditors: it names none/],
    [["--profiles", ""], /--profiles: it names none/],
    [["--accounts", " "], /--accounts: it names none/],
    [["--role", "reader"], /--role: name the accounts/],
    [
      ["--accounts", MEMBER, "--role", `arn:aws:iam::${MEMBER}:role/reader`],
      /--role arn\S+: give the name of the role/,
    ],
    [["--accounts", MEMBER, "--external-id", "x"], /--external-id: name the role/],
    [["--accounts", MEMBER, "--organization"], /--accounts and --organization: name one/],
    [["--continue", "--end"], /--continue and --end: name one of them/],
    [["--dry-run", "--continue"], /--dry-run and --continue: name one of them/],
    [["--json", "--sarif", "-"], /--json and --sarif -: standard output takes one of them/],
    [["--organization"], /^itaudit: (?!AccountListError)[^\n]*--organization/m],
  ] as const)
    it(`says in one line what is wrong with ${given.join(" ")}`, async () => {
      const { code, stderr } = await collect(given);
      expect(code).to.equal(1);
      expect(stderr)
        .to.match(says)
        .and.match(/^itaudit: [^\n]*\n$/m);
      expect(plans()).to.be.empty;
    });

  describe("where a key in KMS signs", () => {
    const newKey = async (input: CreateKeyCommandInput): Promise<string> => {
      const kms = new KMSClient({
        endpoint: sandbox.endpoint,
        region: "eu-west-1",
        credentials: { accessKeyId: MEMBER, secretAccessKey: "sandbox" },
      });
      return (await kms.send(new CreateKeyCommand(input))).KeyMetadata!.Arn!;
    };

    it("seals with it, and verify says that it is a desk's", async () => {
      const arn = await newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
      const { code, stderr } = await collect([...SOME, "--kms-key", arn]);
      expect(code, stderr).to.equal(0);
      const [key] = readdirSync(join(folder, "keys"));
      const verified = await itaudit(
        ["verify", "--all", "--dir", folder, "--public-key", join(folder, "keys", key!)],
        env(),
      );
      expect(verified.code, verified.stdout).to.equal(0);
      expect(verified.stdout).to.include("signed: 1 run with a desk's key\n");
    });

    for (const [what, keyOf] of [
      ["is not there", async () => `arn:aws:kms:eu-west-1:${MEMBER}:key/00000000-0000-0000-0000-000000000000`],
      ["encrypts", () => newKey({})],
      ["is no key on P-256", () => newKey({ KeySpec: "ECC_NIST_EDWARDS25519", KeyUsage: "SIGN_VERIFY" })],
      ["is no ARN", async () => "my key"],
    ] as const)
      it(`reads nothing where the key ${what}`, async () => {
        const { code, stderr } = await collect([...SOME, "--kms-key", await keyOf()]);
        expect(code).to.equal(1);
        expect(stderr).to.match(/^itaudit: --kms-key [^\n]*\n$/);
        expect(plans()).to.be.empty;
      });
  });

  it("says that the disk is full, loses nothing, and goes on once there is room", async () => {
    const full = await itauditProcess(args(SOME), "", {
      ...env(),
      NODE_OPTIONS: `--import=${new URL("fullDisk.mjs", import.meta.url).href}`,
      FULL_DISK_FOLDER: folder,
    });
    expect(full.code).to.equal(1);
    expect(full.stderr).to.match(/the disk is full; make room, and go on with --continue \(ENOSPC\)\n$/);
    expect(full.stderr).not.to.match(/\n {4}at /);
    const [plan] = plans();
    const { run_id } = JSON.parse(readFileSync(join(folder, plan!), "utf8"));

    const { code, stderr } = await collect(["--continue"]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include(`going on with run ${run_id}`);
    const key = join(root, "config/audit-ecosystem/desk-key.pub.pem");
    const verified = await itaudit(["verify", "--all", "--dir", folder, "--public-key", key], env());
    expect(verified.code, verified.stdout).to.equal(0);
  });
});
