import { checkProof, Proof } from "../src/evidence/proof.ts";
import { keysIn } from "../src/evidence/publicKeys.ts";
import { printable } from "../src/query/printable.ts";
import { CliError } from "./cliError.ts";
import { parsedOptionFile } from "./optionFile.ts";
import { print } from "./terminal.ts";

/** One proof, or a list of them. */
function proofsIn(text: string): Proof[] {
  try {
    return Proof.array()
      .min(1)
      .parse([JSON.parse(text)].flat());
  } catch {
    throw new Error("it is no proof of itaudit prove");
  }
}

/** Checks a file of proofs, and says what each shows. @returns whether every one holds @throws CliError */
export async function proofVerdict(
  file: string,
  { publicKey, json }: { publicKey?: string; json?: boolean },
): Promise<boolean> {
  if (!publicKey) throw new CliError("a proof is checked with a key that comes from elsewhere: give --public-key");
  const keys = await parsedOptionFile("--public-key", publicKey, keysIn);
  const proofs = await parsedOptionFile("--proof", file, proofsIn);
  let holds = true;
  for (const proof of proofs) {
    const shown = await checkProof(proof, keys);
    if ("problem" in shown) holds = false;
    if (json) print(JSON.stringify({ holds: !("problem" in shown), ...shown }));
    else if ("problem" in shown) print(`VIOLATED: ${printable(shown.problem)}`);
    else {
      const { item, run_id, sequence, sealed_at } = shown;
      print(
        `verified: ${printable(item.arn ?? item.resource_id)}, ${item.resource_type} of ${item.account_id} in ${item.region}, collected at ${item.collected_at}; sealed at ${sealed_at} in run ${run_id}, sequence number ${sequence}, by the ${shown.holder}'s key`,
      );
    }
  }
  return holds;
}
