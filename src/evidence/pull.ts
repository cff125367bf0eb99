import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BoundedPool } from "./boundedPool.ts";
import { ChainLink } from "./chain.ts";
import { makeFolder } from "./folders.ts";
import * as layout from "./layout.ts";
import { Manifest } from "./manifest.ts";
import { PullMoment } from "./pullMoment.ts";
import { SortedSpool } from "./sortedSpool.ts";
import type { EvidenceSource } from "./source.ts";
import { TaskOutcome } from "./taskOutcome.ts";

/** Something that the copy could not be given as it was sealed; verifying the copy names it once more. */
export interface PullProblem {
  kind: "missing" | "altered" | "refused";
  key: string;
  problem: string;
}

export interface Pull {
  from: EvidenceSource;
  /** The copy; made when it is not there. */
  folder: string;
  /** One run, or all with the chain. */
  run: { run: string; date: string } | "all";
  problem: (problem: PullProblem) => void;
  progress?: (done: number, key: string) => void;
}

export interface Pulled {
  /** Objects of the copy, and their bytes, that were brought. */
  fetched: number;
  bytes: number;
  /** Objects that stood in the copy already. */
  standing: number;
  problems: number;
}

/** Objects brought at the same time. */
const AT_ONCE = 16;

/** Parts of keys are names that every file system takes, and that none understands: no `..`, drive, device or stream. */
const SAFE_KEY = /^(?:[A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,199})(?:\/[A-Za-z0-9_=-][A-Za-z0-9_.=-]{0,199})*$/;

/** Whether a key can be a path below a folder; each that the system writes can. */
export const isSafeKey = (key: string): boolean => SAFE_KEY.test(key);

/** What is fetched anew each time: small, and hashed by nothing in the run itself. */
const isSeal = (key: string): boolean =>
  key.startsWith(layout.CHAIN_PREFIX) ||
  key.startsWith(layout.KEYS_PREFIX) ||
  key.startsWith(layout.CHECKPOINTS_PREFIX) ||
  /^manifest\.(json|sig)$/.test(layout.runDocumentOf(key)?.name ?? "");

/** Nothing looks at them later. */
const isMark = (key: string): boolean => layout.isMark(layout.runDocumentOf(key)?.name ?? "");

/**
 * Makes a copy of evidence, or goes on with one: seals first, then what they name. Each object is hashed as it
 * streams, and appears under its name once it is whole; what stands with the size and hash that were sealed is not
 * fetched again. An object that is not as it was sealed is copied as it stands, and reported: the copy is
 * for verifying. What a run is sealed with goes into sorted files, so that memory does not grow with the objects.
 */
export async function pull(request: Pull): Promise<Pulled> {
  await makeFolder(request.folder);
  const scratch = await mkdtemp(join(tmpdir(), "itaudit-pull-"));
  // In the copy's own file system, so that a whole file can be moved to its place, and below no key.
  const growing = join(request.folder, ".pull");
  await rm(growing, { recursive: true, force: true });
  await mkdir(growing);
  try {
    return await new Puller(request, scratch, growing).pull();
  } finally {
    await Promise.all([scratch, growing].map((each) => rm(each, { recursive: true, force: true })));
  }
}

interface Sealed {
  bytes: number;
  sha256: string;
}

class Puller {
  private readonly pulled: Pulled = { fetched: 0, bytes: 0, standing: 0, problems: 0 };
  private readonly sealed: SortedSpool;
  private readonly pool = new BoundedPool(AT_ONCE);
  private readonly moment: PullMoment;
  private files = 0;

  constructor(
    private readonly to: Pull,
    scratch: string,
    private readonly growing: string,
  ) {
    this.sealed = new SortedSpool(scratch, "sealed");
    this.moment = new PullMoment(to.from, to.run === "all");
  }

  async pull(): Promise<Pulled> {
    const { from, run } = this.to;
    if (run === "all") {
      for await (const { key, bytes } of from.list(layout.CHAIN_PREFIX)) {
        const link = read(ChainLink, await from.read(key));
        const manifest = link && (await this.seals(link.run_id, link.run_date));
        const sequence = layout.sequenceOf(key);
        if (sequence !== undefined)
          await this.moment.begin({ sequence, run: link?.run_id ?? "", date: link?.run_date ?? "" }, manifest);
        await this.start(key, bytes);
      }
    } else await this.sealsOf(run);
    for await (const { key, bytes } of from.list(layout.KEYS_PREFIX))
      if (!(await this.moment.isLater(key))) await this.start(key, bytes);
    await this.everything();
    await this.pool.drain();
    return this.pulled;
  }

  /** What one run is sealed with, its sequence number, and the manifest that it follows. */
  private async sealsOf({ run, date }: { run: string; date: string }): Promise<void> {
    const manifest = await this.seals(run, date);
    if (manifest) {
      await this.moment.begin({ sequence: manifest.sequence, run, date }, manifest);
      await this.start(layout.chainKey(manifest.sequence));
    }
    const before = manifest?.previous;
    if (before) await this.start(layout.manifestKey(before.run_id, before.run_date));
  }

  /** Spools what a run is sealed with. A document that cannot be read is copied all the same: verifying names it. */
  private async seals(run: string, date: string): Promise<Manifest | undefined> {
    const { from } = this.to;
    const manifest = read(Manifest, await from.read(layout.manifestKey(run, date)));
    if (!manifest) return undefined;
    const expect = ({ key, bytes, sha256 }: Sealed & { key: string }) =>
      this.sealed.add(`${key}\t${JSON.stringify({ bytes, sha256 })}`);
    await expect(manifest.plan);
    for (let start = 0; start < manifest.tasks.length; start += AT_ONCE) {
      const tasks = manifest.tasks.slice(start, start + AT_ONCE);
      const commits = await Promise.all(tasks.map(async ({ key }) => read(TaskOutcome, await from.read(key))));
      for (const each of [...tasks, ...commits.flatMap((commit) => commit?.objects ?? [])]) await expect(each);
    }
    return manifest;
  }

  /** Merges what is sealed with what is there, both in the order of their keys. */
  private async everything(): Promise<void> {
    const sealed = this.sealed.sorted();
    let want = await sealed.next();
    const next = () => (want.done ? undefined : want.value.slice(0, want.value.lastIndexOf("\t")));
    const goOn = async () => {
      const key = next();
      while (next() === key && key !== undefined) want = await sealed.next();
    };
    const missing = (key: string) => this.problem("missing", key, "it was sealed, and is not there");
    for await (const { key, bytes } of this.listing()) {
      for (let before = next(); before !== undefined && before < key; before = next()) {
        missing(before);
        await goOn();
      }
      const expected: Sealed | undefined =
        next() === key ? JSON.parse((want.value as string).slice(key.length + 1)) : undefined;
      if (expected) await goOn();
      if (!isMark(key) && (expected || !(await this.moment.isLater(key)))) await this.start(key, bytes, expected);
    }
    for (let left = next(); left !== undefined; left = next()) {
      missing(left);
      await goOn();
    }
  }

  private async *listing(): AsyncGenerator<{ key: string; bytes: number }, void, undefined> {
    const { from, run } = this.to;
    if (run === "all") {
      yield* from.list(layout.EVIDENCE_PREFIX);
      yield* from.list(layout.CHECKPOINTS_PREFIX);
      yield* from.list(layout.RUNS_PREFIX);
      for (const table of await from.folders(layout.TABLES_PREFIX)) yield* this.tables(table, () => true);
      return;
    }
    for (const type of await from.folders(layout.EVIDENCE_PREFIX))
      yield* from.list(`${type}run_date=${run.date}/${run.run}-`);
    yield* from.list(layout.runPrefix(run.run, run.date));
    for (const table of await from.folders(layout.TABLES_PREFIX))
      yield* this.tables(`${table}run_date=${run.date}/${run.run}`, (key) => layout.tableFileOf(key)?.run === run.run);
  }

  /** Tables by run; those of the latest one are copies of them, and change. */
  private async *tables(
    prefix: string,
    selects: (key: string) => boolean,
  ): AsyncGenerator<{ key: string; bytes: number }, void, undefined> {
    for await (const each of this.to.from.list(prefix))
      if (layout.tableFileOf(each.key) && selects(each.key)) yield each;
  }

  private problem(kind: PullProblem["kind"], key: string, problem: string): void {
    this.pulled.problems += 1;
    this.to.problem({ kind, key, problem });
  }

  /** Begins with an object, once few enough others are under way. */
  private async start(key: string, bytes?: number, expected?: Sealed): Promise<void> {
    if (!isSafeKey(key)) {
      this.problem("refused", key, "the system writes under no such name: it is not copied");
      return;
    }
    await this.pool.run(() => this.one(key, bytes, expected));
  }

  private async one(key: string, bytes: number | undefined, expected: Sealed | undefined): Promise<void> {
    const { from, folder, progress } = this.to;
    const path = join(folder, ...key.split("/"));
    if (!isSeal(key) && (await stands(path, expected ?? { bytes }))) {
      this.pulled.standing += 1;
    } else {
      const stream = await from.open(key);
      if (!stream) {
        if (bytes !== undefined || expected) this.problem("missing", key, "it was listed, and is gone");
        return;
      }
      const whole = join(this.growing, String(this.files++));
      const found = await hashed(stream, whole);
      if (expected && found.sha256 !== expected.sha256)
        this.problem("altered", key, `its SHA-256 is ${found.sha256}, and was sealed as ${expected.sha256}`);
      try {
        await makeFolder(dirname(path));
        await rename(whole, path);
      } catch (error) {
        if (!IN_THE_WAY.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
        this.problem("refused", key, "another key is the folder, or the file, that this one would need");
        return;
      }
      this.pulled.fetched += 1;
      this.pulled.bytes += found.bytes;
    }
    progress?.(this.pulled.fetched + this.pulled.standing, key);
  }
}

/** A file where a folder would have to be, or the other way about: S3 has no folders, and takes both. */
const IN_THE_WAY = new Set(["ENOTDIR", "EEXIST", "EISDIR", "ENOTEMPTY"]);

/** Whether a file is what was sealed, or of the size that is known where nothing is sealed; a link never is. */
async function stands(path: string, { bytes, sha256 }: { bytes: number | undefined; sha256?: string }) {
  const there = await lstat(path).catch(() => undefined);
  if (!there?.isFile() || there.size !== bytes) return false;
  return sha256 === undefined || (await hashed(createReadStream(path))).sha256 === sha256;
}

async function hashed(stream: Readable, path?: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      if (path) yield chunk;
    }
  };
  if (path) await pipeline(stream, counted, createWriteStream(path));
  else for await (const _ of counted(stream as AsyncIterable<Buffer>));
  return { bytes, sha256: hash.digest("hex") };
}

function read<T>(
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
  bytes: Uint8Array | undefined,
): T | undefined {
  if (!bytes) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
