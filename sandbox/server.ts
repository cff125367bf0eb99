import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { createSandbox, type Sandbox, type SandboxRuntime } from "./core.ts";
import { populate } from "./estate/populate.ts";
import { type LambdaRuntime, lambdaRuntime } from "./lambda/runtime.ts";
import { idOf } from "./random.ts";
import { freeze, type SandboxState, thaw } from "./state.ts";
import type { WireRequest } from "./wire/message.ts";

export interface ServerOptions extends Pick<SandboxRuntime, "estate" | "athena"> {
  /** Where the state is kept; what stands there goes on. */
  folder: string;
  /** 0: any free one. */
  port: number;
  /** Member accounts of a new estate: 3 when left out. */
  accounts?: number | undefined;
  /** Decides a new estate: 1 when left out. */
  seed?: number | undefined;
  /** How many times as many databases and roles an account of a new estate has: 1 when left out. */
  size?: number | undefined;
  /** Milliseconds that each answer takes longer. */
  latency?: number | undefined;
  /** Functions that run events at the same time: twice as many as there are processors when left out. */
  eventsAtOnce?: number;
  /** Instances of functions kept for their next event: 8 when left out. */
  idleKept?: number;
  /** The program that runs events with a function's bundle: the sandbox's when left out. */
  bootstrap?: string;
}

export interface RunningSandbox {
  endpoint: string;
  sandbox: Sandbox;
  lambda: LambdaRuntime;
  save: () => void;
  stop: () => Promise<void>;
}

const STATE = "state.v8";

/** Why a sandbox cannot start, and what to do. */
export class SandboxError extends Error {}
export class PortTaken extends SandboxError {}

/** Milliseconds between two savings of a state that changed. */
const SAVE_EVERY_MS = 10_000;

function stateIn(file: string, { folder, accounts, seed, size }: ServerOptions): SandboxState {
  if (!existsSync(file)) return populate(seed ?? 1, accounts ?? 3, size ?? 1);
  const state = thaw(readFileSync(file), populate(1, 0));
  const afresh = `start afresh with another --dir, or without it: rm -r ${folder}`;
  if (!state) throw new SandboxError(`${file} is the state of another version of the sandbox: ${afresh}`);
  const standing = { accounts: state.members.length, seed: state.seed, size: state.size };
  for (const [name, expected, is] of [
    ["accounts", accounts, standing.accounts],
    ["seed", seed, standing.seed],
    ["size", size, standing.size],
  ] as const)
    if (expected !== undefined && expected !== is)
      throw new SandboxError(`--${name} ${expected}: the estate in ${folder} was made with ${is}; ${afresh}`);
  return state;
}

/** The sandbox behind HTTP on 127.0.0.1. @throws SandboxError when the port is taken or the state does not fit */
export async function startSandbox(options: ServerOptions): Promise<RunningSandbox> {
  mkdirSync(options.folder, { recursive: true });
  const file = join(options.folder, STATE);
  const state = stateIn(file, options);
  let endpoint = "";
  const lambda = lambdaRuntime(
    join(options.folder, "functions"),
    { endpoint: () => endpoint, state: () => state, randomId: (length) => idOf(Math.random, length) },
    { eventsAtOnce: options.eventsAtOnce, idleKept: options.idleKept, bootstrap: options.bootstrap },
  );
  const handed = { estate: options.estate, athena: options.athena };
  const sandbox = createSandbox(state, { now: Date.now, random: Math.random, invoke: lambda, ...handed });
  let changed = false;
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const given = await sandbox.handle(await requestOf(incoming));
    changed = true;
    const delay = (options.latency ?? 0) + (given.after ?? 0);
    if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
    if (given.lost === "silent") return;
    if (given.lost === "reset") return void incoming.socket.resetAndDestroy();
    const headers = { ...given.headers, "content-length": given.headers["content-length"] ?? given.body.length };
    outgoing.writeHead(given.status, headers).end(incoming.method === "HEAD" ? undefined : given.body);
  };
  const server = createServer((incoming, outgoing) => {
    // A client that is killed in the middle of its request is no end of the sandbox.
    answer(incoming, outgoing).catch(() => incoming.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE"
      ? new PortTaken(`port ${options.port} is taken: choose another with --port, or stop what listens there`)
      : error;
  });
  endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  lambda.resume();
  const save = () => {
    const now = Date.now();
    for (const [key, { expires }] of state.sessions) if (expires <= now) state.sessions.delete(key);
    writeFileSync(`${file}.new`, freeze(state));
    renameSync(`${file}.new`, file);
    changed = false;
  };
  const saving = setInterval(() => {
    if (changed) save();
  }, SAVE_EVERY_MS);
  saving.unref();
  return {
    endpoint,
    sandbox,
    lambda,
    save,
    stop: async () => {
      clearInterval(saving);
      await lambda.stop();
      server.closeAllConnections();
      server.close();
      save();
    },
  };
}

async function requestOf(incoming: IncomingMessage): Promise<WireRequest> {
  const { method = "GET", url = "/", headers: given } = incoming;
  const query = url.indexOf("?");
  const headers: Record<string, string> = {};
  for (const name in given) headers[name] = String(given[name]);
  return {
    method,
    path: query < 0 ? url : url.slice(0, query),
    query: new URLSearchParams(query < 0 ? "" : url.slice(query + 1)),
    headers,
    body: await bodyOf(incoming),
  };
}

const bodyOf = (incoming: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    incoming.on("error", reject);
    // A client that is killed sends no end.
    incoming.on("close", () => reject(new Error("the request was cut off")));
  });
