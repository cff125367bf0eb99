import { type KeyObject, verify } from "node:crypto";
import * as z from "zod";
import { canonicalJson } from "./canonicalJson.ts";
import { isLowS, withLowS } from "./ecdsa.ts";
import { manifestKey } from "./layout.ts";
import { type Manifest, STATEMENT } from "./manifest.ts";
import { sha256 } from "./plan.ts";
import type { Signer } from "./signer.ts";

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const PREDICATE_TYPE = "urn:audit-ecosystem:sealed-run:v1";

/** A signed statement. @see https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export const Attestation = z.strictObject({
  /** The statement, JSON in base64. */
  payload: z.base64(),
  payloadType: z.literal(PAYLOAD_TYPE),
  /** By the manifest's signing key, named by its SHA-256. */
  signatures: z.tuple([z.strictObject({ keyid: z.string(), sig: z.base64() })]),
});
export type Attestation = z.infer<typeof Attestation>;

/**
 * What a run's manifest says, as an in-toto statement: tools of the software supply chain read it. Everything in it
 * follows from the manifest.
 * @param bytes of the manifest, as they are in the bucket
 */
function statementOf(manifest: Manifest, bytes: Uint8Array): string {
  const { run_id, run_date, sequence, sealed_at, complete, previous, plan, tool, totals } = manifest;
  const named = (name: string, hash: string) => ({ name, digest: { sha256: hash } });
  return canonicalJson({
    _type: STATEMENT,
    subject: [named(manifestKey(run_id, run_date), sha256(bytes)), named(plan.key, plan.sha256)],
    predicateType: PREDICATE_TYPE,
    predicate: { run_id, run_date, sequence, sealed_at, complete, previous, tool, totals },
  });
}

/** The bytes that are signed. @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function preAuthenticationEncoding(payload: string): Buffer {
  const lengthOf = (text: string) => Buffer.byteLength(text);
  return Buffer.from(`DSSEv1 ${lengthOf(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${lengthOf(payload)} ${payload}`);
}

/** A run's attestation, signed by the key that its manifest names. @returns canonical JSON */
export async function attest(manifest: Manifest, bytes: Uint8Array, keyid: string, signer: Signer): Promise<string> {
  const statement = statementOf(manifest, bytes);
  const signature = withLowS(await signer.sign(preAuthenticationEncoding(statement)));
  return canonicalJson({
    payload: Buffer.from(statement).toString("base64"),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid, sig: Buffer.from(signature).toString("base64") }],
  });
}

/** An attestation as it stands. */
interface Standing {
  value: Attestation;
  text: string;
}

/**
 * What is wrong with an attestation that stands beside a manifest; undefined: nothing.
 * @param key that the manifest names; undefined where it was not given: all but the signature is checked then
 */
export function attestationProblem(
  { value, text }: Standing,
  manifest: Manifest,
  bytes: Uint8Array,
  key: KeyObject | undefined,
): string | undefined {
  const [{ keyid, sig }] = value.signatures;
  if (canonicalJson(value) !== text) return "it is not written as the sealer writes it";
  if (Buffer.from(statementOf(manifest, bytes)).toString("base64") !== value.payload)
    return "its statement is not what the manifest says";
  if (keyid !== manifest.signing_key?.sha256) return "it is of another key than the manifest names";
  if (Buffer.from(sig, "base64").toString("base64") !== sig) return "its signature is written otherwise";
  return !key || isSigned(value, key) ? undefined : "its signature is of something else";
}

/** Whether an attestation is signed by a key, and says that a manifest of this name has another hash. */
export function saysOtherwise(attestation: Attestation, key: KeyObject, manifestName: string, hash: string): boolean {
  if (!isSigned(attestation, key)) return false;
  const { subject } = JSON.parse(payloadOf(attestation)) as { subject: { name: string; digest: { sha256: string } }[] };
  return subject.some(({ name, digest }) => name === manifestName && digest.sha256 !== hash);
}

const payloadOf = ({ payload }: Attestation): string => Buffer.from(payload, "base64").toString("utf8");

function isSigned(attestation: Attestation, key: KeyObject): boolean {
  const signature = Buffer.from(attestation.signatures[0].sig, "base64");
  return isLowS(signature) && verify("sha256", preAuthenticationEncoding(payloadOf(attestation)), key, signature);
}
