import { attest } from "./attestation.ts";
import type { ChainLink } from "./chain.ts";
import { durationsText } from "./durations.ts";
import { withLowS } from "./ecdsa.ts";
import { handOverKey } from "./keyHandOver.ts";
import { isSameManifest, MANIFEST_FORMAT, type Manifest, ManifestBuilder, STATEMENT, sealOf } from "./manifest.ts";
import { type Plan, sha256, type Task } from "./plan.ts";
import { acquireLease } from "./sealLease.ts";
import type { SealLease } from "./sealLeaseRecord.ts";
import type { Signer, SigningKey } from "./signer.ts";
import type { RunStore } from "./store.ts";
import { summarizeTask } from "./summarizeTask.ts";

/** Planned tasks whose commits are read at the same time. */
const READS_AT_ONCE = 16;

/** Times that other runs may get ahead in the chain while this one claims a sequence number. */
const CLAIMS_AT_MOST = 100;

/** A manifest as it is in the bucket; `built` when it was built here from the commits a moment ago. */
interface Standing {
  manifest: Manifest;
  bytes: Uint8Array;
  built?: string;
  /** Of one that was signed here, or found signed. */
  signature?: Uint8Array | undefined;
}

/** What sealing needs beside the run. */
export interface Sealing {
  store: RunStore;
  /** Undefined: manifests are not signed. */
  signer: Signer | undefined;
  /** The key that the signer's replaces, while it still signs: the two sign a record of it. */
  signerBefore?: Signer | undefined;
  now: () => number;
  /** Who this sealer is to others that start at the same time. */
  lease: SealLease;
  /** Hex SHA-256 of the sealer's own bundle. */
  bundleSha256?: string | undefined;
  /** Who asks for a run to be sealed although tasks are out. */
  incomplete?: { requested_by: string } | undefined;
  /** Leaves a hint for the next run's order (`durations.ts`), once a whole run is sealed here. */
  leaveDurations?: (text: string) => Promise<void>;
}

/** The run cannot be sealed yet: these tasks have not committed. */
export interface PendingTasks {
  open: readonly Task[];
}

/** Another sealer has the run under way: it is sealed by that one, or can be tried again once it is over. */
export interface SealInProgress {
  leaseExpiresAt: number;
}

/**
 * Seals a run: checks each planned item for exactly one outcome, claims the next sequence number, writes the
 * manifest and signs it. Every step is create-only and can be repeated: a sealer that died is made good by the next
 * one, whichever run that is for, since a number can only be claimed once the manifest before it is there.
 * @returns the manifest that stands, the tasks that are still out, or until when another sealer is at it
 * @throws CoverageError when outcomes are repeated, or were never planned
 */
export async function seal(
  sealing: Sealing,
  run: string,
  date: string,
): Promise<Manifest | PendingTasks | SealInProgress> {
  const { store, signer } = sealing;
  let begun: Progress | undefined;
  let ready: ManifestBuilder | undefined;
  for (let claims = 0; claims < CLAIMS_AT_MOST; claims++) {
    // The head comes first: had this run claimed a number before it, its manifest is found below.
    const [head, progress] = await Promise.all([store.chainHead(), begun ?? progressOf(store, run, date)]);
    begun = progress;
    const claimed = head?.run_id === run;
    const [last, standing] = await Promise.all([
      head && !claimed ? ensureSigned(sealing, head) : undefined,
      store.readManifest(run, date),
    ]);
    if (standing) return (await sign(sealing, standing)).manifest;
    if (!ready) {
      // Before the last task is out nobody holds the run: who finds it open then would keep away who closes it.
      const lease = progress.finished && sealing.lease;
      const other = lease && (await acquireLease(store, run, date, lease, sealing.now()));
      if (other) return { leaseExpiresAt: other.expiresAt };
      [ready] = await Promise.all([read(store, date, progress), lease && signer?.key()]);
    }
    if (claimed) return finish(sealing, await ensureManifest(sealing, head, ready), ready);
    if (ready.open.length && !sealing.incomplete) return { open: ready.open };
    const link: ChainLink = {
      sequence: (head?.sequence ?? 0) + 1,
      run_id: run,
      run_date: date,
      claimed_at: new Date(sealing.now()).toISOString(),
      ...(ready.open.length && sealing.incomplete ? { incomplete: sealing.incomplete } : {}),
    };
    if (await store.claim(link)) {
      return finish(sealing, await write(sealing, link, ready, last), ready);
    }
  }
  throw new Error(`run ${run}: ${CLAIMS_AT_MOST} other runs claimed the next sequence number first`);
}

/** Signs what this sealer has read itself, and leaves what is of use to the next run. */
async function finish(sealing: Sealing, standing: Standing, { isWhole, took }: ManifestBuilder): Promise<Manifest> {
  const { manifest } = await sign(sealing, standing);
  const hint = isWhole && durationsText(manifest.run_id, took);
  if (hint) await sealing.leaveDurations?.(hint);
  return manifest;
}

/** The manifest of a run that has its sequence number, also where another sealer claimed it; written here when it is not there. */
async function ensureManifest(sealing: Sealing, link: ChainLink, ready?: ManifestBuilder): Promise<Standing> {
  const { store } = sealing;
  const { run_id: run, run_date: date } = link;
  const standing = await store.readManifest(run, date);
  if (standing) return standing;
  const builder = ready ?? (await read(store, date, await store.readPlan(run, date)));
  return write(sealing, link, builder, await before(store, link.sequence));
}

/** The run before, signed where this sealer can: the manifest after it names its signature. */
async function ensureSigned(sealing: Sealing, link: ChainLink): Promise<Standing> {
  const standing = await ensureManifest(sealing, link);
  const { signing_key, run_id, run_date } = standing.manifest;
  if (signing_key && (await signerOf(sealing, signing_key.sha256))) return sign(sealing, standing);
  return { ...standing, signature: await sealing.store.readSignature(run_id, run_date) };
}

/** Who signs with a key; undefined where it is neither this deployment's key nor the one before. */
async function signerOf({ signer, signerBefore }: Sealing, fingerprint: string): Promise<Signer | undefined> {
  if ((await signer?.key())?.sha256 === fingerprint) return signer;
  return (await signerBefore?.key())?.sha256 === fingerprint ? signerBefore : undefined;
}

/** Builds the manifest of a claimed sequence number and writes it, unless another sealer has meanwhile: what stands counts. */
async function write(
  sealing: Sealing,
  link: ChainLink,
  builder: ManifestBuilder,
  last: Standing | undefined,
): Promise<Standing> {
  const { store, signer, incomplete: requested, bundleSha256 } = sealing;
  const { run_id: run, run_date: date } = link;
  const incomplete = link.incomplete ?? requested;
  if (builder.open.length && !incomplete)
    throw new Error(
      `run ${run} has sequence number ${link.sequence}, but commits that it should be sealed with are gone: ${builder.open.map(({ id }) => id).join(", ")}`,
    );
  const key = signer && (await signer.key());
  const replaces = key && (await replacedBy(sealing, key, last?.manifest.signing_key));
  const { manifest, text } = builder.seal({
    link: { ...link, incomplete },
    previous: last ? linkTo(last) : null,
    signingKey: key ? { ...named(key), ...(replaces ? { replaces } : {}) } : null,
    attestation: key ? STATEMENT : undefined,
    bundleSha256,
    claimedAsComplete: !link.incomplete,
  });
  if (await store.writeManifest(run, date, text)) return { manifest, bytes: Buffer.from(text), built: text };
  const existing = await store.readManifest(run, date);
  if (!existing) throw new Error(`the manifest of run ${run} was written and is not there`);
  return { ...existing, built: text };
}

/** How a manifest names the key that signs it. */
const named = ({ arn, sha256: hash, holder }: SigningKey): NonNullable<Manifest["signing_key"]> => ({
  ...(arn ? { arn } : {}),
  sha256: hash,
  algorithm: "ECDSA_SHA_256",
  holder,
});

/** The key that the run before names, where both keys can sign that another takes its place. */
async function replacedBy(
  { signerBefore }: Sealing,
  key: SigningKey,
  last: Manifest["signing_key"] | undefined,
): Promise<string | undefined> {
  if (!last || last.sha256 === key.sha256) return undefined;
  return (await signerBefore?.key())?.sha256 === last.sha256 ? last.sha256 : undefined;
}

/** The run before a sequence number, with its manifest and its signature; undefined before the first. */
async function before(store: RunStore, sequence: number): Promise<Standing | undefined> {
  if (sequence === 1) return undefined;
  const link = await store.chainLink(sequence - 1);
  const found = link && (await store.readManifest(link.run_id, link.run_date));
  if (!found) throw new Error(`sequence number ${sequence - 1} of the chain has no manifest`);
  return { ...found, signature: await store.readSignature(link.run_id, link.run_date) };
}

/** How the manifest after it names this one. */
function linkTo({ manifest, bytes, signature }: Standing): NonNullable<Manifest["previous"]> {
  const { run_id, run_date } = manifest;
  const signature_sha256 = signature ? sha256(signature) : null;
  return { run_id, run_date, manifest_sha256: sha256(bytes), signature_sha256 };
}

/**
 * Signs a manifest that stands, unless it is signed. One that another sealer left is built once more first: what the
 * commits do not say is not signed, whoever has put it there.
 */
async function sign(sealing: Sealing, standing: Standing): Promise<Standing> {
  const { store } = sealing;
  const { manifest, bytes, built } = standing;
  const { run_id: run, run_date: date, signing_key } = manifest;
  if (!sealing.signer || !signing_key) return standing;
  const signature = await store.readSignature(run, date);
  if (signature) return { ...standing, signature };
  const signer = await signerOf(sealing, signing_key.sha256);
  const key = await (signer ?? sealing.signer).key();
  if (!signer)
    throw new Error(
      `the manifest of run ${run} is to be signed by ${signing_key.arn ?? signing_key.sha256}, not by ${key.arn ?? key.sha256}`,
    );
  const text = Buffer.from(bytes).toString("utf8");
  const last = text === built ? undefined : await before(store, manifest.sequence);
  if (text !== built && !isSameManifest(await rebuilt(store, manifest, last), { manifest, text }))
    throw new Error(`the manifest of run ${run} is not what the run's plan and commits say: it is not signed`);
  if (signing_key.replaces) await writeKeyHandOver(sealing, manifest, last ?? (await before(store, manifest.sequence)));
  const attested = async () => {
    if (manifest.attestation)
      await store.writeAttestation(run, date, await attest(manifest, bytes, key.sha256, signer));
  };
  const [answer] = await Promise.all([signer.sign(bytes), attested(), store.writePublicKey(key.sha256, key.pem)]);
  const signed = withLowS(answer);
  // The last of all: where it stands, nothing of the seal is to come.
  // Another sealer may have been first: what stands is what the next manifest names.
  if (await store.writeSignature(run, date, signed)) return { ...standing, signature: signed };
  return { ...standing, signature: await store.readSignature(run, date) };
}

/** Has both keys sign that one takes the other's place. @throws Error where the run before names another key */
async function writeKeyHandOver(sealing: Sealing, manifest: Manifest, last: Standing | undefined): Promise<void> {
  const { run_id: run, sequence, signing_key } = manifest;
  const { signer, signerBefore, store } = sealing;
  const replaced = signing_key?.replaces;
  const isFromLast = replaced === last?.manifest.signing_key?.sha256;
  if (!isFromLast || !last || !signer || !signerBefore || (await signerBefore.key()).sha256 !== replaced)
    throw new Error(
      `the manifest of run ${run} says that its key replaces ${replaced}, which ${isFromLast ? "cannot sign here any more: pulumi config set previousSigningKeyArn to the ARN of that key" : "did not sign the run before it: it is not signed"}`,
    );
  const previousManifestSha256 = sha256(last.bytes);
  await store.writeKeyHandOver(sequence, await handOverKey(signerBefore, signer, { sequence, previousManifestSha256 }));
}

/** The manifest once more, from the plan and the commits that it names. */
async function rebuilt(store: RunStore, manifest: Manifest, last: Standing | undefined): Promise<{ text: string }> {
  const { run_id, run_date } = manifest;
  const committed = new Set(manifest.tasks.map(({ task }) => task));
  const builder = await read(store, run_date, await store.readPlan(run_id, run_date), committed);
  const previous = last ? linkTo(last) : null;
  // It is signed by now although it was not when this manifest was built.
  const unsignedThen = previous && manifest.previous && !manifest.previous.signature_sha256;
  return builder.seal({ ...sealOf(manifest), previous: unsignedThen ? notSigned(previous, manifest) : previous });
}

const notSigned = (
  { run_id, run_date, manifest_sha256 }: NonNullable<Manifest["previous"]>,
  { format }: Manifest,
): Manifest["previous"] => ({
  run_id,
  run_date,
  manifest_sha256,
  ...(format === MANIFEST_FORMAT ? { signature_sha256: null } : {}),
});

/** The plan of a run, and whether the marks say that every task of it is finished. The commits prove it. */
interface Progress {
  plan: Plan;
  bytes: Uint8Array;
  finished: boolean;
}

async function progressOf(store: RunStore, run: string, date: string): Promise<Progress> {
  const [planned, groups] = await Promise.all([store.readPlan(run, date), store.finishedGroups(run, date)]);
  return { ...planned, finished: groups >= (planned.plan.tasks[0]?.group.of ?? 0) };
}

/** Reads a run's commits, planned task by planned task. @param only tasks to look at; every one by default */
async function read(
  store: RunStore,
  date: string,
  { plan, bytes }: { plan: Plan; bytes: Uint8Array },
  only?: ReadonlySet<string>,
): Promise<ManifestBuilder> {
  const { run_id: run } = plan;
  const builder = new ManifestBuilder(plan, bytes);
  for (let start = 0; start < plan.tasks.length; start += READS_AT_ONCE) {
    const summaries = plan.tasks.slice(start, start + READS_AT_ONCE).map((task) => {
      const readCommit = async (id: string) => (only && !only.has(id) ? undefined : store.readCommit(run, date, id));
      return summarizeTask(run, date, task, readCommit);
    });
    for (const summary of await Promise.all(summaries)) builder.add(summary);
  }
  return builder;
}
