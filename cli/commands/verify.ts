import type { Command } from "commander";
import { headLine } from "../../src/evidence/head.ts";
import type { Verdict } from "../../src/evidence/verify.ts";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";
import { optionFile, parsedOptionFile } from "../optionFile.ts";
import { parseHead } from "../parseHead.ts";
import { progressLine } from "../progress.ts";
import { print, printLine, say as sayLine } from "../terminal.ts";

interface Options {
  all?: boolean;
  bucket?: string;
  dir?: string;
  publicKey?: string;
  head?: string;
  witness?: string;
  checkpoint?: string[];
  timestampCa?: string;
  tables?: boolean;
  proof?: string;
  json?: boolean;
}

/** What the exit code says. */
const EXIT_CODES = { verified: 0, violated: 1, consistent: 3 };
const COULD_NOT_CHECK = 2;

export const verifyCommand = (program: Command): Command =>
  program
    .command("verify")
    .description(
      "check that evidence is as it was sealed; exit code 0: verified, 1: violated, 2: nothing could be checked, 3: consistent, but not shown who sealed it",
    )
    .argument("[run]", "id of a run, or the key of its manifest, or latest")
    .option("--all", "every run, and the chain from the first to the last")
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the bucket; needs no AWS")
    .option(
      "--public-key <file>",
      "PEM of the audit stack's output signingPublicKey; several one after the other are fine",
    )
    .option(
      "--head <file|hash>",
      "the newest run of an earlier verification: its output, or the manifest's hash; with --all",
    )
    .option(
      "--witness <file>",
      "public key of an outside witness, PEM or name+id+key: what it has seen must be there as it was; with --all",
    )
    .option("--checkpoint <file...>", "checkpoints of the witness that were kept elsewhere; with --witness")
    .option(
      "--timestamp-ca <file>",
      "certificates, PEM, that those of time-stamp authorities must lead to: their signatures are checked, not whether a certificate was revoked",
    )
    .option("--tables", "derive the tables again from the evidence, and compare them with the existing ones")
    .option("--proof <file>", "check only this proof from itaudit prove; with --public-key")
    .option("--json", "print one line of JSON for each finding, and one for the verdict")
    .action(async (run: string | undefined, options: Options) => {
      try {
        process.exitCode = options.proof ? await proven(options.proof, options) : await verdict(run, options);
      } catch (error) {
        sayLine(`itaudit: could not check: ${(error as Error).message}`);
        process.exitCode = COULD_NOT_CHECK;
      }
    });

async function proven(file: string, options: Options): Promise<number> {
  const { proofVerdict } = await import("../proofVerdict.ts");
  return (await proofVerdict(file, options)) ? EXIT_CODES.verified : EXIT_CODES.violated;
}

async function verdict(named: string | undefined, options: Options): Promise<number> {
  const [{ verify }, { keysBeside, keysIn }, { requestedRun, latestRun }, { evidenceSource }] = await Promise.all([
    import("../../src/evidence/verify.ts"),
    import("../../src/evidence/publicKeys.ts"),
    import("../runs.ts"),
    import("../openEvidence.ts"),
  ]);
  if (Boolean(named) === Boolean(options.all)) throw new CliError("name a run, or use --all");
  if (options.head && !options.all) throw new CliError("--head needs the whole chain: add --all");
  const head = options.head ? await parseHead(options.head) : undefined;
  if (options.witness && !options.all) throw new CliError("--witness needs the whole chain: add --all");
  if (options.checkpoint && !options.witness) throw new CliError("--checkpoint needs the witness's key: add --witness");
  const witness = options.witness ? await witnessOf(options.witness, options.checkpoint ?? []) : undefined;
  const requested = named ? requestedRun(named) : undefined;
  const source = await evidenceSource(options);
  const run = requested === "latest" ? await latestRun(source) : requested;
  const given = options.publicKey ? await parsedOptionFile("--public-key", options.publicKey, keysIn) : undefined;
  const timestampAuthorities = options.timestampCa ? await authoritiesOf(options.timestampCa) : undefined;
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
    witness,
    timestampAuthorities,
    violation: (violation) => say(violation, true),
    notice: (notice) => say(notice, false),
    progress: (checked) => line("verifying the evidence and its seal", checked),
  });
  if (options.tables) {
    const { verifyTablesOf } = await import("../checkTables.ts");
    try {
      for await (const { key, problem } of verifyTablesOf(options, run?.run, line)) {
        say({ kind: "table", key, problem }, true);
        answer.violations += 1;
      }
    } catch (error) {
      // What they are derived from is not as sealed, which is a finding by itself.
      if (!answer.violations) throw error;
      say({ kind: "unjudged", key: "tables/", problem: (error as Error).message }, false);
    }
  }
  line.end();
  const level = answer.violations ? "violated" : answer.level;
  if (options.json) print(JSON.stringify({ holds: level === "verified", ...answer, level }));
  else printVerdict({ ...answer, level });
  return EXIT_CODES[level];
}

async function authoritiesOf(file: string) {
  const { certificatesIn } = await import("../../src/evidence/timestampSignature.ts");
  return parsedOptionFile("--timestamp-ca", file, certificatesIn);
}

async function witnessOf(file: string, checkpoints: readonly string[]) {
  const { witnessKeyIn } = await import("../../src/evidence/witness/cosignature.ts");
  const key = await parsedOptionFile("--witness", file, witnessKeyIn);
  return { key, checkpoints: await Promise.all(checkpoints.map((each) => optionFile("--checkpoint", each))) };
}

/** Whose signatures the runs bear. A desk's key shows less than the deployment's, which one function alone may use. */
function signaturesOf({ signatures: { deployment, desk, none, misfit } }: Verdict): string {
  const kinds = [
    [deployment, "with the deployment's key"],
    [desk, "with a desk's key"],
    [none, "not signed"],
    [misfit, "with a signature that does not fit"],
  ] as const;
  return kinds.flatMap(([count, how]) => (count ? `${count} ${count === 1 ? "run" : "runs"} ${how}` : [])).join(", ");
}

function printVerdict(verdict: Verdict): void {
  const { level, runs, objects, items, bytes, violations, head, outside } = verdict;
  printLine(
    `${level === "violated" ? "VIOLATED" : level}: ${runs} ${runs === 1 ? "run" : "runs"}, ${objects} objects with ${items} items in ${bytes} bytes are as sealed${violations ? `; ${violations} findings` : ""}`,
  );
  for (const { sha256, from, to } of verdict.keys)
    printLine(`key: ${sha256}, ${verdict.key_source}, signed sequence numbers ${from} to ${to}`);
  const signed = signaturesOf(verdict);
  if (signed) printLine(`signed: ${signed}`);
  const beyond = Object.entries(outside).map(([name, count]) => `${name} ${count}`);
  if (beyond.length) printLine(`outside of every seal: ${beyond.join(", ")}`);
  for (const { run_id, authority, time, signed_by } of verdict.timestamps)
    printLine(
      `time stamp: run ${run_id} at ${time} by ${authority}; ${signed_by === undefined ? "of this manifest, who signed it is not checked: give --timestamp-ca" : `signed by ${signed_by} (whether its certificate was revoked is not checked)`}`,
    );
  if (verdict.witness)
    printLine(
      `witness: ${verdict.witness.name} saw sequence numbers 1 to ${verdict.witness.sequence}, at ${verdict.witness.seen_at}`,
    );
  if (head) printLine(headLine(head));
  if (level !== "violated" && verdict.key_source !== "given")
    process.stderr.write(
      "The key was taken from the evidence itself: it is whole, but who sealed it is not shown. Give --public-key, from the audit stack's output signingPublicKey.\n",
    );
  else if (level === "consistent")
    process.stderr.write(
      "Some runs are not signed, or not seen by the witness, or an object could not be read: who sealed them is not shown.\n",
    );
}
