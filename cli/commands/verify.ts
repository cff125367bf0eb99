import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { CliError } from "../cliError.ts";
import { parseHead } from "../parseHead.ts";
import { progressLine } from "../progress.ts";
import { print, printable } from "../terminal.ts";

interface Options {
  all?: boolean;
  bucket?: string;
  dir?: string;
  publicKey?: string;
  head?: string;
  tables?: boolean;
  json?: boolean;
}

/** What the exit code says. */
const VIOLATED = 1;
const COULD_NOT_CHECK = 2;

export const verifyCommand = (program: Command): Command =>
  program
    .command("verify")
    .description("check that evidence is as it was sealed; exit code 0: it is, 1: it is not, 2: could not check")
    .argument("[run]", "id of a run, or the key of its manifest, or latest")
    .option("--all", "every run, and the chain from the first to the last")
    .option("--bucket <name>", "the evidence bucket; the deployed system's otherwise")
    .option("--dir <folder>", "a copy of it: no AWS is needed")
    .option(
      "--public-key <file>",
      "PEM of the audit stack's output signingPublicKey; several one after the other are fine",
    )
    .option(
      "--head <file|hash>",
      "the newest run as an earlier verification printed it: what it wrote, or the manifest's hash; with --all",
    )
    .option("--tables", "derive the tables once more from the evidence, and compare them with those that stand")
    .option("--json", "print a line of JSON for each finding, and one for the verdict")
    .action(async (run: string | undefined, options: Options) => {
      try {
        process.exitCode = await verdict(run, options);
      } catch (error) {
        process.stderr.write(`itaudit: could not check: ${(error as Error).message}\n`);
        process.exitCode = COULD_NOT_CHECK;
      }
    });

async function verdict(named: string | undefined, options: Options): Promise<number> {
  const [{ verify }, { keysBeside, keysIn }, { askedRun, latestRun }, { evidenceSource }] = await Promise.all([
    import("../../src/evidence/verify.ts"),
    import("../../src/evidence/publicKeys.ts"),
    import("../runs.ts"),
    import("../openEvidence.ts"),
  ]);
  if (Boolean(named) === Boolean(options.all)) throw new CliError("name a run, or say --all");
  if (options.head && !options.all) throw new CliError("--head is looked for in the whole chain: say --all");
  const head = options.head ? await parseHead(options.head) : undefined;
  const asked = named ? askedRun(named) : undefined;
  const source = await evidenceSource(options);
  const run = asked === "latest" ? await latestRun(source) : asked;
  const given = options.publicKey ? keysIn(await readFile(options.publicKey, "utf8")) : undefined;
  const line = progressLine();
  const say = (finding: { kind: string; key: string; problem: string }, violates: boolean) => {
    line.end();
    print(
      options.json
        ? JSON.stringify({ ...finding, violates })
        : `${finding.kind.padEnd(11)} ${printable(finding.key)}: ${printable(finding.problem)}`,
    );
  };
  const answer = await verify({
    source,
    keys: given ?? keysBeside(source),
    run: run ?? "all",
    head,
    violation: (violation) => say(violation, true),
    notice: (notice) => say(notice, false),
    progress: (checked, key) => line(`${checked} objects  ${key}`),
  });
  if (options.tables) {
    const { verifyTablesOf } = await import("../checkTables.ts");
    for await (const { key, problem } of verifyTablesOf(options, run?.run, line)) {
      say({ kind: "table", key, problem }, true);
      answer.violations += 1;
    }
  }
  line.end();
  const holds = answer.violations === 0;
  if (options.json) print(JSON.stringify({ holds, ...answer }));
  else {
    const { runs, objects, items, bytes, head } = answer;
    print(
      `${holds ? "holds" : "VIOLATED"}: ${runs} ${runs === 1 ? "run" : "runs"}, ${objects} objects with ${items} items in ${bytes} bytes are as sealed${holds ? "" : `; ${answer.violations} findings`}`,
    );
    if (head)
      print(`newest: place ${head.sequence} in the chain, run ${head.run_id}, manifest ${head.manifest_sha256}`);
    if (!given)
      process.stderr.write(
        "The key was taken from the evidence itself: it is whole, but who sealed it is not shown. Give --public-key, from the audit stack's output signingPublicKey.\n",
      );
  }
  return holds ? 0 : VIOLATED;
}
