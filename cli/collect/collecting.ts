import { isatty } from "node:tty";
import type { Outcome } from "../../src/evidence/outcome.ts";
import { progressLine } from "../progress.ts";
import { say } from "../terminal.ts";

/** Milliseconds between two lines where there is no terminal. */
const LINE_EVERY_MS = 5_000;
const REDRAW_MS = 200;

/** Shows how far a collection is: planned items, resources, calls, refusals, and the time left. */
export interface Collecting {
  finished: (outcome: Outcome) => void;
  /** Shows lines that stay, above the one that says how far it is. */
  above: (lines: readonly string[]) => void;
  end: () => void;
}

/** @param done planned items that had their outcome before, of a run that is gone on with */
export function collecting(planned: number, done: readonly Outcome[]): Collecting {
  const line = progressLine();
  const began = performance.now();
  const before = done.length;
  let items = 0;
  let resources = 0;
  let calls = 0;
  let refused = 0;
  const count = (outcome: Outcome) => {
    items += 1;
    calls += outcome.calls;
    resources += Object.values(outcome.counts).reduce((sum, each) => sum + each, 0);
    if (outcome.status === "denied") refused += 1;
  };
  for (const outcome of done) count(outcome);
  const text = () => {
    const rate = (items - before) / (performance.now() - began);
    const left = items > before ? `, about ${duration((planned - items) / rate)} left` : "";
    return `${resources} resources, ${calls} calls, ${refused} refused${left}`;
  };
  const show = () => {
    if (isatty(2)) line(text(), items, planned);
    else say(`  ${items} of ${planned} planned items: ${text()}`);
  };
  const timer = setInterval(show, isatty(2) ? REDRAW_MS : LINE_EVERY_MS);
  timer.unref();
  return {
    finished: count,
    above: (lines) => {
      line.end();
      say(lines.join("\n"));
    },
    end: () => {
      clearInterval(timer);
      line.end();
    },
  };
}

/** Seconds below two minutes, minutes from there. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
