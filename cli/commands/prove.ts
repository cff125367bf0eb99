import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { makeFolder } from "../../src/evidence/folders.ts";
import { CliError } from "../cliError.ts";
import { checkOutput } from "../outputFile.ts";
import { print } from "../terminal.ts";

interface Options {
  run: string;
  type?: string;
  bucket?: string;
  dir?: string;
  output?: string;
}

export const proveCommand = (program: Command): Command =>
  program
    .command("prove")
    .description("prove one resource of a sealed run, without handing over the rest")
    .argument("<arn>", "ARN of the resource, or its id where it has none")
    .requiredOption("--run <run>", "id of a run, or the key of its manifest, or latest")
    .option("--type <type>", "its resource type, AWS::RDS::DBInstance; without it every object of the run is read")
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the bucket; needs no AWS")
    .option("--output <file>", "where the proof goes (default: standard output)")
    .addHelpText(
      "after",
      `
The proof contains the resource, its commit and the manifest: accounts, regions and counts of the run, but no other
resource. Anybody with the public key can check it:

  itaudit prove arn:aws:rds:eu-central-1:111111111111:db:orders --run latest --dir copy --output proof.json
  itaudit verify --proof proof.json --public-key key.pem`,
    )
    .action(async (arn: string, options: Options) => {
      const [{ NoProof, NoSuchResource, prove }, { requestedRun, existingRun }, { evidenceSource }] = await Promise.all(
        [import("../../src/evidence/proof.ts"), import("../runs.ts"), import("../openEvidence.ts")],
      );
      await checkOutput("--output", options.output);
      const source = await evidenceSource(options);
      const run = await existingRun(source, requestedRun(options.run));
      try {
        const proofs = await prove(source, run, { arn, type: options.type });
        const text = `${JSON.stringify(proofs.length === 1 ? proofs[0] : proofs)}\n`;
        if (options.output) {
          await makeFolder(dirname(options.output));
          await writeFile(options.output, text);
        } else print(text.trimEnd());
      } catch (error) {
        if (error instanceof NoProof)
          throw new CliError(error instanceof NoSuchResource ? error.message + whereToLook(options) : error.message);
        throw error;
      }
    });

/** The newest run may be narrowed to other accounts, and queries answer from the latest full one. */
const whereToLook = ({ run, dir, bucket }: Options): string =>
  run === "latest"
    ? `. It is the newest run; another may hold it: itaudit query ${dir ? `--dir ${dir} ` : bucket ? `--bucket ${bucket} ` : ""}"SELECT run_id, arn FROM resources" says which run holds what, for --run`
    : "";
