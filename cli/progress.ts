import { printable } from "../src/query/printable.ts";

/** Milliseconds that work goes on before it says how far it is. */
const QUIET_MS = 2_000;
const REDRAW_MS = 100;
/** Without a terminal: milliseconds from one line to the next. */
const NEXT_LINE_MS = 5_000;

/** How far a piece of work is: one line on the terminal that goes again, one every few seconds in a log. */
export interface ProgressLine {
  /** @param text what is being done, as a sentence says it */
  (text: string, done?: number, of?: number): void;
  /** Takes the line away. */
  end(): void;
}

/** The phases of long work, each told once in a sentence: for what is no terminal. */
export function phaseLines(stream: { write(text: string): unknown } = process.stderr): ProgressLine {
  let last = "";
  const show = (phase: string, _done?: number, of?: number) => {
    if (phase !== last) stream.write(`  ${printable(phase)}${of ? ` (${of})` : ""}\n`);
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
  let nextLine = started + QUIET_MS;
  const show = (told: string, done?: number, of?: number) => {
    const now = clock();
    // Keys of a bucket are among it.
    const text = `${printable(told)}${done && !of ? `, ${done} so far` : ""}`;
    if (!stream.isTTY) {
      if (now < nextLine) return;
      nextLine = now + NEXT_LINE_MS;
      stream.write(`  ${text}${of ? `: ${done ?? 0} of ${of}` : ""}\n`);
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
