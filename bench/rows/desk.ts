import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Manifest } from "../../src/evidence/manifest.ts";
import { type Line, megabytes, NotHere, type Row, seconds } from "../row.ts";

const run = promisify(execFile);
const TIME = "/usr/bin/time";
/** What each answer takes longer. */
const LATENCY_MS = 50;
const ONE_REGION = "eu-west-1";

interface Measured {
  wallMs: number;
  cpuMs: number;
  peak: number;
  manifest: Manifest;
}

/** One account from a desk: what a person waits for from the command to the page. */
export const row: Row = {
  name: "desk",
  title: `itaudit collect of one account, ${LATENCY_MS} ms an answer: collected, sealed, tables, controls, page`,
  measure: async () => {
    if (!existsSync(TIME)) throw new NotHere(`this machine has no ${TIME}`);
    const root = await mkdtemp(join(tmpdir(), "bench-desk-"));
    const sandbox = fork(fileURLToPath(new URL("../deskSandbox.ts", import.meta.url)), [
      join(root, "sandbox"),
      String(LATENCY_MS),
    ]);
    try {
      const [endpoint] = (await once(sandbox, "message")) as [string];
      const collect = (name: string, args: readonly string[]) => collected(endpoint, root, name, args);
      const all = await collect("all", []);
      const one = await collect("one", ["--regions", ONE_REGION]);
      return [line("every open region", all, { wall: 20, cpu: 30 }), line(ONE_REGION, one, { wall: 6 })];
    } finally {
      sandbox.disconnect();
      await rm(root, { recursive: true, force: true });
    }
  },
};

async function collected(endpoint: string, root: string, name: string, args: readonly string[]): Promise<Measured> {
  const folder = join(root, name);
  const page = join(root, `${name}.html`);
  const command = [process.execPath, "cli/itaudit.mjs", "collect", "--dir", folder, "--out", page, ...args];
  const { stderr } = await run(TIME, ["-f", "measured %e %U %S %M", ...command], {
    maxBuffer: 2 ** 26,
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: ONE_REGION,
      AWS_ACCESS_KEY_ID: "111111111111",
      AWS_SECRET_ACCESS_KEY: "bench",
      XDG_CONFIG_HOME: join(root, "config"),
    },
  });
  const [wall, user, system, kilobytes] = /measured (\S+) (\S+) (\S+) (\S+)/.exec(stderr)!.slice(1).map(Number);
  const [manifest] = readdirSync(join(folder, "runs"), { recursive: true, encoding: "utf8" }).filter((each) =>
    each.endsWith("manifest.json"),
  );
  return {
    wallMs: wall! * 1000,
    cpuMs: (user! + system!) * 1000,
    peak: kilobytes! * 1024,
    manifest: JSON.parse(readFileSync(join(folder, "runs", manifest!), "utf8")) as Manifest,
  };
}

/** @param target seconds at most */
function line(what: string, { wallMs, cpuMs, peak, manifest }: Measured, target: { wall: number; cpu?: number }): Line {
  const { calls, items, retries } = manifest.totals;
  const { wall, cpu } = target;
  return {
    what,
    measured: seconds(wallMs),
    target: {
      text: `≤ ${wall} s${cpu ? `, processor ≤ ${cpu} s` : ""}`,
      met: wallMs <= wall * 1000 && cpuMs <= (cpu ?? Number.POSITIVE_INFINITY) * 1000,
    },
    from: `processor ${seconds(cpuMs)}, ${megabytes(peak)}; ${items} items, ${calls} calls, ${retries} repeated`,
  };
}
