import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Lines that are held in memory before they go to a file: some ten megabytes. */
const LINES_IN_MEMORY = 50_000;

/** Sorts any number of lines, holding a bounded number of them: full chunks go to files of a scratch folder. */
export class SortedSpool {
  private chunk: string[] = [];
  private readonly files: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  async add(line: string): Promise<void> {
    this.chunk.push(line);
    if (this.chunk.length < LINES_IN_MEMORY) return;
    const file = join(this.folder, `${this.name}-${this.files.length}`);
    this.files.push(file);
    const lines = this.chunk.sort();
    this.chunk = [];
    await writeFile(file, `${lines.join("\n")}\n`);
  }

  /** Every line, in order. */
  async *sorted(): AsyncGenerator<string, void, undefined> {
    const runs: AsyncIterator<string>[] = this.files.map((file) =>
      createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator](),
    );
    runs.push(inMemory(this.chunk.sort()));
    const heads = await Promise.all(runs.map((run) => run.next()));
    for (;;) {
      let least = -1;
      for (const [index, { done, value }] of heads.entries())
        if (!done && (least < 0 || value < (heads[least]!.value as string))) least = index;
      if (least < 0) return;
      yield heads[least]!.value as string;
      heads[least] = await runs[least]!.next();
    }
  }
}

async function* inMemory(lines: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* lines;
}
