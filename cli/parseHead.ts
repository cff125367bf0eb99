import { readFile } from "node:fs/promises";
import type { Head } from "../src/evidence/head.ts";
import { CliError } from "./cliError.ts";

/** The newest run that an earlier verification told of: a hash, or a file with what it printed, as text or JSON. @throws CliError */
export async function parseHead(text: string): Promise<Head> {
  if (/^[0-9a-f]{64}$/.test(text)) return { manifest_sha256: text };
  const content = await readFile(text, "utf8").catch((error: Error) => {
    throw new CliError(
      `--head ${text}: neither a manifest's hash (64 hexadecimal digits) nor a file: ${error.message}`,
    );
  });
  const [, sequence, run_id, manifest_sha256] =
    /newest: (?:place|sequence number) (\d+) in the chain, run (\w{26}), manifest ([0-9a-f]{64})/.exec(content) ??
    /"head":\{"sequence":(\d+),"run_id":"(\w{26})","manifest_sha256":"([0-9a-f]{64})"\}/.exec(content) ??
    [];
  if (run_id && manifest_sha256) return { sequence: Number(sequence), run_id, manifest_sha256 };
  const alone = /^[0-9a-f]{64}$/.exec(content.trim())?.[0];
  if (alone) return { manifest_sha256: alone };
  throw new CliError(
    `--head ${text}: there is no line "newest: sequence number …" in it, no verdict as JSON, and no hash`,
  );
}
