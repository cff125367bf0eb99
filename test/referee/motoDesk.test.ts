import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { itaudit } from "../cli/itaudit.ts";
import { cleanEnvironment, has } from "./commands.ts";

/** moto's account of keys that it was not told of. */
const ACCOUNT = "123456789012";

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

describe("collecting from a desk, with moto as AWS", function () {
  this.timeout(180_000);
  const root = mkdtempSync(join(tmpdir(), "desk-moto-"));
  let moto: ChildProcess | undefined;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (!has("moto_server")) {
      if (process.env.CI) throw new Error("moto_server is required where CI is set");
      console.log("      skipped: moto_server is not on this machine");
      this.skip();
    }
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    moto = spawn("moto_server", ["-H", "127.0.0.1", "-p", new URL(endpoint).port], { stdio: "ignore" });
    for (let up = false; !up; ) {
      if (moto.exitCode !== null) throw new Error(`moto_server ended with ${moto.exitCode}`);
      up = await fetch(`${endpoint}/moto-api/`).then(
        ({ ok }) => ok,
        () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 50)),
      );
    }
    env = {
      ...cleanEnvironment({}),
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      XDG_CONFIG_HOME: join(root, "config"),
    };
    const client = {
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
    };
    await new S3Client({ ...client, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: "ledger" }));
    await new IAMClient(client).send(new CreateUserCommand({ UserName: "alice" }));
  });
  after(() => {
    moto?.kill();
    rmSync(root, { recursive: true });
  });

  it("reads what is there, judges it, and seals it so that it verifies", async () => {
    const folder = join(root, "evidence");
    const page = join(root, "page.html");
    const narrowed = ["--auditors", "iam,s3,rds", "--regions", "us-east-1"];
    const { code, stdout, stderr } = await itaudit(["collect", "--dir", folder, "--out", page, ...narrowed], env);
    // moto does not serve every operation: what it does not answer is shown, and is no reason to stop.
    expect(code, stderr).to.be.oneOf([0, 2]);
    expect(stderr).to.include(`accounts   1: ${ACCOUNT}`);
    expect(stdout).to.match(/^Coverage {3}\d of 3 planned items collected/m);
    expect(stdout).to.include("arn:aws:s3:::ledger");
    expect(readFileSync(page, "utf8")).to.match(/^<!doctype html>/);
    const key = join(root, "config/audit-ecosystem/desk-key.pub.pem");
    const verified = await itaudit(["verify", "--all", "--dir", folder, "--public-key", key], env);
    expect(verified.code, verified.stdout).to.equal(0);
    const { stdout: users } = await itaudit(
      ["query", "--dir", folder, "--csv", "SELECT name FROM latest_aws_iam_user"],
      env,
    );
    expect(users).to.include("alice");
  });
});
