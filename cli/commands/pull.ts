import type { Command } from "commander";
import { printable } from "../../src/query/printable.ts";
import { BOSS } from "../bossName.ts";
import { CliError } from "../cliError.ts";
import { progressLine } from "../progress.ts";
import { print } from "../terminal.ts";

interface PullOptions {
  all?: boolean;
  bucket?: string;
  boss: string;
  dir: string;
  json?: boolean;
}

export const pullCommand = (program: Command): Command =>
  program
    .command("pull")
    .description("copy evidence from the bucket and check its hashes; verify, query and report work on the copy")
    .argument("[run]", "id of a run, or the key of its manifest, or latest")
    .option("--all", "every run, with the chain")
    .option(
      "--bucket <name>",
      "the evidence bucket; also ITAUDIT_BUCKET (default: the bucket of the deployed boss)",
      process.env.ITAUDIT_BUCKET,
    )
    .option("--boss <function>", "name of the boss function; also ITAUDIT_BOSS", BOSS)
    .requiredOption("--dir <folder>", "folder of the copy; what it already has is not fetched again")
    .option("--json", "print one line of JSON for each problem, and one for the totals")
    .addHelpText(
      "after",
      `
Exit code 1: an object is not as it was sealed, or is missing. The command names it; you can still verify the copy.

Examples:
  itaudit pull --all --dir copy
  itaudit pull latest --dir copy
  itaudit pull 01JDT3SAPG0000000000000000 --bucket my-evidence --dir copy
  itaudit verify --all --dir copy --public-key key.pem`,
    )
    .action(async (named: string | undefined, options: PullOptions) => {
      if (Boolean(named) === Boolean(options.all)) throw new CliError("name a run, or use --all");
      const { requestedRun, existingRun } = await import("../runs.ts");
      const requested = named ? requestedRun(named) : undefined;
      const { LambdaClient } = await import("@aws-sdk/client-lambda");
      const { pull } = await import("../../src/evidence/pull.ts");
      const { bucketSource } = await import("../../src/evidence/bucketSource.ts");
      const { evidenceS3 } = await import("../../src/runtime/clients.ts");
      const { evidenceBucket } = await import("../deployment.ts");
      const bucket = await evidenceBucket(options.bucket, options.boss, () => new LambdaClient({}));
      const from = bucketSource(evidenceS3(), bucket);
      const line = progressLine();
      const { fetched, bytes, standing, problems } = await pull({
        from,
        folder: options.dir,
        run: requested ? await existingRun(from, requested) : "all",
        problem: (problem) => {
          line.end();
          const { kind, key, problem: what } = problem;
          print(options.json ? JSON.stringify(problem) : `${kind.padEnd(11)} ${printable(key)}: ${printable(what)}`);
        },
        progress: (done) => line("copying objects", done),
      });
      line.end();
      if (options.json) print(JSON.stringify({ bucket, dir: options.dir, fetched, bytes, standing, problems }));
      else
        print(
          `${options.dir}: ${fetched} objects with ${bytes} bytes fetched, ${standing} stood there already${problems ? `; ${problems} problems` : ""}`,
        );
      if (problems) process.exitCode = 1;
    });
