import { type KeyObject, verify } from "node:crypto";
import { isLowS } from "../ecdsa.ts";
import * as layout from "../layout.ts";
import { MANIFEST_FORMAT, type Manifest } from "../manifest.ts";
import { sha256 } from "../plan.ts";
import type { TrustedKeys } from "../publicKeys.ts";
import type { EvidenceSource } from "../source.ts";
import { readBounded } from "./document.ts";

/** Bytes of a signature's file: P-256's have at most 72. */
const SIGNATURE_AT_MOST = 1024;

/**
 * What a manifest's signature is:
 * - `fits`: of these bytes, by the key that the manifest names, which is trusted
 * - `misfit`: it is there, and is not that
 * - `untrusted`: the manifest names a key that was not given, or one that signs other runs
 * - `unchecked`: the key lay beside the evidence, and is not there as it was
 * - `absent`: the manifest names a key, and there is no signature
 * - `none`: the manifest names no key
 */
export type SignatureState = "fits" | "misfit" | "untrusted" | "unchecked" | "absent" | "none";

export interface SignatureCheck {
  state: SignatureState;
  /** Of the signature that stands there, hex. */
  sha256?: string;
  problem?: string;
}

export async function checkSignature(
  source: EvidenceSource,
  keys: TrustedKeys,
  { run_id, run_date }: { run_id: string; run_date: string },
  manifest: Manifest,
  bytes: Uint8Array,
): Promise<SignatureCheck> {
  const content = await readBounded(source, layout.signatureKey(run_id, run_date), SIGNATURE_AT_MOST);
  const { signing_key: named, sequence, format } = manifest;
  if ("absent" in content) return { state: named ? "absent" : "none" };
  if ("larger" in content) return { state: "misfit", problem: `it has more than ${SIGNATURE_AT_MOST} bytes` };
  const hash = sha256(content.bytes);
  if (!named) return { state: "none", sha256: hash };
  const key = await keys(named.sha256);
  if (!key)
    return keys.fromEvidence
      ? { state: "unchecked", sha256: hash }
      : { state: "untrusted", sha256: hash, problem: `the key it names, ${named.sha256}, is not among those given` };
  if (!signatureFits(format, key, bytes, content.bytes)) return { state: "misfit", sha256: hash };
  const refusal = keys.refusal?.(named.sha256, sequence);
  return refusal ? { state: "untrusted", sha256: hash, problem: refusal } : { state: "fits", sha256: hash };
}

/** Whether a signature is of these bytes, by this key, and in the one form that counts from format 3 on. */
export function signatureFits(
  format: Manifest["format"],
  key: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (format === MANIFEST_FORMAT && !isLowS(signature)) return false;
  try {
    return verify("sha256", bytes, key, signature);
  } catch {
    // A signature that is no DER, or a key of another kind, is one that does not fit.
    return false;
  }
}
