import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Running } from "../../sandbox/background.ts";
import { makeFolder } from "../../src/evidence/folders.ts";
import { CliError } from "../cliError.ts";
import { configOption } from "../configOption.ts";
import { list, print, say } from "../terminal.ts";

/** This program, which serves the sandbox in the background. */
const CLI = fileURLToPath(new URL("../itaudit.mjs", import.meta.url));
/** The region that the sandbox's stacks are deployed to. */
const REGION = "eu-central-1";
/** The port that emulators of AWS are looked for at. */
const PORT = 4566;

const number = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("a whole number is expected.");
  return value;
};

const times = (text: string): number => {
  const value = number(text);
  if (!value) throw new InvalidArgumentError("1 or more is expected.");
  return value;
};

/** Lines for a shell: whoever evaluates them calls the sandbox as the audit account. */
const environment = ({ endpoint, auditAccount }: Running): string =>
  [
    `export AWS_ENDPOINT_URL=${endpoint}`,
    `export AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}`,
    `export AWS_ACCESS_KEY_ID=${auditAccount} AWS_SECRET_ACCESS_KEY=sandbox`,
    "unset AWS_PROFILE AWS_SESSION_TOKEN",
  ].join("\n");

const described = ({ endpoint, pid, auditAccount, members, accounts }: Running, dir: string): string =>
  `sandbox at ${endpoint} (process ${pid}, state in ${dir}): audit account ${auditAccount}, ${accounts} member accounts (${members.join(", ")}${accounts > members.length ? " …" : ""})`;

interface StartOptions {
  port?: number;
  accounts?: number;
  seed?: number;
  size?: number;
  latency: number;
  faults?: string;
  dir: string;
  foreground?: boolean;
}

async function start({ foreground, ...options }: StartOptions): Promise<void> {
  const { runningFrom, startInBackground } = await import("../../sandbox/background.ts");
  const { dir } = options;
  await makeFolder(dir);
  const standing = runningFrom(dir);
  if (foreground) {
    if (standing)
      throw new CliError(`a sandbox runs from ${dir} already, at ${standing.endpoint}: itaudit sandbox stop`);
    return serve(options);
  }
  if (standing) say("it runs already");
  const flags = (["port", "accounts", "seed", "size", "latency", "faults"] as const).flatMap((name) =>
    options[name] === undefined ? [] : [`--${name}`, String(options[name])],
  );
  const running =
    standing ??
    (await startInBackground(dir, [CLI, "sandbox", "start", "--foreground", "--dir", dir, ...flags]).catch(
      (error: Error) => {
        throw "code" in error ? error : new CliError(error.message);
      },
    ));
  say(described(running, dir));
  if (process.stdout.isTTY)
    say('\nCopy these lines into your shell, or start with: eval "$(npx --no-install itaudit sandbox start)"\n');
  print(environment(running));
}

async function serve({ dir, faults, ...options }: Omit<StartOptions, "foreground">): Promise<void> {
  const { declareRunning, declareStopped } = await import("../../sandbox/background.ts");
  const [{ PortTaken, SandboxError, startSandbox }, { handedIn }] = await Promise.all([
    import("../../sandbox/server.ts"),
    import("../../estate/handedIn.ts"),
  ]);
  const { Script } = await import("../../sandbox/faults.ts");
  let script: ReturnType<typeof Script.parse> | undefined;
  if (faults) {
    if (!existsSync(faults)) throw new CliError(`--faults ${faults}: there is no such file`);
    const read = Script.safeParse(JSON.parse(readFileSync(faults, "utf8")));
    if (!read.success)
      throw new CliError(
        `--faults ${faults}: ${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}`,
      );
    script = read.data;
  }
  const startAt = (port: number) => startSandbox({ ...handedIn, folder: dir, ...options, port });
  const running = await startAt(options.port ?? PORT)
    .catch((error: Error) => {
      if (!(error instanceof PortTaken) || options.port !== undefined) throw error;
      return startAt(0);
    })
    .catch((error: Error) => {
      throw error instanceof SandboxError ? new CliError(error.message) : error;
    });
  const { state } = running.sandbox;
  if (script) state.faults = { seed: state.seed, script, counts: new Map() };
  const about: Running = {
    pid: process.pid,
    endpoint: running.endpoint,
    auditAccount: state.auditAccount,
    members: state.members.slice(0, 3).map(({ id }) => id),
    accounts: state.members.length,
  };
  declareRunning(dir, about);
  say(described(about, dir));
  print(environment(about));
  const stop = async () => {
    await running.stop();
    declareStopped(dir);
    process.exit();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
}

async function runningOr(dir: string): Promise<Running> {
  const { runningFrom } = await import("../../sandbox/background.ts");
  const running = runningFrom(dir);
  if (!running)
    throw new CliError(
      `no sandbox runs from ${dir}: npx --no-install itaudit sandbox start${dir === DIR ? "" : ` --dir ${dir}`}`,
    );
  return running;
}

const DIR = ".sandbox";

interface DeployOptions {
  members?: string[];
  config: Record<string, string>;
  dir: string;
  json?: boolean;
}

/** What the audit stack has, for people, and what to do with it. */
const deployed = ({ bossName, bucketName }: Record<string, unknown>, some: boolean): string =>
  [
    `planner    ${bossName}`,
    `evidence   s3://${bucketName}`,
    ...(some
      ? []
      : ["note       every auditor is deployed: a run takes minutes (--config auditors=rds,iam,s3 deploys some)"]),
    "next       npx --no-install itaudit run --wait",
  ].join("\n");

/** `itaudit sandbox start | deploy | stop`: an AWS on this machine, to try everything in. */
export function sandboxCommand(program: Command): Command {
  const sandbox = program
    .command("sandbox")
    .description("an AWS on this machine: start it, deploy the Pulumi program to it, stop it")
    .addHelpText(
      "after",
      `
Examples:
  eval "$(npx --no-install itaudit sandbox start)"
  npx --no-install itaudit sandbox deploy --config auditors=rds,iam
  aws lambda invoke --function-name audit-boss out.json
  npx --no-install itaudit sandbox stop`,
    );
  const dir = () => new Option("--dir <folder>", "where its state is kept").env("ITAUDIT_SANDBOX_DIR").default(DIR);
  sandbox
    .command("start")
    .description("start it in the background from its saved state, and print the environment to reach it")
    .option("--port <number>", "port on 127.0.0.1, 0 for any free one (4566, or a free one when it is taken)", number)
    .option("--accounts <number>", "member accounts of a new estate (3)", times)
    .option("--seed <number>", "seed of a new estate (1)", number)
    .option("--size <number>", "multiplies the databases and roles in each account of a new estate (1)", times)
    .option("--latency <ms>", "milliseconds added to each answer", number, 0)
    .option("--faults <file>", "faults to inject, as JSON: docs/sandbox.md")
    .option("--foreground", "run in this terminal until Ctrl+C")
    .addOption(dir())
    .action(start);
  sandbox
    .command("deploy")
    .description("run the unchanged Pulumi program for the audit account and the member accounts")
    .option("--members <ids>", "comma-separated ids of member accounts to deploy to (every active one)", list)
    .addOption(
      new Option("-c, --config <key=value>", "a key of the audit stack's configuration; may be repeated")
        .argParser(configOption)
        .default({}, "none"),
    )
    .option("--json", "print the audit stack's outputs as JSON")
    .addOption(dir())
    .action(async ({ members, config, dir, json }: DeployOptions) => {
      const { endpoint } = await runningOr(dir);
      const { deployAll } = await import("../../estate/deployAll.ts");
      // The accounts of the checked-in file are examples: here the estate has its own.
      const { stackConfig } = await import("../stackConfig.ts");
      const { accounts: _examples, ...audit } = stackConfig("Pulumi.audit.yaml");
      const outputs = await deployAll({
        door: { endpoint },
        region: REGION,
        members,
        audit: { ...audit, ...config },
        member: stackConfig("Pulumi.member.yaml"),
        onStack: (name) => say(`deployed ${name}`),
      }).catch(async (error: unknown) => {
        // The program's own refusal of a value: its message is what the user is to read.
        const { RunError } = await import("@pulumi/pulumi");
        throw RunError.isInstance(error) ? new CliError(error.message) : error;
      });
      print(json ? JSON.stringify(outputs, null, 2) : deployed(outputs, Boolean(config.auditors)));
    });
  sandbox
    .command("pulumi")
    .description("run Pulumi's command line against the sandbox: itaudit sandbox pulumi -- up")
    .argument("<arguments...>", "arguments for Pulumi")
    .addOption(dir())
    .action(async (args: string[], { dir }: { dir: string }) => {
      const { endpoint, auditAccount } = await runningOr(dir);
      const { runPulumi } = await import("../sandboxPulumi.ts");
      process.exitCode = await runPulumi({ endpoint, auditAccount, dir, args });
    });
  sandbox
    .command("stop")
    .description("stop it; it keeps its state for the next start")
    .addOption(dir())
    .action(async ({ dir }: { dir: string }) => {
      const running = await runningOr(dir);
      const { stopRunning } = await import("../../sandbox/background.ts");
      await stopRunning(dir, running).catch((error: Error) => {
        throw new CliError(error.message);
      });
      say(`stopped; the state stays in ${dir}`);
    });
  return sandbox;
}
