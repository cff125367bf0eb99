import { readFile } from "node:fs/promises";
import { checkProof, Proof } from "../src/evidence/proof.ts";
import { keysIn } from "../src/evidence/publicKeys.ts";
import { printable } from "../src/query/printable.ts";
import { CliError } from "./cliError.ts";
import { print } from "./terminal.ts";

/** Checks a file of proofs, and says what each shows. @returns whether every one holds @throws CliError */
export async function proofVerdict(
  file: string,
  { publicKey, json }: { publicKey?: string; json?: boolean },
): Promise<boolean> {
  if (!publicKey) throw new CliError("a proof is checked with a key that comes from elsewhere: give --public-key");
  const keys = keysIn(await readFile(publicKey, "utf8"));
  const parsed = Proof.array()
    .min(1)
    .safeParse([JSON.parse(await readFile(file, "utf8"))].flat());
  if (!parsed.success) throw new CliError(`--proof ${file}: it is no proof of itaudit prove`);
  let holds = true;
  for (const proof of parsed.data) {
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
