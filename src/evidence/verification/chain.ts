import * as layout from "../layout.ts";
import { linkTexts, type StandingLink } from "./chainLinks.ts";
import type { Findings } from "./finding.ts";
import { checkHandOver, contradictsManifest, type HandOvers } from "./handOvers.ts";
import type { RunContents } from "./runContents.ts";
import { isOwn, type SealRecord } from "./sealRecord.ts";

/**
 * How far a run's manifest is to be believed:
 * - `signed`: its signature fits
 * - `chained`: the run after it, which is believed, names its hash
 * - `built`: nothing but its own plan and commits say the same
 * - `altered`: it is not what was sealed, and nothing is told from it
 */
export type Trust = "signed" | "chained" | "built" | "altered";

/** A run with its sequence number in the chain. */
export interface Placed {
  sequence: number;
  record: SealRecord;
  trust: Trust;
  /** Why it is not believed. */
  reason?: string;
  contents: RunContents | undefined;
}

/**
 * Gives each manifest its sequence number. Its signature proves it; else the link that names the run, the manifest
 * after it, or what it says itself.
 * @returns by sequence number; a run that is not in it has none
 */
export function placeSeals(
  records: readonly SealRecord[],
  links: ReadonlyMap<number, StandingLink>,
): Map<number, SealRecord> {
  const bySequence = new Map<number, SealRecord>();
  const left = new Set(records);
  const assign = (record: SealRecord, sequence: number | undefined) => {
    if (sequence === undefined || bySequence.has(sequence) || !left.has(record)) return;
    bySequence.set(sequence, record);
    left.delete(record);
  };
  for (const record of records)
    if (record.signature.state === "fits" && isOwn(record)) assign(record, record.seal?.sequence);
  const linked = new Map([...links.values()].flatMap(({ sequence, link }) => (link ? [[link.run_id, sequence]] : [])));
  const own = ({ seal }: SealRecord) => seal?.sequence;
  for (const record of records) if (linked.get(record.run) === own(record)) assign(record, own(record));
  for (const record of records) assign(record, linked.get(record.run));
  const followed = new Map(
    [...bySequence].flatMap(([sequence, { seal }]) => (seal?.previous ? [[seal.previous.run_id, sequence - 1]] : [])),
  );
  for (const record of records) assign(record, followed.get(record.run));
  for (const record of records) if (isOwn(record)) assign(record, own(record));
  return bySequence;
}

/** What stands beside a manifest and tells of it. */
export interface Neighbours {
  /** The run after it, whose turn comes first. */
  next: Placed | undefined;
  before: SealRecord | undefined;
  link: StandingLink | undefined;
  handOvers: HandOvers;
}

/**
 * Whether its link, a change of key, and the run before it, contradict a manifest. Its plan and commits say nothing of when
 * it was sealed and what it follows.
 */
function isContradicted(record: SealRecord, sequence: number, { before, link, handOvers }: Neighbours): boolean {
  const previous = record.seal?.previous;
  if (link?.link?.run_id === record.run && !linkTexts(record).includes(link.text)) return true;
  if (contradictsManifest(record, sequence, handOvers)) return true;
  if (before?.signature.state !== "fits") return false;
  const signed = previous?.signature_sha256;
  const [key, keyBefore] = [record.seal?.signing_key, before.seal?.signing_key];
  if (key && key.sha256 === keyBefore?.sha256 && key.arn !== keyBefore.arn) return true;
  if (key?.replaces && key.replaces !== keyBefore?.sha256) return true;
  return (
    previous?.run_id !== before.run ||
    previous.run_date !== before.date ||
    previous.manifest_sha256 !== before.sha256 ||
    (typeof signed === "string" && signed !== before.signature.sha256)
  );
}

/** Decides how far a manifest is believed. */
export function trustOf(
  { record, sequence, contents }: Omit<Placed, "trust" | "reason">,
  neighbours: Neighbours,
): Pick<Placed, "trust" | "reason"> {
  const { next } = neighbours;
  const { seal, signature, problem, sha256 } = record;
  if (!seal || !isOwn(record))
    return { trust: "altered", reason: problem ?? `it is the manifest of run ${seal?.run_id} of ${seal?.run_date}` };
  if (signature.state === "fits") return { trust: "signed" };
  const after = next && next.trust !== "altered" ? next.record.seal?.previous : undefined;
  if (after?.run_id === record.run && after.manifest_sha256 === sha256) return { trust: "chained" };
  if (after && next?.trust !== "built")
    return {
      trust: "altered",
      reason: `its SHA-256 is ${sha256}, and run ${next?.record.run} follows the manifest ${after.manifest_sha256} of run ${after.run_id}`,
    };
  if (record.attestation.isOfOther)
    return {
      trust: "altered",
      reason: `its attestation, which is signed, is of a manifest with another SHA-256 than ${sha256}`,
    };
  if (contents?.addsUp === false)
    return { trust: "altered", reason: contents.violations.at(-1)?.problem ?? "plan and commits do not add up to it" };
  if (signature.state === "untrusted" && contradictsManifest(record, sequence, neighbours.handOvers))
    return { trust: "altered", reason: "a record that both keys signed says another change of key" };
  if (signature.state === "misfit" && isContradicted(record, sequence, neighbours))
    return {
      trust: "altered",
      reason: "its signature is of other bytes, and its link or the run before it say otherwise",
    };
  return { trust: "built" };
}

/** Says what is wrong with a manifest, its signature, its link and the way it follows the run before it. */
export function checkPlaced(
  { sequence, record, trust, reason }: Placed,
  {
    before,
    next,
    link,
    handOvers,
    unfollowed,
  }: {
    before: Placed | undefined;
    next: Placed | undefined;
    link: StandingLink | undefined;
    handOvers: HandOvers;
    /** Fingerprints of keys to which nothing leads as the record of it is not as it was, which is said. */
    unfollowed: ReadonlySet<string>;
  },
  say: Findings,
): void {
  const { run, date, seal } = record;
  const key = layout.manifestKey(run, date);
  const linkKey = layout.chainKey(sequence);
  if (trust === "altered" || !seal) {
    say.violation(record.problem ? "malformed" : "altered", key, reason ?? "it is not as sealed");
    // Its signature is that of another run's manifest, and has come with it.
    if (seal && !isOwn(record) && record.signature.state === "fits")
      say.violation("signature", layout.signatureKey(run, date), `it is the signature of run ${seal.run_id}`);
    if (link && link.link?.run_id !== run)
      say.violation(
        "altered",
        linkKey,
        `sequence number ${sequence} is that of run ${run}, and it says something else`,
      );
    return;
  }
  const isSaid = record.signature.state === "untrusted" && unfollowed.has(seal.signing_key?.sha256 ?? "");
  if (!isSaid) checkStandingSignature(record, next, say);
  checkStandingAttestation(record, say);
  if (!link) say.violation("missing", linkKey, `run ${run} has sequence number ${sequence}, and its link is not there`);
  else if (!linkTexts(record).includes(link.text))
    say.violation("altered", linkKey, `it is not the link of run ${run}, as its manifest says it`);
  if (seal.sequence !== sequence)
    say.violation("chain", key, `it says sequence number ${seal.sequence}, and has ${sequence} in the chain`);
  checkHandOver(record, { sequence, before: before?.trust === "altered" ? undefined : before?.record, handOvers }, say);
  checkPrevious({ sequence, record, trust, contents: undefined }, before, say);
}

function checkPrevious({ sequence, record }: Placed, before: Placed | undefined, say: Findings): void {
  const { run, date, seal } = record;
  const key = layout.manifestKey(run, date);
  const previous = seal?.previous ?? undefined;
  if (sequence === 1 && previous)
    say.violation("chain", key, `it is the first of the chain, and names ${previous.run_id} as the run before it`);
  if (sequence > 1 && !previous)
    say.violation("chain", key, "it names no run before it, and is not the first of the chain");
  if (!before || before.trust === "altered" || !previous) return;
  const { run: run_id, date: run_date, sha256 } = before.record;
  if (previous.run_id !== run_id || previous.run_date !== run_date || previous.manifest_sha256 !== sha256)
    say.violation(
      "chain",
      key,
      `it follows ${previous.run_id} (${previous.manifest_sha256}), and the run before it is ${run_id} (${sha256})`,
    );
  if (before.record.seal && seal && seal.sealed_at < before.record.seal.sealed_at)
    say.notice("time", key, `it says that it was sealed at ${seal.sealed_at}, before the run that it follows`);
}

/** Of a manifest that is believed. The signature is written after it: where that stands, there must be an attestation. */
function checkStandingAttestation({ run, date, seal, signature, attestation }: SealRecord, say: Findings): void {
  // Of a manifest that names a key which was not given, nothing tells which of the two was altered.
  if (signature.state === "untrusted") return;
  const key = layout.attestationKey(run, date);
  if (attestation.stands && !seal?.attestation)
    say.violation("added", key, "the manifest names none, and was not attested");
  else if (attestation.problem) say.violation("altered", key, attestation.problem);
  else if (!attestation.stands && seal?.attestation && signature.sha256)
    say.violation("missing", key, "the manifest names it, and its signature was written after it");
}

/**
 * Of a manifest that is believed. What the run after it says of the signature decides, where it says something and follows
 * this manifest: one that follows another, which is told of it, has not seen this signature.
 */
function checkStandingSignature(
  { run, date, seal, sha256, signature }: SealRecord,
  next: Placed | undefined,
  say: Findings,
): void {
  const key = layout.signatureKey(run, date);
  const manifest = layout.manifestKey(run, date);
  const follows = next && next.trust !== "altered" ? next.record.seal?.previous : undefined;
  const after = follows?.manifest_sha256 === sha256 ? follows.signature_sha256 : undefined;
  const isLast = next === undefined;
  const { state, problem } = signature;
  if (state === "untrusted") say.violation("signature", manifest, problem ?? "its key is not among those given");
  else if (state === "misfit") say.violation("signature", key, problem ?? `it is not the signature of ${manifest}`);
  else if (state === "none" && signature.sha256)
    say.violation("added", key, "the manifest names no key, and was not signed");
  else if (state === "absent" && after)
    say.violation("missing", key, `run ${next?.record.run} follows it, and names its SHA-256 ${after}`);
  else if (state === "absent" && (isLast || after === null))
    say.notice("unsigned", key, `run ${run} is not signed yet; the sealer makes it good: itaudit seal ${run}`);
  else if (state === "absent")
    say.violation(
      "unsigned",
      key,
      `run ${run} names a key, and is not signed; the sealer makes it good: itaudit seal ${run}`,
    );
  else if (after && after !== signature.sha256)
    say.violation("altered", key, `its SHA-256 is ${signature.sha256}, and run ${next?.record.run} follows ${after}`);
  if (seal?.incomplete_requested_by !== undefined)
    say.notice("incomplete", manifest, `sealed for ${seal.incomplete_requested_by} without ${seal.missing.join(", ")}`);
}
