import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Ended } from "./commands.ts";

const DRIVER = fileURLToPath(new URL("./awsCommands.py", import.meta.url));

/** The AWS CLI, asked for JSON. */
export interface AwsCli {
  run: (args: readonly string[]) => Promise<Ended>;
  stop: () => void;
}

const importable = (): boolean => {
  try {
    execFileSync("python3", ["-c", "import awscli.clidriver"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** The AWS CLI with an environment: in one process where Python has it as a package, else a process for each command. */
export function awsCli(env: Record<string, string>, endpoint: string): AwsCli {
  // A region once given would stay for the commands after it in the same process.
  const complete = (args: readonly string[]) => [
    ...args,
    ...(args.includes("--region") ? [] : ["--region", env.AWS_DEFAULT_REGION ?? ""]),
    ...["--output", "json", "--endpoint-url", endpoint],
  ];
  if (!importable())
    return {
      stop: () => undefined,
      run: (args) =>
        new Promise((resolve) =>
          execFile("aws", complete(args), { env, maxBuffer: 2 ** 26 }, (error, out, err) =>
            resolve({ code: error ? Number(error.code) : 0, out, err }),
          ),
        ),
    };
  const child: ChildProcess = spawn("python3", [DRIVER], { env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout! });
  let before: Promise<unknown> = Promise.resolve();
  return {
    stop: () => void child.kill(),
    run: (args) => {
      const answer = before.then(async () => {
        child.stdin!.write(`${JSON.stringify(complete(args))}\n`);
        const [line] = (await once(lines, "line")) as [string];
        return JSON.parse(line) as Ended;
      });
      before = answer.catch(() => undefined);
      return answer;
    },
  };
}
