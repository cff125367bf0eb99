import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A running moto: an AWS that nobody here wrote. */
export interface MotoServer {
  endpoint: string;
  stop: () => void;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Starts moto and waits until it answers. @throws Error when it ends before */
export async function startMoto(env: Record<string, string>): Promise<MotoServer> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const moto = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore", env });
  for (let up = false; !up; ) {
    if (moto.exitCode !== null) throw new Error(`moto_server ended with ${moto.exitCode}`);
    up = await fetch(`${endpoint}/moto-api/`).then(
      ({ ok }) => ok,
      () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 50)),
    );
  }
  return { endpoint, stop: () => void moto.kill() };
}
