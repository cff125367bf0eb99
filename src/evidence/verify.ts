import type { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Head } from "./head.ts";
import * as layout from "./layout.ts";
import { alongHandOvers, type TrustedKeys } from "./publicKeys.ts";
import { SortedSpool } from "./sortedSpool.ts";
import type { EvidenceSource, Listed } from "./source.ts";
import { checkAccounts } from "./verification/accounts.ts";
import { checkPlaced, type Placed, placeSeals, trustOf } from "./verification/chain.ts";
import { readLink, readLinks, type StandingLink } from "./verification/chainLinks.ts";
import type { Findings, Notice, Violation } from "./verification/finding.ts";
import { type HandOvers, lacksRecord, readHandOvers, signedByBoth } from "./verification/handOvers.ts";
import { checkObjects, spoolLine } from "./verification/objects.ts";
import { readContents } from "./verification/runContents.ts";
import { manifestAgain, type RunName, readSeal, runsIn, type SealRecord } from "./verification/sealRecord.ts";
import { checkStray, isPlanned, type RunState, type Stamped, type Strays } from "./verification/strayObject.ts";
import { readableParts, Unreadable } from "./verification/unreadable.ts";
import { checkWitnessed, type GivenWitness, readCosigned, type Witnessed } from "./verification/witnessed.ts";

import type { ManifestHashes } from "./witness/checkpoint.ts";

export type { Head } from "./head.ts";
export type { Notice, Violation } from "./verification/finding.ts";

/** Whose signatures the sealed runs bear. */
export interface Signatures {
  /** By the deployment's key, and it fits. */
  deployment: number;
  /** By a desk's key, and it fits. */
  desk: number;
  /** Not signed, or not yet. */
  none: number;
  /** There is a signature, and it does not fit or cannot be checked. */
  misfit: number;
}

/** A key that has signed, and the sequence numbers of the runs it signed first and last. */
export interface SigningRange {
  sha256: string;
  from: number;
  to: number;
}

export interface Verdict {
  /**
   * - `verified`: as sealed, and each seal is signed by a key that was given by another way than the evidence
   * - `consistent`: nothing contradicts anything, but who sealed it is not shown for all of it
   * - `violated`: something is not as it was sealed, and is named
   */
  level: "verified" | "consistent" | "violated";
  /** Where the keys came from that signatures were checked with. */
  key_source: "given" | "beside the evidence";
  /** Keys whose signatures fit. */
  keys: SigningRange[];
  signatures: Signatures;
  runs: number;
  objects: number;
  items: number;
  bytes: number;
  violations: number;
  notices: Partial<Record<Notice["kind"], number>>;
  /** Objects that no seal covers, by the first part of their keys: derived, or of use to the system alone. */
  outside: Record<string, number>;
  /** Time stamps that are of their manifests. */
  timestamps: Stamped[];
  /** How far the given witness has seen the chain. */
  witness?: Witnessed | undefined;
  /** The newest sealed run and its manifest's hash: keep it, and a later copy must still contain it. */
  head: Required<Head> | undefined;
}

export interface Verification {
  source: EvidenceSource;
  keys: TrustedKeys;
  /** One run, or every run with the whole chain. */
  run: RunName | "all";
  /** The newest run as an earlier verification told it: the chain must still contain it. Only with every run. */
  head?: Head | undefined;
  /** Somebody outside who has cosigned the chain's checkpoints. Only with every run. */
  witness?: GivenWitness | undefined;
  /** Certificates that those of time-stamp authorities must lead to; undefined: who stamped is not checked. */
  timestampAuthorities?: readonly X509Certificate[] | undefined;
  violation: (violation: Violation) => void;
  notice: (notice: Notice) => void;
  progress?: (checked: number, key: string) => void;
}

/** Nothing could be verified: there is no sealed run. */
export class NothingToVerify extends Error {}

/** Runs whose attempts are kept to be asked again: what no seal names lies together by type, day and run. */
const RUNS_KEPT = 8;

/**
 * Checks evidence against its seals: signatures, the chain, hashes, sizes, item counts and the sums of outcomes, and
 * names each object that is not as sealed. Whatever one file holds or is called, the others are checked all the same.
 * What a run is sealed with goes into sorted files and is merged with the listing, so that memory does not grow with
 * the number of objects.
 * @throws NothingToVerify
 */
export async function verify(verification: Verification): Promise<Verdict> {
  const scratch = await mkdtemp(join(tmpdir(), "itaudit-verify-"));
  try {
    return await new Verifier(verification, scratch).verify();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

class Verifier {
  private readonly expected: SortedSpool;
  private readonly verdict: Verdict;
  private readonly runs = new Map<string, RunState>();
  private readonly placed = new Map<number, Placed>();
  /** Sequence numbers of links whose runs have lost their manifests. */
  private readonly stranded = new Set<number>();
  private readonly attempts = new Map<string, ReadonlyMap<string, string>>();
  private readonly say: Findings;
  private keys: TrustedKeys;
  private handOvers: HandOvers = new Map();
  private readonly source: EvidenceSource;
  private readonly unreadable: Unreadable;

  constructor(
    private readonly to: Verification,
    scratch: string,
  ) {
    this.expected = new SortedSpool(scratch, "expected");
    this.keys = to.keys;
    this.verdict = {
      level: "verified",
      key_source: to.keys.fromEvidence ? "beside the evidence" : "given",
      keys: [],
      signatures: { deployment: 0, desk: 0, none: 0, misfit: 0 },
      runs: 0,
      objects: 0,
      items: 0,
      bytes: 0,
      violations: 0,
      notices: {},
      outside: {},
      timestamps: [],
      head: undefined,
    };
    const notice = (kind: Notice["kind"], key: string, problem: string) => {
      this.verdict.notices[kind] = (this.verdict.notices[kind] ?? 0) + 1;
      to.notice({ kind, key, problem });
    };
    this.unreadable = new Unreadable(notice);
    this.source = readableParts(to.source, this.unreadable);
    this.say = {
      violation: (kind, key, problem) => {
        if (this.unreadable.explains(kind, key)) return;
        this.verdict.violations += 1;
        to.violation({ kind, key, problem });
      },
      notice: (kind, key, problem) => {
        if (!this.unreadable.explains(kind, key)) notice(kind, key, problem);
      },
    };
  }

  async verify(): Promise<Verdict> {
    const { source } = this;
    const { run, head, witness } = this.to;
    const cosigned = witness && (await readCosigned(source, witness, this.say));
    this.handOvers = await readHandOvers(source);
    this.keys = await alongHandOvers(this.to.keys, signedByBoth(this.handOvers));
    const records = run === "all" ? await this.everySeal() : await this.oneSeal(run);
    const links = run === "all" ? await readLinks(source) : new Map<number, StandingLink>();
    if (!records.length && this.unreadable.first && !links.size) throw this.unreadable.first;
    if (!records.length && !links.size && !head && !witness?.checkpoints.length)
      throw new NothingToVerify(
        run === "all" ? `${source.name} holds no sealed run` : `${source.name} holds no manifest of run ${run.run}`,
      );
    const chain = await this.place(records, links, run === "all" ? undefined : run);
    await this.checkChain(chain, links, run === "all" ? undefined : run);
    if (head) this.checkHead(head);
    if (cosigned) this.verdict.witness = checkWitnessed(cosigned, this.manifests(), this.say);
    await this.checkObjects();
    return this.judged();
  }

  private async everySeal(): Promise<SealRecord[]> {
    const records = new Map<string, SealRecord>();
    const unfinished = new Map<string, RunName>();
    /** Whether a run that was not sealed and signed when it was read has come further. */
    const goesOn = async (name: RunName): Promise<boolean> => {
      const path = layout.runPrefix(name.run, name.date);
      const before = records.get(path);
      const record = await this.sealOf(name);
      if (record) records.set(path, record);
      if (record && record.signature.state !== "absent") unfinished.delete(path);
      else unfinished.set(path, name);
      return before?.sha256 !== record?.sha256 || before?.signature.sha256 !== record?.signature.sha256;
    };
    let isGrowing = true;
    while (isGrowing) {
      for await (const name of runsIn(this.source)) {
        const path = layout.runPrefix(name.run, name.date);
        if (!records.has(path) || unfinished.has(path)) await goesOn(name);
      }
      // What was sealed meanwhile may follow a run that was not sealed yet when it was read.
      isGrowing = false;
      for (const name of [...unfinished.values()]) isGrowing = (await goesOn(name)) || isGrowing;
    }
    return [...records.values()];
  }

  /** A run's seal. The record of a change of its key may have been written after the others were read. */
  private async sealOf(name: RunName): Promise<SealRecord | undefined> {
    const record = await readSeal(this.source, this.keys, name);
    const { sequence, signing_key } = record?.seal ?? {};
    if (sequence === undefined || !signing_key?.replaces || this.handOvers.has(sequence)) return record;
    this.handOvers = await readHandOvers(this.source);
    if (!this.handOvers.has(sequence)) return record;
    this.keys = await alongHandOvers(this.to.keys, signedByBoth(this.handOvers));
    return readSeal(this.source, this.keys, name);
  }

  /** One run, and the manifest that it follows. */
  private async oneSeal(run: RunName): Promise<SealRecord[]> {
    const { source } = this;
    const record = await this.sealOf(run);
    const previous = record?.seal?.previous;
    const before = previous && (await readSeal(source, this.keys, { run: previous.run_id, date: previous.run_date }));
    return [...(record ? [record] : []), ...(before ? [before] : [])];
  }

  /** Puts the runs into the order of the chain, the newest first, and decides how far each is believed. */
  private async place(
    records: SealRecord[],
    links: Map<number, StandingLink>,
    only: RunName | undefined,
  ): Promise<Placed[]> {
    const sequences = placeSeals(records, links);
    const chain: Placed[] = [];
    for (const [sequence, record] of [...sequences].sort(([a], [b]) => b - a)) {
      const isRead = record.seal && (!only || record.run === only.run);
      const expect = (expected: Parameters<typeof spoolLine>[0]) => this.expected.add(spoolLine(expected));
      const contents = isRead ? await readContents(this.source, record, expect) : undefined;
      const neighbours = {
        next: this.placed.get(sequence + 1),
        before: sequences.get(sequence - 1),
        link: links.get(sequence),
        handOvers: this.handOvers,
      };
      const placed: Placed = { sequence, record, contents, ...trustOf({ sequence, record, contents }, neighbours) };
      this.placed.set(sequence, placed);
      chain.push(placed);
      if (isRead || record.problem) this.runs.set(record.run, this.stateOf(placed));
    }
    await this.unplaced(records, new Set(sequences.values()));
    return chain.reverse();
  }

  private stateOf({ record, trust, contents }: Placed): RunState {
    if (trust === "altered" || !record.seal || !contents) return { is: "unjudged" };
    const missing = new Set(record.seal.missing);
    return { is: "sealed", record, missing, broken: contents.broken, attempts: () => this.attemptsOf(record) };
  }

  /** Manifests without a sequence number: what is below one that nobody planned is told object by object. */
  private async unplaced(records: readonly SealRecord[], placed: ReadonlySet<SealRecord>): Promise<void> {
    for (const record of records) {
      const { run, date, problem } = record;
      if (placed.has(record) || !(await isPlanned(this.source, run, date))) continue;
      this.runs.set(run, { is: "unjudged" });
      const key = layout.manifestKey(run, date);
      if (problem) this.say.violation("malformed", key, problem);
      else this.say.violation("chain", key, "the run has a manifest, and no sequence number in the chain");
    }
  }

  private async checkChain(
    chain: readonly Placed[],
    links: ReadonlyMap<number, StandingLink>,
    only: RunName | undefined,
  ): Promise<void> {
    const unfollowed = new Set(
      chain.flatMap(({ record, sequence, trust }) =>
        trust !== "altered" && lacksRecord(record, sequence, this.handOvers)
          ? (record.seal?.signing_key?.sha256 ?? [])
          : [],
      ),
    );
    let expected = 1;
    for (const placed of chain) {
      const { sequence, record, trust, contents } = placed;
      if (only && record.run !== only.run) continue;
      if (!only && sequence > expected) await this.checkGap(expected, sequence - 1, links);
      expected = sequence + 1;
      const link = only ? await readLink(this.source, sequence) : links.get(sequence);
      const before = this.placed.get(sequence - 1);
      const next = this.placed.get(sequence + 1);
      checkPlaced(placed, { before, next, link, handOvers: this.handOvers, unfollowed }, this.say);
      if (trust === "altered" || !record.seal) continue;
      this.verdict.runs += 1;
      this.countSignature(placed);
      this.verdict.head = { sequence, run_id: record.run, manifest_sha256: record.sha256 };
      if (contents) await checkAccounts(this.source, record, contents, this.say);
      for (const { kind, key, problem } of contents?.violations ?? []) this.say.violation(kind, key, problem);
      if (contents && contents.committedAt > record.seal.sealed_at)
        this.say.notice(
          "time",
          layout.manifestKey(record.run, record.date),
          `it says that it was sealed at ${record.seal.sealed_at}, and a task committed at ${contents.committedAt}`,
        );
    }
  }

  /** Sequence numbers of which no manifest is there: a run that its link names, or nothing. */
  private async checkGap(from: number, to: number, links: ReadonlyMap<number, StandingLink>): Promise<void> {
    let start = from;
    const gap = (end: number) => {
      if (start > end) return;
      const which = start === end ? `sequence number ${start} is` : `sequence numbers ${start} to ${end} are`;
      this.say.violation("chain", layout.chainKey(start), `${which} missing in the chain`);
    };
    const standing = [...links.values()].filter(({ sequence }) => sequence >= from && sequence <= to);
    for (const { sequence, link } of standing.sort((a, b) => a.sequence - b.sequence)) {
      if (!link || this.runs.has(link.run_id)) continue;
      gap(sequence - 1);
      start = sequence + 1;
      this.stranded.add(sequence);
      this.runs.set(link.run_id, { is: "unjudged" });
      const key = layout.manifestKey(link.run_id, link.run_date);
      this.say.violation(
        "missing",
        key,
        `run ${link.run_id} has sequence number ${sequence}, and its manifest is not there`,
      );
    }
    gap(to);
  }

  private countSignature({ sequence, record }: Placed): void {
    const { signatures, keys } = this.verdict;
    const { state } = record.signature;
    const named = record.seal?.signing_key;
    if (state === "fits" && named) {
      signatures[named.holder ?? "deployment"] += 1;
      const last = keys.at(-1);
      if (last?.sha256 === named.sha256) last.to = sequence;
      else keys.push({ sha256: named.sha256, from: sequence, to: sequence });
    } else signatures[state === "absent" || state === "none" ? "none" : "misfit"] += 1;
  }

  private manifests(): ManifestHashes {
    const hashes: string[] = [];
    for (let next = this.placed.get(1); next?.record.sha256; next = this.placed.get(hashes.length + 1))
      hashes.push(next.record.sha256);
    return { hashes, last: Math.max(0, ...this.placed.keys()), areAllKnown: !this.unreadable.hidesManifests };
  }

  /** An earlier verification saw a run at the end of the chain, which must still contain it. */
  private checkHead({ sequence, run_id, manifest_sha256 }: Head): void {
    for (const { record, trust } of this.placed.values())
      if (trust !== "altered" && record.sha256 === manifest_sha256) return;
    // It may be one that cannot be read.
    if (this.unreadable.hidesManifests && (sequence === undefined || !this.placed.has(sequence))) return;
    const newest = this.verdict.head;
    const which = run_id ? `run ${run_id}` : "the run";
    const where = sequence === undefined ? "" : ` with sequence number ${sequence}`;
    this.say.violation(
      "rollback",
      sequence === undefined ? layout.CHAIN_PREFIX : layout.chainKey(sequence),
      `${which} with the manifest ${manifest_sha256} was there${where} when it was verified before, and is not in the chain any more; ${
        newest ? `its newest is sequence number ${newest.sequence}, run ${newest.run_id}` : "it holds no run"
      }`,
    );
  }

  private async checkObjects(): Promise<void> {
    const { run, progress } = this.to;
    const { source, say, runs } = this;
    const strays: Strays = {
      source,
      say,
      runs,
      sequences: new Set([...this.placed.keys(), ...this.stranded]),
      handedOver: new Set([
        ...this.stranded,
        ...[...this.placed.values()].flatMap(({ sequence, record, trust }) =>
          trust === "altered" || record.seal?.signing_key?.replaces ? sequence : [],
        ),
      ]),
      last: Math.max(0, ...this.placed.keys()),
      keys: new Set([
        ...[...this.placed.values()].flatMap(({ record }) => record.seal?.signing_key?.sha256 ?? []),
        ...signedByBoth(this.handOvers).flatMap(({ record }) => [record.from.sha256, record.to.sha256]),
      ]),
      isKeyUnsure:
        !this.placed.size || this.unreadable.hidesManifests || [...runs.values()].some(({ is }) => is === "unjudged"),
      outside: this.verdict.outside,
      timestamps: this.verdict.timestamps,
      timestampAuthorities: this.to.timestampAuthorities,
      stranded: new Set(),
      unjudged: new Map(),
    };
    const seen = new Set<string>();
    const listing = run === "all" ? this.everyObject(seen) : this.objectsOf(run);
    const sums = await checkObjects(this.expected, listing, {
      source,
      say,
      isBelieved: (each) => runs.get(each)?.is === "sealed",
      stray: (object) => checkStray(strays, object).catch((error: Error) => this.unreadable.tell(object.key, error)),
      unreadable: (key, error) => this.unreadable.tell(key, error),
      progress,
    });
    Object.assign(this.verdict, sums);
    for (const [name, objects] of strays.unjudged)
      say.notice(
        "unjudged",
        name,
        `${objects} objects of run ${name} could not be judged: what names them is not as sealed`,
      );
    this.checkKeys(seen);
  }

  /** A public key lies beside what it signed. */
  private checkKeys(seen: ReadonlySet<string>): void {
    if (this.to.run !== "all") return;
    const signed = [...this.placed.values()].flatMap(({ record, trust }) =>
      trust !== "altered" && record.signature.sha256 && record.signature.state !== "untrusted"
        ? (record.seal?.signing_key?.sha256 ?? [])
        : [],
    );
    for (const fingerprint of new Set(signed))
      if (!seen.has(fingerprint))
        this.say.violation(
          "missing",
          layout.publicKeyKey(fingerprint),
          "manifests are signed with it, and it is not there",
        );
  }

  /** @param seen takes the fingerprints of public keys on the way */
  private async *everyObject(seen: Set<string>): AsyncGenerator<Listed, void, undefined> {
    for await (const object of this.source.list("")) {
      const fingerprint = layout.fingerprintOfKey(object.key);
      if (fingerprint) seen.add(fingerprint);
      yield object;
    }
  }

  /** What is there of one run, in the order of the keys. */
  private async *objectsOf({ run, date }: RunName): AsyncGenerator<Listed, void, undefined> {
    const { source } = this;
    for (const type of await source.folders(layout.EVIDENCE_PREFIX))
      yield* source.list(`${type}run_date=${date}/${run}-`);
    yield* source.list(layout.runPrefix(run, date));
  }

  /** Which attempt counts, by task: read again when it is asked for, as there may be any number of runs. */
  private async attemptsOf(record: SealRecord): Promise<ReadonlyMap<string, string>> {
    const cached = this.attempts.get(record.run);
    if (cached) return cached;
    const { tasks } = (await manifestAgain(this.source, record)).value;
    const attempts = new Map(tasks.map(({ task, attempt }) => [task, attempt]));
    const [oldest] = this.attempts.keys();
    if (this.attempts.size >= RUNS_KEPT && oldest) this.attempts.delete(oldest);
    this.attempts.set(record.run, attempts);
    return attempts;
  }

  private judged(): Verdict {
    const { violations, runs, signatures, notices } = this.verdict;
    if (!runs && !violations && !this.runs.size)
      throw new NothingToVerify(`${this.to.source.name} holds no sealed run`);
    const { first } = this.unreadable;
    if (first && !violations && !runs) throw first;
    const isShown =
      runs > 0 &&
      !this.to.keys.fromEvidence &&
      !signatures.none &&
      !signatures.misfit &&
      !notices.unreadable &&
      !notices.unwitnessed;
    this.verdict.level = violations ? "violated" : isShown ? "verified" : "consistent";
    return this.verdict;
  }
}
