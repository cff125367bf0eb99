import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { handedIn } from "../../estate/handedIn.ts";
import type { Sandbox } from "../../sandbox/core.ts";
import { targetOf } from "../../sandbox/deploy/provider.ts";
import { AUDIT_ACCOUNT, accountsOf } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { pulumiServers } from "../../sandbox/pulumi/environment.ts";
import type { ProgramRun } from "../../sandbox/pulumi/languageHost.ts";
import { World } from "../../sandbox/pulumi/world.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { DEPLOYER, documented, letDeploy, type MayDeploy } from "./deployer.ts";

/** The version of Pulumi's CLI that `.ci/pulumi` builds. */
export const CLI_VERSION = "3.274.1";
const CACHE = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");

/** The folder with Pulumi's CLI: that which `.ci/pulumi/build` has built, or that of one that is installed. */
export function pulumiCli(): string | undefined {
  const built = join(CACHE, "audit-ecosystem", "pulumi", CLI_VERSION, "bin");
  // npm's own package of the name downloads one when it is called.
  const installed = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return [built, ...installed].find((folder) => {
    try {
      accessSync(join(folder, "pulumi"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Skips what needs the CLI, with the reason, where there is none; in CI it must be there. */
export function requirePulumi(context: Mocha.Context): void {
  if (pulumiCli()) return;
  if (process.env.CI) throw new Error("Pulumi's CLI is required: .ci/pulumi/build makes it");
  console.log("      skipped: there is no Pulumi CLI on this machine (.ci/pulumi/build makes one)");
  context.skip();
}

/** Puts the CLI where `npx pulumi` looks for the one of its own version. */
function asDownloaded(cli: string, home: string): void {
  const { version } = JSON.parse(readFileSync("node_modules/pulumi/package.json", "utf8")) as { version: string };
  const folder = join(home, "versions", version, "bin");
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(cli, "pulumi"), join(folder, "pulumi"));
}

/** What a line of a shell said. */
export interface Said {
  code: number;
  /** Both streams. */
  text: string;
  ms: number;
}

/**
 * A checkout of one's own with a Pulumi backend in a folder, whose resources are made in a sandbox, by a role of each
 * account that has the documented policies of who deploys there, and no other.
 */
export interface PulumiProject {
  sandbox: Sandbox;
  world: World;
  /** Each run of the program; none where Pulumi's own host runs it. */
  programs: readonly ProgramRun[];
  folder: string;
  /** Runs a line as a shell does, in the checkout or in another folder. */
  sh: (line: string, folder?: string) => Promise<Said>;
  /**
   * Runs a line in the checkout as a workflow does: with a role of the audit account, also for a state in a bucket, and
   * without a profile.
   */
  shAs: (role: string, line: string, environment?: NodeJS.ProcessEnv) => Promise<Said>;
  /** Where the sandbox answers. */
  endpoint: string;
  mayDeploy: MayDeploy;
  /** Another checkout, at another path. */
  checkout: (name: string) => string;
  /** Runs the project's own command in the checkout, with credentials of the audit account. */
  itaudit: (told: string, environment?: NodeJS.ProcessEnv) => Promise<Said>;
  /** Folder of the backend's files. */
  backend: string;
  close: () => Promise<void>;
}

/** Runs a line as a shell does. */
const shell = (line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Said> =>
  new Promise((resolve) => {
    const began = performance.now();
    execFile("sh", ["-c", line], { cwd, env, maxBuffer: 2 ** 28 }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : error ? 1 : 0,
        text: `${stdout}${stderr}`,
        ms: performance.now() - began,
      }),
    );
  });

const PARTS = ["components", "handlers", "stacks", "src", "docs/deployer"];
const FILES = ["index.ts", "package.json", "tsconfig.json", "Pulumi.yaml", "Pulumi.audit.yaml", "Pulumi.member.yaml"];

/** @param members active accounts beside the audit account */
export async function pulumiProject(members: number): Promise<PulumiProject> {
  const cli = pulumiCli()!;
  const home = mkdtempSync(join(tmpdir(), "pulumi-"));
  const running = await startSandbox({ ...handedIn, folder: join(home, "sandbox"), port: 0, accounts: members });
  const { sandbox, endpoint } = running;
  const door = { requestHandler: inProcess(sandbox) };
  const mayDeploy: MayDeploy = (...told) => letDeploy(door, ...told);
  await mayDeploy(AUDIT_ACCOUNT, ["audit", "audit-options"].map(documented));
  for (const { id } of accountsOf(sandbox.state.members))
    if (id !== AUDIT_ACCOUNT) await mayDeploy(id, [documented("member")]);
  const world = new World();
  let deployer = DEPLOYER;
  const programs: ProgramRun[] = [];
  const servers = await pulumiServers(
    {
      world,
      target: (account, region) => targetOf(door, account, region, `${account}.${deployer}`),
      // A profile is called by the account it is of.
      accountOf: (profile) => profile ?? AUDIT_ACCOUNT,
    },
    (run) => programs.push(run),
  );
  mkdirSync(join(home, "backend"));
  asDownloaded(cli, join(home, "home"));
  const checkout = (name: string): string => {
    const folder = join(home, name);
    mkdirSync(folder);
    for (const part of [...PARTS, ...FILES]) cpSync(part, join(folder, part), { recursive: true });
    mkdirSync("dist", { recursive: true });
    for (const shared of ["node_modules", "dist"])
      symlinkSync(join(process.cwd(), shared), join(folder, shared), "dir");
    writeFileSync(join(folder, ".gitignore"), "dist\n");
    return folder;
  };
  const folder = checkout("checkout");
  const env = {
    ...process.env,
    ...servers.environment,
    PATH: `${cli}${delimiter}${process.env.PATH}`,
    PULUMI_HOME: join(home, "home"),
    PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "of a test",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    NO_COLOR: "1",
    AWS_REGION: "",
  };
  const asAuditor = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: AUDIT_ACCOUNT,
    AWS_SECRET_ACCESS_KEY: "sandbox",
  };
  return {
    sandbox,
    world,
    programs,
    mayDeploy,
    folder,
    checkout,
    sh: (line, cwd = folder) => shell(line, cwd, env),
    shAs: async (role, line, environment = {}) => {
      deployer = role;
      const credentials = { AWS_ACCESS_KEY_ID: `${AUDIT_ACCOUNT}.${role}`, AWS_SECRET_ACCESS_KEY: "sandbox" };
      const said = await shell(line, folder, { ...env, ...credentials, AWS_REGION: "eu-central-1", ...environment });
      deployer = DEPLOYER;
      return said;
    },
    endpoint,
    backend: join(home, "backend"),
    itaudit: (told, environment = {}) =>
      shell(`${process.execPath} ${join(process.cwd(), "cli", "itaudit.mjs")} ${told}`, folder, {
        ...env,
        ...asAuditor,
        ...environment,
      }),
    close: async () => {
      servers.close();
      await running.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
