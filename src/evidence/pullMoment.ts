import type * as z from "zod";
import { ChainLink } from "./chain.ts";
import * as layout from "./layout.ts";
import { Manifest } from "./manifest.ts";
import type { EvidenceSource } from "./source.ts";
import { parseDocument } from "./verification/document.ts";

/**
 * Keeps a copy as of the moment at which it was begun, while runs are sealed: what belongs to the seal of a run that was
 * sealed since is left for the next copy. Otherwise a copy could hold a signature, and not what was written before it.
 * The order of writing: link, manifest, record of a change of key, public key and attestation, signature; then time
 * stamps, checkpoints and tables.
 */
export class PullMoment {
  /** Sequence numbers of the links that were there. */
  private readonly linked = new Set<number>();
  /** Runs that had a manifest, by id, with its sequence number. */
  private readonly sealed = new Map<string, number>();
  private readonly namedKeys = new Set<string>();
  private newest: { run: string; isSigned: boolean } | undefined;
  private readonly later = new Map<string, Promise<boolean>>();
  private keysSince: Promise<ReadonlySet<string>> | undefined;

  constructor(
    private readonly from: EvidenceSource,
    private readonly isWholeChain: boolean,
  ) {}

  /** A run as it was at the beginning, the newest first. */
  async begin(link: { sequence: number; run: string; date: string }, manifest: Manifest | undefined): Promise<void> {
    const { sequence, run, date } = link;
    this.linked.add(sequence);
    if (!manifest) return;
    this.sealed.set(run, sequence);
    if (manifest.signing_key) this.namedKeys.add(manifest.signing_key.sha256);
    const signature = this.newest ? undefined : await this.from.read(layout.signatureKey(run, date));
    this.newest ??= { run, isSigned: signature !== undefined };
  }

  /** Whether an object was written for a seal that was not there at the beginning. */
  async isLater(key: string): Promise<boolean> {
    const document = layout.runDocumentOf(key);
    if (document) {
      const { run, date, name } = document;
      if (name === "manifest.sig" && this.newest?.run === run) return !this.newest.isSigned;
      const isOfSeal = layout.isSeal(name) || layout.hostOfTimestamp(name) !== undefined;
      return isOfSeal && this.isSealedSince(run, date);
    }
    const table = layout.tableFileOf(key);
    if (table) return this.isSealedSince(table.run, table.date);
    if (!this.isWholeChain) return false;
    const link = layout.sequenceOf(key);
    if (link !== undefined) return !this.linked.has(link);
    const sequence = layout.sequenceOfHandOver(key) ?? layout.sequenceOfCheckpoint(key);
    if (sequence !== undefined) return this.isNumberSealedSince(sequence);
    const fingerprint = layout.fingerprintOfKey(key);
    return fingerprint !== undefined && !this.namedKeys.has(fingerprint) && (await this.laterKeys()).has(fingerprint);
  }

  private isSealedSince(run: string, date: string): Promise<boolean> | boolean {
    if (this.sealed.has(run)) return false;
    const known = this.later.get(run);
    if (known) return known;
    const found = this.manifestOf(run, date).then(async (manifest) => {
      const link = manifest && (await this.linkOf(manifest.sequence));
      return link?.run_id === run;
    });
    this.later.set(run, found);
    return found;
  }

  private async isNumberSealedSince(sequence: number): Promise<boolean> {
    const link = await this.linkOf(sequence);
    return link ? this.isSealedSince(link.run_id, link.run_date) : false;
  }

  /** Keys that manifests name which were not there at the beginning. */
  private laterKeys(): Promise<ReadonlySet<string>> {
    this.keysSince ??= this.readLaterKeys();
    return this.keysSince;
  }

  private async readLaterKeys(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const oldest = Math.max(0, ...this.sealed.values());
    for await (const { key } of this.from.list(layout.CHAIN_PREFIX)) {
      const sequence = layout.sequenceOf(key);
      if (sequence === undefined || sequence <= oldest) break;
      const link = await this.linkOf(sequence);
      const manifest = link && (await this.manifestOf(link.run_id, link.run_date));
      if (manifest?.signing_key) found.add(manifest.signing_key.sha256);
    }
    return found;
  }

  private linkOf = (sequence: number) => this.document(layout.chainKey(sequence), ChainLink);
  private manifestOf = (run: string, date: string) => this.document(layout.manifestKey(run, date), Manifest);

  private async document<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const bytes = await this.from.read(key);
    const parsed = bytes && parseDocument(bytes, schema);
    return parsed && "value" in parsed ? parsed.value : undefined;
  }
}
