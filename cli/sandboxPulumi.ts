import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { targetOf } from "../sandbox/deploy/provider.ts";
import { pulumiServers } from "../sandbox/pulumi/environment.ts";
import { type Standing, World } from "../sandbox/pulumi/world.ts";
import { CliError } from "./cliError.ts";

/** A sandbox that runs, and what Pulumi is to do in it. */
export interface PulumiRun {
  endpoint: string;
  auditAccount: string;
  /** Folder of the sandbox's state, where Pulumi's is kept too. */
  dir: string;
  args: readonly string[];
}

/**
 * Runs Pulumi's own command line against a sandbox: its state in a folder beside the sandbox's, its resources in the
 * account of `aws:profile`, or in the audit account.
 * @returns its exit code
 */
export async function runPulumi({ endpoint, auditAccount, dir, args }: PulumiRun): Promise<number> {
  const folder = resolve(dir, "pulumi");
  const file = join(folder, "world.json");
  mkdirSync(join(folder, "backend"), { recursive: true });
  const world = new World(existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Standing[]) : []);
  const servers = await pulumiServers({
    world,
    target: (account, region) => targetOf({ endpoint }, account, region),
    accountOf: (profile) => profile ?? auditAccount,
    changed: () => writeFileSync(file, JSON.stringify(world.all())),
  });
  try {
    return await new Promise<number>((done, fail) => {
      const child = spawn("pulumi", args, {
        stdio: "inherit",
        env: {
          PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
          PULUMI_CONFIG_PASSPHRASE: "sandbox",
          ...process.env,
          ...servers.environment,
        },
      });
      child.on("error", (error: NodeJS.ErrnoException) =>
        fail(
          error.code === "ENOENT"
            ? new CliError(
                "there is no pulumi on the path: https://www.pulumi.com/docs/install/, or npm ci in the checkout",
              )
            : error,
        ),
      );
      child.on("exit", (code) => done(code ?? 1));
    });
  } finally {
    servers.close();
  }
}
