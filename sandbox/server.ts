import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { createSandbox, type Sandbox } from "./core.ts";
import { populate } from "./estate/populate.ts";
import { type LambdaRuntime, lambdaRuntime } from "./lambda/runtime.ts";
import { idOf } from "./random.ts";
import { freeze, thaw } from "./state.ts";
import type { WireRequest } from "./wire.ts";

export interface ServerOptions {
  /** Where the state is kept; what stands there goes on. */
  folder: string;
  /** 0: any free one. */
  port: number;
  /** Member accounts of a new estate. */
  accounts: number;
  seed: number;
  /** Milliseconds that each answer takes longer. */
  latency: number;
}

export interface RunningSandbox {
  endpoint: string;
  sandbox: Sandbox;
  lambda: LambdaRuntime;
  save: () => void;
  stop: () => Promise<void>;
}

const STATE = "state.v8";

/** The sandbox behind HTTP on 127.0.0.1. @throws Error when the port is taken or the state cannot be read */
export async function startSandbox(options: ServerOptions): Promise<RunningSandbox> {
  mkdirSync(options.folder, { recursive: true });
  const file = join(options.folder, STATE);
  const state = existsSync(file) ? thaw(readFileSync(file)) : populate(options.seed, options.accounts);
  let endpoint = "";
  const lambda = lambdaRuntime(
    join(options.folder, "functions"),
    () => endpoint,
    () => state,
    (length) => idOf(Math.random, length),
  );
  const sandbox = createSandbox(state, { now: Date.now, random: Math.random, invoke: lambda });
  const server = createServer(async (incoming, outgoing) => {
    const answer = await sandbox.handle(await requestOf(incoming));
    const delay = options.latency + (answer.after ?? 0);
    if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
    if (answer.lost === "silent") return;
    if (answer.lost === "reset") return void incoming.socket.resetAndDestroy();
    const headers = { ...answer.headers, "content-length": answer.headers["content-length"] ?? answer.body.length };
    outgoing.writeHead(answer.status, headers).end(incoming.method === "HEAD" ? undefined : answer.body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  lambda.resume();
  const save = () => {
    const now = Date.now();
    for (const [key, { expires }] of state.sessions) if (expires <= now) state.sessions.delete(key);
    writeFileSync(`${file}.new`, freeze(state));
    renameSync(`${file}.new`, file);
  };
  return {
    endpoint,
    sandbox,
    lambda,
    save,
    stop: async () => {
      await lambda.stop();
      server.closeAllConnections();
      server.close();
      save();
    },
  };
}

async function requestOf(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks),
  };
}
