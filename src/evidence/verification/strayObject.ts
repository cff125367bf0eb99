import type { X509Certificate } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { tookFrom } from "../durations.ts";
import * as layout from "../layout.ts";
import { Plan } from "../plan.ts";
import { PUBLIC_KEY_AT_MOST, publicKeyNamed } from "../publicKeys.ts";
import { SealLease } from "../sealLeaseRecord.ts";
import type { EvidenceSource, Listed } from "../source.ts";
import { readTimestamp } from "../timestamp.ts";
import { signerOfTimestamp } from "../timestampSignature.ts";
import { linkTexts, readLink, type StandingLink } from "./chainLinks.ts";
import { parseDocument, readBounded } from "./document.ts";
import type { Findings } from "./finding.ts";
import { isOwn, readSeal, type SealRecord } from "./sealRecord.ts";

/** What decides about objects of a run that no seal names. */
export type RunState =
  | {
      is: "sealed";
      record: SealRecord;
      missing: ReadonlySet<string>;
      /** Tasks whose commit is not as sealed: what they wrote cannot be told. */
      broken: ReadonlySet<string>;
      /** Which attempt counts, by task: read when it is asked for. */
      attempts: () => Promise<ReadonlyMap<string, string>>;
    }
  /** Its manifest is not as sealed, so that nothing below it can be told. */
  | { is: "unjudged" }
  /** It has no manifest. */
  | { is: "open"; date: string };

/** A time stamp that is of its run's manifest. */
export interface Stamped {
  run_id: string;
  /** Host of the authority, as the stamp's name says it. */
  authority: string;
  /** By the authority's clock (ISO 8601). */
  time: string;
  /** Subject of the certificate that signed it, which leads to one that was given; undefined: not checked. */
  signed_by?: string;
}

/** What of a copy no seal covers: derived, or of use to the system alone. By the first part of their keys. */
export type Outside = Record<string, number>;

export interface Strays {
  source: EvidenceSource;
  say: Findings;
  runs: Map<string, RunState>;
  /** By sequence number, of the runs that are verified. */
  sequences: Set<number>;
  last: number;
  /** Sequence numbers from which on a key signs that replaces another; also those of which nothing can be told. */
  handedOver: ReadonlySet<number>;
  /** Fingerprints that manifests name. */
  keys: ReadonlySet<string>;
  /** Whether a key may be one that a manifest named which is not as sealed. */
  isKeyUnsure: boolean;
  outside: Outside;
  /** Takes the time stamps that are of their manifests. */
  timestamps: Stamped[];
  /** Certificates of time-stamp authorities, or of those that certify them; undefined: who signed is not checked. */
  timestampAuthorities: readonly X509Certificate[] | undefined;
  /** Runs that have lost their manifest, which is told once. */
  stranded: Set<string>;
  /** Objects that could not be told, by run. */
  unjudged: Map<string, number>;
}

const count = (strays: Strays, key: string): void => {
  const name = `${key.split("/")[0]}/`;
  strays.outside[name] = (strays.outside[name] ?? 0) + 1;
};

const unknownName = (bytes: number) => `${bytes} bytes under a name that the system does not use`;

/** An object that no seal names: what is it, by its key? Each is named, counted as outside of the seal, or belongs. */
export async function checkStray(strays: Strays, { key, bytes }: Listed): Promise<void> {
  const evidence = layout.evidenceObjectOf(key);
  if (evidence)
    return ofRun(strays, key, bytes, evidence, async (run) => strayEvidence(strays, key, bytes, evidence, run));
  const document = layout.runDocumentOf(key);
  if (document) return strayDocument(strays, key, bytes, document);
  const sequence = layout.sequenceOf(key);
  if (sequence !== undefined) return strayLink(strays, key, sequence);
  const fingerprint = layout.fingerprintOfKey(key);
  if (fingerprint) return strayKey(strays, key, fingerprint);
  const handedOver = layout.sequenceOfHandOver(key);
  if (handedOver !== undefined) return strayHandOver(strays, key, handedOver);
  return strayOutside(strays, key, bytes);
}

type Sealed = Extract<RunState, { is: "sealed" }>;

/** Looks at an object of a run that is sealed; of other runs all is told by the run. */
async function ofRun(
  strays: Strays,
  key: string,
  bytes: number,
  { run, date }: { run: string; date: string },
  check: (run: Sealed) => Promise<void>,
): Promise<void> {
  const { say, runs, unjudged, source } = strays;
  const state = runs.get(run);
  if (state?.is === "unjudged") {
    unjudged.set(run, (unjudged.get(run) ?? 0) + 1);
    return;
  }
  if (state?.is === "sealed" && state.record.date === date) return check(state);
  if (state?.is === "open" && state.date === date) return;
  if (!state && source.unreadable?.has(layout.manifestKey(run, date))) {
    runs.set(run, { is: "unjudged" });
    unjudged.set(run, 1);
    return;
  }
  if (!state && (await isPlanned(source, run, date))) {
    runs.set(run, { is: "open", date });
    say.notice("unsealed", key, `run ${run} is not sealed: nothing of it is evidence yet`);
    return;
  }
  say.violation("added", key, `${bytes} bytes of a run that was not planned`);
}

/** Bytes of a plan: as many as of a manifest. */
const PLAN_AT_MOST = 256 * 1024 * 1024;

/** Whether a run was planned on a day. One whose plan cannot be read is not said to be a run that nobody planned. */
export async function isPlanned(source: EvidenceSource, run: string, date: string): Promise<boolean> {
  const key = layout.planKey(run, date);
  const content = await readBounded(source, key, PLAN_AT_MOST);
  if (source.unreadable?.has(key)) return true;
  const plan = "bytes" in content ? parseDocument(content.bytes, Plan) : undefined;
  return (
    plan !== undefined && "value" in plan && plan.value.run_id === run && layout.runDate(plan.value.started_at) === date
  );
}

async function strayEvidence(
  { say, unjudged }: Strays,
  key: string,
  bytes: number,
  { run, task, attempt }: { run: string; task: string; attempt: string },
  { broken, missing, attempts }: Sealed,
): Promise<void> {
  if (broken.has(task)) {
    unjudged.set(run, (unjudged.get(run) ?? 0) + 1);
    return;
  }
  const committed = (await attempts()).get(task);
  if (committed && committed !== attempt)
    say.notice("uncommitted", key, `of attempt ${attempt}; ${committed} is the one that counts`);
  else if (isOf(missing, task))
    say.notice("late", key, "of a task that had not committed when the run was sealed as incomplete");
  else say.violation("added", key, `${bytes} bytes that no commit of run ${run} names`);
}

/** Whether a task is one of some, or one that they have handed over to. */
const isOf = (tasks: ReadonlySet<string>, task: string): boolean =>
  [...tasks].some((each) => task === each || task.startsWith(`${each}.`));

async function strayDocument(
  strays: Strays,
  key: string,
  bytes: number,
  document: { run: string; date: string; name: string },
): Promise<void> {
  const { source, say, runs } = strays;
  const { run, date, name } = document;
  if (!layout.isRunDocument(name)) return say.violation("added", key, unknownName(bytes));
  const state = runs.get(run);
  const isSeal = layout.isSeal(name);
  if (isSeal && state?.is === "sealed" && state.record.date === date) return;
  if (isSeal && state?.is === "unjudged") return;
  if (isSeal) return strandedSeal(strays, key, { run, date }, bytes);
  const authority = layout.hostOfTimestamp(name);
  if (authority !== undefined) {
    count(strays, "timestamps/");
    return ofRun(strays, key, bytes, document, ({ record }) => strayTimestamp(strays, key, authority, record));
  }
  if (layout.isMark(name)) {
    if (!(await isMarkOfSystem(source, key, name)))
      return say.violation("altered", key, "it is a mark of the run's functions, and not as they write it");
    count(strays, "marks/");
  }
  return ofRun(strays, key, bytes, document, async ({ missing, attempts }) => {
    const task = layout.taskOfMark(name) ?? layout.taskOfOutcome(name);
    if (layout.isMark(name)) {
      if (task === undefined || (await attempts()).has(task) || isOf(missing, task)) return;
      say.violation("added", key, `it is of a task that run ${run} does not have`);
    } else if (task && isOf(missing, task))
      say.notice("late", key, "the task committed after the run was sealed as incomplete");
    else say.violation("added", key, `${bytes} bytes that the manifest of run ${run} does not name`);
  });
}

const TIMESTAMP_AT_MOST = 65_536;

/** Milliseconds that the clocks of an authority and of the sealer may differ. */
const CLOCKS_DIFFER_AT_MOST = 300_000;

/** A time stamp of a manifest: of these bytes, not before they were sealed, and signed by whom it has to be. */
async function strayTimestamp(
  { source, say, timestamps, timestampAuthorities }: Strays,
  key: string,
  authority: string,
  { run, sha256: manifest, seal }: SealRecord,
): Promise<void> {
  const content = await readBounded(source, key, TIMESTAMP_AT_MOST);
  try {
    const bytes = "bytes" in content ? content.bytes : Buffer.alloc(0);
    const { sha256, time } = readTimestamp(bytes);
    if (sha256 !== manifest) throw new Error("it is of other bytes than the manifest's");
    const signer = timestampAuthorities && signerOfTimestamp(bytes, timestampAuthorities, time);
    timestamps.push({ run_id: run, authority, time: time.toISOString(), ...(signer && { signed_by: signer }) });
    if (seal && time.getTime() < Date.parse(seal.sealed_at) - CLOCKS_DIFFER_AT_MOST)
      say.notice(
        "timestamp",
        key,
        `it says ${time.toISOString()}, and the manifest that it was sealed at ${seal.sealed_at}`,
      );
  } catch (error) {
    say.notice("timestamp", key, `it says nothing of the manifest: ${(error as Error).message}`);
  }
}

/** Marks say nothing by what they hold, and a hold who has it. */
async function isMarkOfSystem(source: EvidenceSource, key: string, name: string): Promise<boolean> {
  const content = await readBounded(source, key, 4096);
  if (!("bytes" in content)) return false;
  const text = content.bytes.toString("utf8");
  if (!name.startsWith("sealing/")) return text === "{}";
  const lease = parseDocument(content.bytes, SealLease);
  return "value" in lease && JSON.stringify(JSON.parse(text)) === text && Object.keys(JSON.parse(text)).length === 2;
}

/** A manifest or a signature of a run that had no manifest when the runs were read. */
async function strandedSeal(
  { source, say, last, stranded }: Strays,
  key: string,
  { run, date }: { run: string; date: string },
  bytes: number,
): Promise<void> {
  const record = await readSeal(source, async () => undefined, { run, date });
  if (!record) {
    if (stranded.has(run)) return;
    stranded.add(run);
    const manifest = layout.manifestKey(run, date);
    say.violation(
      "missing",
      manifest,
      key === manifest ? "there is no file that can be read" : `there is ${key}, which is of it`,
    );
    return;
  }
  const sequence = record.seal?.sequence ?? 0;
  const link = sequence > last && isOwn(record) ? await readLink(source, sequence) : undefined;
  if (link && linkTexts(record).includes(link.text))
    say.notice(
      "unsealed",
      key,
      `run ${run} was sealed while the others were being verified: verify again to have it in`,
    );
  else say.violation("added", key, `${bytes} bytes of a run that has no sequence number in the chain`);
}

/** Whether the run of a link has the manifest of it by now: it was sealed while the others were being verified. */
async function isSealedSince(source: EvidenceSource, standing: StandingLink | undefined): Promise<boolean> {
  if (!standing?.link) return false;
  const { run_id: run, run_date: date } = standing.link;
  const record = await readSeal(source, async () => undefined, { run, date });
  return record !== undefined && linkTexts(record).includes(standing.text);
}

/** A link that no run which is verified has. */
async function strayLink({ source, say, runs, sequences, last }: Strays, key: string, sequence: number): Promise<void> {
  if (sequences.has(sequence)) return;
  const standing: StandingLink | undefined = await readLink(source, sequence);
  const link = standing?.link;
  const state = link && runs.get(link.run_id);
  if (link && source.unreadable?.has(layout.manifestKey(link.run_id, link.run_date))) return;
  if (
    link &&
    state?.is !== "sealed" &&
    state?.is !== "unjudged" &&
    sequence > last &&
    (await isPlanned(source, link.run_id, link.run_date))
  ) {
    if (await isSealedSince(source, standing)) return;
    if (sequence === last + 1)
      return say.notice("unsealed", key, `run ${link.run_id} is being sealed: its manifest is not there yet`);
  }
  if (sequence <= last && sequence > 0) {
    say.violation("altered", key, `it is not the link of the run with sequence number ${sequence}`);
    return;
  }
  say.violation("added", key, `no run has sequence number ${sequence}`);
}

/** Whether a run that was sealed while the others were being verified names a key. */
async function isNamedSince(source: EvidenceSource, fingerprint: string, last: number): Promise<boolean> {
  for (let sequence = last + 1; ; sequence++) {
    const link = (await readLink(source, sequence))?.link;
    if (!link) return false;
    const record = await readSeal(source, async () => undefined, { run: link.run_id, date: link.run_date });
    if (record?.seal?.signing_key?.sha256 === fingerprint) return true;
  }
}

async function strayKey(
  { source, say, keys, isKeyUnsure, last }: Strays,
  key: string,
  fingerprint: string,
): Promise<void> {
  const content = await readBounded(source, key, PUBLIC_KEY_AT_MOST);
  const fits = "bytes" in content && publicKeyNamed(fingerprint, content.bytes) !== undefined;
  const isNamed = keys.has(fingerprint) || isKeyUnsure || (await isNamedSince(source, fingerprint, last));
  if (!isNamed) say.violation("added", key, "a public key that no manifest names");
  else if (!fits) say.violation("altered", key, "it is not the public key that its name is the SHA-256 of");
}

/** The record of a change of key: it stands before its run's signature, and after the manifest. */
async function strayHandOver(strays: Strays, key: string, sequence: number): Promise<void> {
  const { source, say, runs, sequences, handedOver } = strays;
  const mayBeHidden = !sequences.has(sequence) && source.unreadable?.hidesManifests;
  if (handedOver.has(sequence) || mayBeHidden) return;
  const standing = sequences.has(sequence) ? undefined : await readLink(source, sequence);
  const link = standing?.link;
  const state = link && runs.get(link.run_id);
  if (!link || state?.is === "sealed" || !(await isPlanned(source, link.run_id, link.run_date)))
    return say.violation("added", key, "no manifest says that the key changes there");
  if (state?.is === "unjudged" || (await isSealedSince(source, standing))) return;
  const manifest = layout.manifestKey(link.run_id, link.run_date);
  say.violation("missing", manifest, `there is ${key}, which is written after it`);
  runs.set(link.run_id, { is: "unjudged" });
  sequences.add(sequence);
}

/** @throws Error where it is not what the sealer writes */
function hintFrom(bytes: Uint8Array): void {
  tookFrom(bytes);
  const text = Buffer.from(bytes).toString("utf8");
  if (JSON.stringify(JSON.parse(text)) !== text) throw new Error("it is written otherwise");
}

const UNPACKED_AT_MOST = 256 * 1024 * 1024;

/** What lies outside of the seal under a name that the system uses. */
async function strayOutside(strays: Strays, key: string, bytes: number): Promise<void> {
  const { source, say, runs } = strays;
  const table = layout.tableFileOf(key);
  if (table) {
    const state = runs.get(table.run);
    const sealed = state?.is === "sealed" ? undefined : await readSeal(source, async () => undefined, table);
    const isSince = sealed && (await isSealedSince(source, await readLink(source, sealed.seal?.sequence ?? 0)));
    if (isSince) return count(strays, key);
    if (state?.is === "open") {
      say.violation(
        "missing",
        layout.manifestKey(table.run, state.date),
        `there is ${key}, and tables are made of sealed runs alone`,
      );
      runs.set(table.run, { is: "unjudged" });
    } else if (!state && !source.unreadable?.hidesManifests)
      return say.violation("added", key, `it is a table of run ${table.run}, which is not sealed`);
  } else if (key === layout.DURATIONS_KEY) {
    if (!(await reads(source, key, hintFrom)))
      return say.violation("altered", key, "it is no hint as the sealer writes it");
  } else if (key === layout.NOTIFICATION_STATE_KEY) {
    const parse = (content: Uint8Array) =>
      JSON.parse(gunzipSync(content, { maxOutputLength: UNPACKED_AT_MOST }).toString());
    if (!(await reads(source, key, parse))) return say.violation("altered", key, "it is not gzipped JSON");
  } else if (!layout.isOutside(key)) return say.violation("added", key, unknownName(bytes));
  count(strays, key);
}

async function reads(source: EvidenceSource, key: string, parse: (bytes: Uint8Array) => unknown): Promise<boolean> {
  const content = await readBounded(source, key, UNPACKED_AT_MOST);
  if (!("bytes" in content)) return false;
  try {
    parse(content.bytes);
    return true;
  } catch {
    return false;
  }
}
