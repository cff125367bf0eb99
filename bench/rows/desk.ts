import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Manifest } from "../../src/evidence/manifest.ts";
import { type Line, megabytes, NotHere, type Row, seconds } from "../row.ts";

const run = promisify(execFile);
const TIME = "/usr/bin/time";
/** The command line as it is published. */
const COMMAND = "dist/package/cli/itaudit.mjs";
/** What each answer takes longer. */
const LATENCY_MS = 50;
const ONE_REGION = "eu-west-1";
const ACCOUNT = "111111111111";
/** Of how many listings, in hundredths, an account of some 1,350 resources in 18 open regions has anything. */
const SHARE = 10;
/** A peer, for whom has it: `python3 -m venv <folder> && <folder>/bin/pip install prowler==5.46.0`. */
const PROWLER_FOLDER = join(homedir(), ".cache", "audit-ecosystem", "prowler-5.46.0");
/** What Prowler exits with where checks failed. */
const PROWLER_FAILED = 3;

interface Spent {
  wallMs: number;
  cpuMs: number;
  /** Bytes. */
  peak: number;
}

interface Measured extends Spent {
  manifest: Manifest;
}

/** One account from a desk: what a person waits for from the command to the page. */
export const row: Row = {
  name: "desk",
  title: `itaudit collect of one account, ${LATENCY_MS} ms an answer: collected, sealed, tables, controls, page`,
  measure: async () => {
    if (!existsSync(TIME)) throw new NotHere(`this machine has no ${TIME}`);
    const root = await mkdtemp(join(tmpdir(), "bench-desk-"));
    try {
      // As people have it: a checkout takes the types out of its sources at each start.
      await run(process.execPath, ["--no-warnings", "--import=tsx", "scripts/package.ts"]);
      return [
        ...(await withSandbox(join(root, "small"), SHARE, async (at) => {
          // The key that signs is made once, before.
          await collected(at, "first", ["--regions", ONE_REGION, "--auditors", "s3"]);
          const one = line(ONE_REGION, await collected(at, "one", ["--regions", ONE_REGION]), { wall: 6 });
          const peerOfOne = await prowler(at, ["--region", ONE_REGION]);
          const target = { wall: 20, cpu: 30, memory: 600, calls: 8_000 };
          const all = line("every open region", await collected(at, "all", []), target);
          return [one, ...peerOfOne, all, ...(await prowler(at, []))];
        })),
        ...(await withSandbox(join(root, "large"), 100, async (at) => [
          line("every open region of a larger account", await collected(at, "all", [])),
        ])),
      ];
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  },
};

/** Where what is measured runs. */
interface At {
  endpoint: string;
  folder: string;
}

async function withSandbox(folder: string, share: number, measure: (at: At) => Promise<Line[]>): Promise<Line[]> {
  const sandbox = fork(fileURLToPath(new URL("../deskSandbox.ts", import.meta.url)), [
    join(folder, "sandbox"),
    String(LATENCY_MS),
    String(share),
  ]);
  try {
    const [endpoint] = (await once(sandbox, "message")) as [string];
    return await measure({ endpoint, folder });
  } finally {
    sandbox.disconnect();
  }
}

/** Runs a command in the account. @param codes what it may exit with */
async function timed({ endpoint, folder }: At, command: readonly string[], codes: readonly number[]): Promise<Spent> {
  const { stderr, code } = await run(TIME, ["-f", "measured %e %U %S %M", ...command], {
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: ONE_REGION,
      AWS_DEFAULT_REGION: ONE_REGION,
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: "bench",
      XDG_CONFIG_HOME: join(folder, "config"),
    },
  }).then(
    (ended) => ({ ...ended, code: 0 }),
    (error: Error & { stderr?: string; code?: number }) => ({ stderr: error.stderr ?? "", code: error.code ?? 1 }),
  );
  const found = /measured (\S+) (\S+) (\S+) (\S+)\s*$/.exec(stderr);
  if (!found || !codes.includes(code))
    throw new Error(`${command.join(" ")}: ended with ${code}: ${stderr.slice(-500)}`);
  const [wall, user, system, kilobytes] = found.slice(1).map(Number) as [number, number, number, number];
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, peak: kilobytes * 1024 };
}

async function collected(at: At, name: string, args: readonly string[]): Promise<Measured> {
  const folder = join(at.folder, name);
  const page = `${folder}.html`;
  const command = [process.execPath, COMMAND, "collect", "--dir", folder, "--out", page, ...args];
  const spent = await timed(at, command, [0]);
  const [manifest] = readdirSync(join(folder, "runs"), { recursive: true, encoding: "utf8" }).filter((each) =>
    each.endsWith("manifest.json"),
  );
  return { ...spent, manifest: JSON.parse(readFileSync(join(folder, "runs", manifest!), "utf8")) as Manifest };
}

/** The same account read by the peer, where it is installed. */
async function prowler(at: At, args: readonly string[]): Promise<Line[]> {
  const command = join(PROWLER_FOLDER, "bin", "prowler");
  if (!existsSync(command)) return [];
  const out = join(at.folder, "prowler");
  const asked = [command, "aws", "--no-banner", "--only-logs", "-M", "json-ocsf", "-o", out, ...args];
  const { wallMs, cpuMs, peak } = await timed(at, asked, [0, PROWLER_FAILED]);
  const from = `processor ${seconds(cpuMs)}, ${megabytes(peak)}`;
  return [{ what: "the same by Prowler 5.46.0", measured: seconds(wallMs), from }];
}

/** What is to be at most: seconds, megabytes, calls. */
interface Target {
  wall: number;
  cpu?: number;
  memory?: number;
  calls?: number;
}

function line(what: string, { wallMs, cpuMs, peak, manifest }: Measured, target?: Target): Line {
  const { calls, items, retries } = manifest.totals;
  const limits = target && [
    { text: `≤ ${target.wall} s`, met: wallMs <= target.wall * 1000 },
    ...(target.cpu ? [{ text: `processor ≤ ${target.cpu} s`, met: cpuMs <= target.cpu * 1000 }] : []),
    ...(target.memory ? [{ text: `≤ ${target.memory} MB`, met: peak <= target.memory * 1e6 }] : []),
    ...(target.calls ? [{ text: `≤ ${target.calls} calls`, met: calls <= target.calls }] : []),
  ];
  return {
    what,
    measured: seconds(wallMs),
    ...(limits
      ? { target: { text: limits.map(({ text }) => text).join(", "), met: limits.every(({ met }) => met) } }
      : {}),
    from: `processor ${seconds(cpuMs)}, ${megabytes(peak)}; ${items} items, ${calls} calls, ${retries} repeated`,
  };
}
