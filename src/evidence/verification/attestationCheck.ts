import { Attestation, attestationProblem, saysOtherwise } from "../attestation.ts";
import * as layout from "../layout.ts";
import type { Manifest } from "../manifest.ts";
import { sha256 } from "../plan.ts";
import type { TrustedKeys } from "../publicKeys.ts";
import type { EvidenceSource } from "../source.ts";
import { parseDocument, readBounded } from "./document.ts";

/** Bytes of an attestation: a statement has some thousand, in base64. */
const ATTESTATION_AT_MOST = 16 * 1024 * 1024;

/** A run's attestation: whether there is one, and what is wrong with it. */
export interface AttestationCheck {
  stands: boolean;
  problem?: string;
  /** It is signed, and of another manifest of this run. */
  isOfOther?: boolean;
}

/** @param manifest with its bytes, as they stand */
export async function checkAttestation(
  source: EvidenceSource,
  keys: TrustedKeys,
  { run, date }: { run: string; date: string },
  { manifest, bytes }: { manifest: Manifest; bytes: Uint8Array },
): Promise<AttestationCheck> {
  const content = await readBounded(source, layout.attestationKey(run, date), ATTESTATION_AT_MOST);
  if ("absent" in content) return { stands: false };
  if ("larger" in content) return { stands: true, problem: `it has more than ${ATTESTATION_AT_MOST} bytes` };
  if (!manifest.attestation || !manifest.signing_key) return { stands: true };
  const parsed = parseDocument(content.bytes, Attestation);
  if ("problem" in parsed) return { stands: true, problem: parsed.problem };
  const key = await keys(manifest.signing_key.sha256);
  const problem = attestationProblem(parsed, manifest, bytes, key);
  if (!problem) return { stands: true };
  const isOfOther = key && saysOtherwise(parsed.value, key, layout.manifestKey(run, date), sha256(bytes));
  return { stands: true, problem, ...(isOfOther ? { isOfOther } : {}) };
}
