import { type StdioPipe, spawn } from "node:child_process";
import { join } from "node:path";
import { Empty, pb, type Rpc, runner, serve } from "./grpc.ts";

/** How long a program took. */
export interface ProgramRun {
  /** Milliseconds from its start to its end. */
  ms: number;
  /** Milliseconds of processors, which other processes on the machine do not lengthen. */
  cpuMs: number;
}

/** Says at its end, on the fourth stream, how many microseconds of processors a process has used. */
const MEASURED = `data:text/javascript,${encodeURIComponent(
  'import { writeSync } from "node:fs"; process.on("exit", () => { const { user, system } = process.cpuUsage(); writeSync(3, String(user + system)); });',
)}`;

/** The exit code of Pulumi's runner after it has said itself what went wrong. */
const SAID = 32;

/**
 * Pulumi's host of Node.js programs, as far as running one goes: it starts the SDK's own runner with the project's
 * `nodeargs`. Pulumi's own is a binary that comes with its CLI; this one is for where that is not to be had.
 * @param ran is told of each run of a program that it has ended
 */
export function serveLanguageHost(ran: (run: ProgramRun) => void = () => undefined) {
  /** Addresses of engines: each says its own when it greets, and may be one of several at the same time. */
  const engines = new Map<string, string>();
  return serve(pb.language.LanguageRuntimeService, {
    handshake: (request, caller) => {
      engines.set(caller, request.getEngineAddress());
      return new pb.language.LanguageHandshakeResponse();
    },
    getPluginInfo: () => new pb.plugin.PluginInfo(),
    getRequiredPackages: () => new pb.language.GetRequiredPackagesResponse(),
    getRequiredPlugins: () => new pb.language.GetRequiredPluginsResponse(),
    getProgramDependencies: () => new pb.language.GetProgramDependenciesResponse(),
    about: () => new pb.language.AboutResponse(),
    cancel: () => new Empty(),
    run: async (request, caller, gone) => {
      const began = performance.now();
      const { response, cpuMs } = await run(request, engines.get(caller) ?? "", gone);
      ran({ ms: performance.now() - began, cpuMs });
      return response;
    },
  });
}

async function run(request: Rpc, engine: string, gone: AbortSignal): Promise<{ response: Rpc; cpuMs: number }> {
  const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    organization: request.getOrganization(),
    parallel: request.getParallel(),
    "dry-run": request.getDryrun(),
  };
  const config = Object.fromEntries(request.getConfigMap().entries());
  const response = new pb.language.RunResponse();
  const { code, output, cpuMs } = await exited(
    [
      ...String(options.nodeargs ?? "")
        .split(" ")
        .filter(Boolean),
      runner(),
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      join(request.getPwd(), request.getProgram() === "." ? "" : request.getProgram()),
    ],
    request.getPwd(),
    {
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
      PULUMI_NODEJS_PROJECT: request.getProject(),
      PULUMI_NODEJS_STACK: request.getStack(),
    },
    gone,
  );
  if (code === SAID) response.setBail(true);
  else if (code !== 0) response.setError(`the program ended with ${code}: ${output}`);
  return { response, cpuMs };
}

/** @param gone ends the process: of an engine that was killed, its program would go on until it next asks it something */
function exited(args: string[], cwd: string, env: Record<string, string>, gone: AbortSignal) {
  return new Promise<{ code: number; output: string; cpuMs: number }>((resolve, reject) => {
    const stdio: StdioPipe[] = ["pipe", "pipe", "pipe", "pipe"];
    const child = spawn(process.execPath, [`--import=${MEASURED}`, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio,
    });
    const end = () => child.kill("SIGKILL");
    gone.addEventListener("abort", end, { once: true });
    if (gone.aborted) end();
    let output = "";
    let used = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (bytes) => {
        output += bytes;
      });
    child.stdio[3]?.on("data", (bytes) => {
      used += bytes;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output, cpuMs: Number(used) / 1000 }));
  });
}
