import { verify as verifySignature } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as z from "zod";
import { BoundedPool } from "./boundedPool.ts";
import { canonicalJson } from "./canonicalJson.ts";
import { ChainLink } from "./chain.ts";
import * as layout from "./layout.ts";
import { type CommittedTask, CoverageError, Manifest, ManifestBuilder, sealOf } from "./manifest.ts";
import { checkObject, type Difference, type Expected } from "./objectCheck.ts";
import { Plan, sha256 } from "./plan.ts";
import type { TrustedKeys } from "./publicKeys.ts";
import { SortedSpool } from "./sortedSpool.ts";
import type { EvidenceSource } from "./source.ts";
import { summarizeTask } from "./summarizeTask.ts";
import { TaskOutcome } from "./taskOutcome.ts";

/** Something that is not as it was sealed. */
export interface Violation {
  kind: Difference["kind"] | "added" | "malformed" | "signature" | "unsigned" | "chain" | "rollback" | "coverage";
  key: string;
  problem: string;
}

/** Something a reader should know that breaks no seal. */
export interface Notice {
  kind: "uncommitted" | "late" | "unsealed" | "incomplete";
  key: string;
  problem: string;
}

/** A run's place at the end of the chain. A hash alone stands for it too. */
export interface Head {
  manifest_sha256: string;
  sequence?: number;
  run_id?: string;
}

export interface Verdict {
  runs: number;
  objects: number;
  items: number;
  bytes: number;
  violations: number;
  notices: Partial<Record<Notice["kind"], number>>;
  /** The newest sealed run and its manifest's hash: keep it, and a later copy must still contain it. */
  head: Required<Head> | undefined;
}

export interface Verification {
  source: EvidenceSource;
  keys: TrustedKeys;
  /** One run, or every run with the whole chain. */
  run: { run: string; date: string } | "all";
  /** The newest run as an earlier verification told it: the chain must still contain it. Only with every run. */
  head?: Head | undefined;
  violation: (violation: Violation) => void;
  notice: (notice: Notice) => void;
  progress?: (checked: number, key: string) => void;
}

/** Nothing could be verified: there is no sealed run. */
export class NothingToVerify extends Error {}

/** Objects read at the same time. */
const CHECKS_AT_ONCE = 8;
/** Runs whose attempts are kept to be asked again: what no seal names lies together by type, day and run. */
const RUNS_KEPT = 8;
/** Bytes of a document of a run: beyond that it is not read, whatever it is. */
const DOCUMENT_AT_MOST = 256 * 1024 * 1024;

/**
 * Checks evidence against its seals: signatures, the chain, hashes, sizes, item counts and the sums of outcomes, and
 * names each object that is missing, added, altered, truncated or re-ordered. What a run is sealed with goes into
 * sorted files and is merged with the listing, so that memory does not grow with the number of objects.
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

/** What decides about objects of a sealed run that its manifest does not name. */
interface Sealed {
  date: string;
  /** Of the manifest that was verified. */
  sha256: string;
  missing: Set<string>;
  /** Tasks whose commit is not as sealed: what they wrote cannot be told. */
  broken: Set<string>;
  /** The manifest itself cannot be read. */
  unreadable: boolean;
}

type RunName = { run: string; date: string };

class Verifier {
  private readonly expected: SortedSpool;
  private readonly verdict: Verdict = {
    runs: 0,
    objects: 0,
    items: 0,
    bytes: 0,
    violations: 0,
    notices: {},
    head: undefined,
  };
  /** Runs that have a manifest, with what decides about objects that it does not name. */
  private readonly sealed = new Map<string, Sealed>();
  /** The attempts that count, by task, of the last runs that were asked for. */
  private readonly attempts = new Map<string, ReadonlyMap<string, string>>();
  private readonly unsealed = new Set<string>();
  /** SHA-256 of altered objects: found, and as it should be. Two that changed places are told apart from new content. */
  private readonly misplaced = { found: new Map<string, string>(), wanted: new Map<string, string>() };
  private checked = 0;
  private headStands = false;

  constructor(
    private readonly to: Verification,
    scratch: string,
  ) {
    this.expected = new SortedSpool(scratch, "expected");
  }

  async verify(): Promise<Verdict> {
    const { run } = this.to;
    if (run === "all") await this.chain();
    else await this.single(run);
    if (!this.verdict.runs && !this.verdict.violations)
      throw new NothingToVerify(
        run === "all"
          ? `${this.to.source.name} holds no sealed run`
          : `${this.to.source.name} holds no manifest of run ${run.run}`,
      );
    await this.objects();
    for (const [found, key] of this.misplaced.found) {
      const other = this.misplaced.wanted.get(found);
      if (other && other !== key)
        this.violation("altered", key, `it holds what ${other} was sealed with: the two have changed places`);
    }
    return this.verdict;
  }

  private violation(kind: Violation["kind"], key: string, problem: string): void {
    this.verdict.violations += 1;
    this.to.violation({ kind, key, problem });
  }

  private notice(kind: Notice["kind"], key: string, problem: string): void {
    this.verdict.notices[kind] = (this.verdict.notices[kind] ?? 0) + 1;
    this.to.notice({ kind, key, problem });
  }

  /** A document as its schema; what is wrong with it is reported. */
  private async document<T>(key: string, schema: z.ZodType<T>): Promise<{ value: T; bytes: Buffer } | undefined> {
    const stream = await this.to.source.open(key);
    if (!stream) {
      this.violation("missing", key, "the document is not there");
      return undefined;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > DOCUMENT_AT_MOST) {
        this.violation("malformed", key, `it is larger than ${DOCUMENT_AT_MOST} bytes`);
        return undefined;
      }
    }
    const bytes = Buffer.concat(chunks);
    let json: unknown;
    try {
      json = JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      this.violation("malformed", key, `it is not JSON: ${(error as Error).message}`);
      return undefined;
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) return { value: parsed.data, bytes };
    const [issue] = parsed.error.issues;
    this.violation("malformed", key, `${issue?.path.join(".") || "it"}: ${issue?.message}`);
    return undefined;
  }

  /** The whole chain, oldest run first, without gaps. */
  private async chain(): Promise<void> {
    const links: ChainLink[] = [];
    for await (const { key } of this.to.source.list(layout.CHAIN_PREFIX)) {
      const link = await this.document(key, ChainLink);
      if (!link) continue;
      if (layout.chainKey(link.value.sequence) !== key)
        this.violation("chain", key, `it says that it is place ${link.value.sequence}`);
      else links.push(link.value);
    }
    links.reverse();
    let before: { run_id: string; run_date: string; manifest_sha256: string } | null | undefined = null;
    let place = 1;
    for (const link of links) {
      for (; place < link.sequence; place++) {
        this.violation("chain", layout.chainKey(place), `place ${place} of the chain is missing`);
        before = undefined;
      }
      place += 1;
      const manifest = await this.run({ run: link.run_id, date: link.run_date }, link.sequence, before);
      before = manifest ? { run_id: link.run_id, run_date: link.run_date, manifest_sha256: manifest } : undefined;
      if (before)
        this.verdict.head = { sequence: link.sequence, run_id: link.run_id, manifest_sha256: before.manifest_sha256 };
      if (manifest && manifest === this.to.head?.manifest_sha256) this.headStands = true;
    }
    if (this.to.head && !this.headStands) this.rolledBack(this.to.head);
  }

  /** An earlier verification saw a run at the end of the chain that the chain does not contain any more. */
  private rolledBack({ sequence, run_id, manifest_sha256 }: Head): void {
    const newest = this.verdict.head;
    const which = run_id ? `run ${run_id}` : "the run";
    const where = sequence === undefined ? "" : ` at place ${sequence}`;
    this.violation(
      "rollback",
      sequence === undefined ? layout.CHAIN_PREFIX : layout.chainKey(sequence),
      `${which} with the manifest ${manifest_sha256} was there${where} when it was verified before, and is not in the chain any more; ${
        newest ? `its newest is place ${newest.sequence}, run ${newest.run_id}` : "it holds no run"
      }`,
    );
  }

  /** One run, with its place and the run before it. */
  private async single({ run, date }: RunName): Promise<void> {
    const key = layout.manifestKey(run, date);
    if (!(await this.to.source.open(key).then((stream) => stream?.destroy()))) return;
    const found = await this.document(key, Manifest);
    if (!found) return;
    const { sequence } = found.value;
    const link = await this.document(layout.chainKey(sequence), ChainLink);
    if (link && link.value.run_id !== run)
      this.violation("chain", layout.chainKey(sequence), `place ${sequence} is that of run ${link.value.run_id}`);
    let before: { run_id: string; run_date: string; manifest_sha256: string } | null | undefined = null;
    if (sequence > 1) {
      const earlier = found.value.previous;
      const manifest = earlier && (await this.document(layout.manifestKey(earlier.run_id, earlier.run_date), Manifest));
      before = manifest && {
        run_id: manifest.value.run_id,
        run_date: manifest.value.run_date,
        manifest_sha256: sha256(manifest.bytes),
      };
      if (manifest && manifest.value.sequence !== sequence - 1)
        this.violation("chain", key, `it follows place ${manifest.value.sequence}, and is place ${sequence}`);
    }
    const manifest = await this.run({ run, date }, sequence, before);
    if (manifest) this.verdict.head = { sequence, run_id: run, manifest_sha256: manifest };
  }

  /**
   * A run's manifest, plan and commits. What they name is spooled, to be compared with the listing.
   * @param before the run before it as it stands; undefined when it cannot be told
   * @returns the hash of the manifest
   */
  private async run(
    { run, date }: RunName,
    sequence: number,
    before: Manifest["previous"] | undefined,
  ): Promise<string | undefined> {
    const key = layout.manifestKey(run, date);
    const sealed: Sealed = { date, sha256: "", missing: new Set(), broken: new Set(), unreadable: false };
    this.sealed.set(run, sealed);
    const found = await this.document(key, Manifest);
    if (!found) {
      sealed.unreadable = true;
      return undefined;
    }
    this.verdict.runs += 1;
    const { value: manifest, bytes } = found;
    const hash = sha256(bytes);
    sealed.sha256 = hash;
    await this.signature(manifest, bytes, key);
    if (canonicalJson(JSON.parse(bytes.toString("utf8"))) !== bytes.toString("utf8"))
      this.violation("altered", key, "it is not canonical JSON (RFC 8785)");
    if (manifest.run_id !== run || manifest.run_date !== date)
      this.violation("chain", key, `it is the manifest of run ${manifest.run_id} of ${manifest.run_date}`);
    if (manifest.sequence !== sequence)
      this.violation("chain", key, `it says place ${manifest.sequence}, and has place ${sequence} in the chain`);
    const named = manifest.previous && {
      run_id: manifest.previous.run_id,
      run_date: manifest.previous.run_date,
      manifest_sha256: manifest.previous.manifest_sha256,
    };
    if (before !== undefined && canonicalJson(named) !== canonicalJson(before))
      this.violation(
        "chain",
        key,
        before
          ? `it follows ${manifest.previous?.run_id ?? "no run"} (${manifest.previous?.manifest_sha256}), and the run before it is ${before.run_id} (${before.manifest_sha256})`
          : `it is the first of the chain, and names ${manifest.previous?.run_id} as the run before it`,
      );
    if (!manifest.complete)
      this.notice(
        "incomplete",
        key,
        `sealed for ${manifest.incomplete_requested_by} without ${manifest.missing.map(({ id }) => id).join(", ")}`,
      );
    for (const { id } of manifest.missing) sealed.missing.add(id);
    await this.expect({ key: manifest.plan.key, bytes: manifest.plan.bytes, sha256: manifest.plan.sha256 });
    await this.commits(manifest, bytes.toString("utf8"), key);
    return hash;
  }

  private async signature(manifest: Manifest, bytes: Buffer, key: string): Promise<void> {
    const signatureKey = layout.signatureKey(manifest.run_id, manifest.run_date);
    const signature = await this.to.source.read(signatureKey);
    if (!signature) {
      this.violation(
        "unsigned",
        key,
        `there is no ${signatureKey}; the sealer makes it good: itaudit seal ${manifest.run_id}`,
      );
      return;
    }
    if (!manifest.signing_key) {
      this.violation("signature", key, "it names no key that signed it");
      return;
    }
    const trusted = await this.to.keys(manifest.signing_key.sha256);
    if (!trusted) {
      this.violation(
        "signature",
        key,
        `the key it names, ${manifest.signing_key.sha256}, is not among the public keys given`,
      );
      return;
    }
    let holds = false;
    try {
      holds = verifySignature("sha256", bytes, trusted, signature);
    } catch {
      // A signature that is no DER is one that does not hold.
    }
    if (!holds) this.violation("signature", key, `${signatureKey} is not the signature of these bytes`);
  }

  /** Reads plan and commits, and builds the manifest once more from them: it must come out the same. */
  private async commits(manifest: Manifest, text: string, key: string): Promise<void> {
    const { run_id: run, run_date: date } = manifest;
    const sealed = this.sealed.get(run)!;
    const entries = new Map(manifest.tasks.map((entry) => [entry.task, entry]));
    for (const entry of manifest.tasks) {
      await this.expect({ key: entry.key, bytes: entry.bytes, sha256: entry.sha256 });
      if (entry.key !== layout.outcomeKey(run, date, entry.task))
        this.violation("malformed", key, `the commit of ${entry.task} is said to be at ${entry.key}`);
    }
    const plan = await this.document(layout.planKey(run, date), Plan);
    if (!plan || sha256(plan.bytes) !== manifest.plan.sha256) {
      // What stands there is reported by its hash; without the plan, coverage cannot be told.
      for (const entry of manifest.tasks) await this.commit(run, date, entry, sealed.broken);
      return;
    }
    try {
      const builder = new ManifestBuilder(plan.value, plan.bytes);
      for (const planned of plan.value.tasks) {
        const tally = await summarizeTask(run, date, planned, async (task) =>
          this.commit(run, date, entries.get(task), sealed.broken),
        );
        for (const { type, counted, held } of tally.wrongCounts())
          this.violation(
            "coverage",
            layout.outcomeKey(run, date, planned.id),
            `its outcomes count ${counted} of ${type}, and its objects hold ${held}`,
          );
        builder.add(tally);
      }
      const again = builder.seal(sealOf(manifest));
      if (again.text !== text && !sealed.broken.size)
        this.violation("coverage", key, `plan and commits do not add up to it: ${differing(again.manifest, manifest)}`);
    } catch (error) {
      const problem = error instanceof CoverageError ? error.message : (error as Error).message;
      if (!sealed.broken.size) this.violation("coverage", key, problem);
    }
  }

  /** One commit, whose objects are spooled. A commit that is not as sealed is reported when its hash is compared. */
  private async commit(
    run: string,
    date: string,
    entry: CommittedTask | undefined,
    broken: Set<string>,
  ): Promise<{ outcome: TaskOutcome; bytes: Uint8Array } | undefined> {
    if (!entry) return undefined;
    const { task } = entry;
    const bytes = await this.to.source.read(layout.outcomeKey(run, date, task));
    const parsed = bytes && TaskOutcome.safeParse(jsonOf(bytes));
    if (!bytes || !parsed?.success) {
      broken.add(task);
      return undefined;
    }
    if (sha256(bytes) !== entry.sha256) broken.add(task);
    for (const { key: object, bytes: size, sha256: hash, items, merkle_root, sorted_sha256 } of parsed.data.objects)
      await this.expect({
        key: object,
        bytes: size,
        sha256: hash,
        items,
        ...(merkle_root ? { merkleRoot: merkle_root } : {}),
        ...(sorted_sha256 ? { sortedSha256: sorted_sha256 } : {}),
      });
    return { outcome: parsed.data, bytes };
  }

  private async expect(expected: Expected): Promise<void> {
    const { key, ...rest } = expected;
    // The key first, so that the lines sort as the keys do; a tab is in no key of the layout.
    await this.expected.add(`${key}\t${JSON.stringify(rest)}`);
  }

  /** Merges what was sealed with what is there, both in the order of their keys. */
  private async objects(): Promise<void> {
    const sealed = this.expected.sorted();
    const there = this.listing();
    const few = new BoundedPool(CHECKS_AT_ONCE);
    let [want, have] = [await sealed.next(), await there.next()];
    let last = "";
    while (!want.done || !have.done) {
      const [wanted, rest] = want.done ? [undefined, ""] : split(want.value);
      const found = have.done ? undefined : have.value.key;
      if (wanted !== undefined && (found === undefined || wanted <= found)) {
        if (wanted === last) this.violation("coverage", wanted, "it is named by two commits");
        last = wanted;
        if (wanted === found) have = await there.next();
        const expected: Expected = { key: wanted, ...JSON.parse(rest) };
        const stands = wanted === found;
        await few.run(() => (stands ? this.check(expected) : this.gone(expected)));
        want = await sealed.next();
      } else {
        if (found !== last) await this.unnamed(found!, have.value!.bytes);
        have = await there.next();
      }
    }
    await few.drain();
  }

  private async gone(expected: Expected): Promise<void> {
    this.violation("missing", expected.key, "it was sealed, and is not there");
  }

  private async check(expected: Expected): Promise<void> {
    const difference = await checkObject(this.to.source, expected);
    this.checked += 1;
    this.to.progress?.(this.checked, expected.key);
    if (!difference) {
      if (expected.items === undefined) return;
      this.verdict.objects += 1;
      this.verdict.items += expected.items;
      this.verdict.bytes += expected.bytes;
      return;
    }
    this.violation(difference.kind, expected.key, difference.problem);
    if (!difference.found || this.misplaced.found.size >= 10_000) return;
    this.misplaced.found.set(difference.found, expected.key);
    this.misplaced.wanted.set(expected.sha256, expected.key);
  }

  /** An object that no seal names: what is it, by its key? */
  private async unnamed(key: string, bytes: number): Promise<void> {
    const evidence = layout.evidenceObjectOf(key);
    const document = layout.runDocumentOf(key);
    const run = evidence?.run ?? document?.run;
    if (!run) {
      this.violation("added", key, `${bytes} bytes under a name that the system does not use`);
      return;
    }
    const sealed = this.sealed.get(run);
    if (!sealed) {
      if (this.unsealed.has(run)) return;
      if (document?.name === "manifest.json") {
        this.violation("chain", key, "the run has a manifest, and no place in the chain");
        return;
      }
      this.unsealed.add(run);
      this.notice("unsealed", key, `run ${run} is not sealed: nothing of it is evidence yet`);
      return;
    }
    if (sealed.unreadable) return;
    if (evidence) {
      if (sealed.broken.has(evidence.task)) return;
      const committed = (await this.attemptsOf(run, sealed)).get(evidence.task);
      if (committed && committed !== evidence.attempt)
        this.notice("uncommitted", key, `of attempt ${evidence.attempt}; ${committed} is the one that counts`);
      else if (sealed.missing.has(evidence.task))
        this.notice("late", key, "of a task that had not committed when the run was sealed as incomplete");
      else this.violation("added", key, `${bytes} bytes that no commit of run ${run} names`);
      return;
    }
    const { name } = document!;
    if (name === "manifest.json" || name === "manifest.sig" || layout.isMark(name)) return;
    const task = /^outcomes\/(.+)\.json$/.exec(name)?.[1];
    if (task && [...sealed.missing].some((missing) => task === missing || task.startsWith(`${missing}.`)))
      this.notice("late", key, "the task committed after the run was sealed as incomplete");
    else this.violation("added", key, `${bytes} bytes that the manifest of run ${run} does not name`);
  }

  /** Which attempt counts, by task: read again when it is asked for, as there may be any number of runs. */
  private async attemptsOf(run: string, { date, sha256: verified }: Sealed): Promise<ReadonlyMap<string, string>> {
    const kept = this.attempts.get(run);
    if (kept) return kept;
    const key = layout.manifestKey(run, date);
    const bytes = await this.to.source.read(key);
    if (!bytes || sha256(bytes) !== verified) throw new Error(`${key} has changed while it was being verified`);
    const { tasks } = Manifest.parse(jsonOf(bytes));
    const attempts = new Map(tasks.map(({ task, attempt }) => [task, attempt]));
    const [oldest] = this.attempts.keys();
    if (this.attempts.size >= RUNS_KEPT && oldest) this.attempts.delete(oldest);
    this.attempts.set(run, attempts);
    return attempts;
  }

  /** What is there of the runs to be verified, in the order of the keys. */
  private async *listing(): AsyncGenerator<{ key: string; bytes: number }, void, undefined> {
    const { source, run } = this.to;
    if (run === "all") {
      yield* source.list(layout.EVIDENCE_PREFIX);
      yield* source.list(layout.RUNS_PREFIX);
      return;
    }
    for (const type of await source.folders(layout.EVIDENCE_PREFIX))
      yield* source.list(`${type}run_date=${run.date}/${run.run}-`);
    yield* source.list(layout.runPrefix(run.run, run.date));
  }
}

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
};

const split = (line: string): [string, string] => {
  const at = line.lastIndexOf("\t");
  return [line.slice(0, at), line.slice(at + 1)];
};

/** Names of the members in which two manifests differ. */
const differing = (one: Manifest, other: Manifest): string =>
  (Object.keys({ ...one, ...other }) as (keyof Manifest)[])
    .filter((name) => canonicalJson(one[name] ?? null) !== canonicalJson(other[name] ?? null))
    .join(", ");
