import * as layout from "../layout.ts";
import { Manifest } from "../manifest.ts";
import { sha256 } from "../plan.ts";
import type { TrustedKeys } from "../publicKeys.ts";
import type { EvidenceSource } from "../source.ts";
import { type AttestationCheck, checkAttestation } from "./attestationCheck.ts";
import { type Content, parseDocument, readBounded } from "./document.ts";
import { checkSignature, type SignatureCheck } from "./signatureCheck.ts";

/** Bytes of a manifest: some 300 a task. */
const MANIFEST_AT_MOST = 256 * 1024 * 1024;

export interface RunName {
  run: string;
  date: string;
}

/** What is kept of a run's manifest while the others are read: all but its tasks. */
export interface SealRecord extends RunName {
  bytes: number;
  sha256: string;
  /** Why the manifest cannot be read; nothing else is known of it then. */
  problem?: string;
  seal?: Omit<Manifest, "tasks" | "resource_types" | "missing"> & { missing: string[] };
  signature: SignatureCheck;
  attestation: AttestationCheck;
}

/** A run's manifest and its signature, as they stand. @returns undefined where there is no manifest */
export async function readSeal(
  source: EvidenceSource,
  keys: TrustedKeys,
  { run, date }: RunName,
): Promise<SealRecord | undefined> {
  const content: Content = await readBounded(source, layout.manifestKey(run, date), MANIFEST_AT_MOST);
  if ("absent" in content) return undefined;
  if ("larger" in content)
    return {
      run,
      date,
      bytes: 0,
      sha256: "",
      problem: `it is larger than ${MANIFEST_AT_MOST} bytes`,
      signature: { state: "none" },
      attestation: { stands: false },
    };
  const { bytes } = content;
  const record = { run, date, bytes: bytes.length, sha256: sha256(bytes) };
  const parsed = parseDocument(bytes, Manifest);
  if ("problem" in parsed)
    return { ...record, problem: parsed.problem, signature: { state: "none" }, attestation: { stands: false } };
  const { tasks: _tasks, resource_types: _types, missing, ...seal } = parsed.value;
  const signature = await checkSignature(source, keys, { run_id: run, run_date: date }, parsed.value, bytes);
  const attestation = await checkAttestation(source, keys, { run, date }, { manifest: parsed.value, bytes });
  return { ...record, seal: { ...seal, missing: missing.map(({ id }) => id) }, signature, attestation };
}

/** Whether a manifest says that it is of the run under whose name it stands. */
export const isOwn = ({ run, date, seal }: SealRecord): boolean => seal?.run_id === run && seal.run_date === date;

/** Reads a manifest once more, which must be the one that was verified. @throws Error when it has changed since */
export async function manifestAgain(
  source: EvidenceSource,
  record: SealRecord,
): Promise<{ value: Manifest; text: string }> {
  const key = layout.manifestKey(record.run, record.date);
  const content = await readBounded(source, key, record.bytes);
  if (!("bytes" in content) || sha256(content.bytes) !== record.sha256)
    throw new Error(`${key} has changed while it was being verified`);
  const parsed = parseDocument(content.bytes, Manifest);
  if ("problem" in parsed) throw new Error(`${key}: ${parsed.problem}`);
  return parsed;
}

/** Every run that has a folder, in the order of the days and of their ids. */
export async function* runsIn(source: EvidenceSource): AsyncGenerator<RunName, void, undefined> {
  for (const day of await source.folders("runs/"))
    for (const folder of await source.folders(day)) {
      const name = layout.runDocumentOf(`${folder}manifest.json`);
      if (name) yield { run: name.run, date: name.date };
    }
}
