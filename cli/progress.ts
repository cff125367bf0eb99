import { printable } from "../src/query/printable.ts";

/** Milliseconds that work goes on before it says how far it is. */
const QUIET_MS = 1_000;
const REDRAW_MS = 100;
/** Without a terminal: milliseconds before the first line, and from one to the next. */
const FIRST_LINE_MS = 2_000;
const NEXT_LINE_MS = 5_000;

/** How far a piece of work is: one line on the terminal that goes again, one every few seconds in a log. */
export interface ProgressLine {
  (text: string, done?: number, of?: number): void;
  /** Takes the line away. */
  end(): void;
}

/** What is done in a phase, by the first word of what is told in it, and to how many things. */
const PHASES: Readonly<Record<string, (of: number | undefined) => string>> = {
  tables: (of) => `deriving tables from the sealed evidence${of ? `: ${of} files` : ""}`,
  verifying: () => "verifying the evidence and its seal",
  control: (of) => `evaluating ${of ? `${of} ` : ""}controls`,
  inventory: () => "counting resources and anomalies",
  changes: () => "comparing with the run before",
  writing: () => "writing the page",
};

/** The phases of long work, each told once in a sentence: for what is no terminal. */
export function phaseLines(stream: { write(text: string): unknown } = process.stderr): ProgressLine {
  let last = "";
  const show = (text: string, _done?: number, of?: number) => {
    const phase = /objects verified$/.test(text) ? "verifying" : (text.split(/[ :]/)[0] ?? text);
    if (phase !== last) stream.write(`  ${PHASES[phase]?.(of) ?? printable(phase)}\n`);
    last = phase;
  };
  return Object.assign(show, { end: () => undefined });
}

const BAR = 24;

/** @param clock milliseconds, for tests */
export function progressLine(
  stream: { isTTY?: boolean; columns?: number; write(text: string): unknown } = process.stderr,
  clock: () => number = () => performance.now(),
): ProgressLine {
  const started = clock();
  let drawn = 0;
  let nextLine = started + FIRST_LINE_MS;
  const show = (told: string, done?: number, of?: number) => {
    const now = clock();
    // Keys of a bucket and names of tables are among it.
    const text = printable(told);
    if (!stream.isTTY) {
      if (now < nextLine) return;
      nextLine = now + NEXT_LINE_MS;
      stream.write(`  ${of ? `${done ?? 0} of ${of}  ` : ""}${text}\n`);
      return;
    }
    if (now - started < QUIET_MS || (drawn && now - drawn < REDRAW_MS)) return;
    drawn = now;
    const share = of ? Math.min(1, (done ?? 0) / of) : undefined;
    const bar = share === undefined ? "" : `${"█".repeat(Math.round(share * BAR)).padEnd(BAR, "░")} ${done} of ${of}  `;
    stream.write(`\r\u001b[K${`${bar}${text}`.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  return Object.assign(show, {
    end: () => {
      if (drawn) stream.write("\r\u001b[K");
      drawn = 0;
    },
  });
}
