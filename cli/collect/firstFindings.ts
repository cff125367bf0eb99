import { SEVERITIES } from "../../src/controls/control.ts";
import type { EarlyEvaluation, EarlyFindings } from "../../src/desk/earlyFindings.ts";
import type { Plan } from "../../src/evidence/plan.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import type { Catalog } from "../../src/tables/catalog.ts";
import { findingLine } from "./results.ts";

/** Milliseconds until the first look at what is read, and at least between two: what ends before needs none. */
const EVERY_MS = 5_000;
/** Of the time, looks take a tenth at most: what they derive is derived again once the run is sealed. */
const SHARE = 0.1;
/** Findings that are named at each look, the worst first. */
const NAMED = 5;

/** Shows what failed while the rest is still being read. */
export interface FirstFindings {
  committed: (commit: Pick<TaskOutcome, "outcomes" | "objects">) => void;
  /** Waits for a look that is under way: after it nothing more is shown. */
  end: () => Promise<void>;
}

/** @param say gets the lines of each look that found something */
export function firstFindings(
  folder: string,
  plan: Plan,
  catalog: Catalog,
  say: (lines: readonly string[]) => void,
): FirstFindings {
  const commits: Pick<TaskOutcome, "outcomes" | "objects">[] = [];
  let looking: Promise<void> | undefined;
  // While calls wait: the database and the controls are what the results are made with, too.
  const early = started(folder, plan, catalog);
  // What is wrong with them is told by who needs them.
  early.catch(() => undefined);
  let next = 0;
  const look = async () => {
    const began = performance.now();
    const { add, evaluate } = await early;
    commits.splice(0).forEach(add);
    const found = await evaluate();
    if (found.length) say(linesOf(found));
    const ended = performance.now();
    next = ended + (ended - began) * (1 / SHARE - 1);
  };
  const timer = setInterval(() => {
    if (looking || !commits.length || performance.now() < next) return;
    looking = look()
      // A disk without room for tables: what there is to find is shown when the run is sealed.
      .catch(() => clearInterval(timer))
      .finally(() => {
        looking = undefined;
      });
  }, EVERY_MS);
  timer.unref();
  return {
    committed: (commit) => void commits.push(commit),
    end: async () => {
      clearInterval(timer);
      await looking;
      await early.then(
        ({ end }) => end(),
        () => undefined,
      );
    },
  };
}

/** Loads what evaluating takes. */
async function started(folder: string, plan: Plan, catalog: Catalog): Promise<EarlyEvaluation> {
  const [{ earlyEvaluation }, { controlsAbout }, { catalogOfRuns }] = await Promise.all([
    import("../../src/desk/earlyFindings.ts"),
    import("../reportOf.ts"),
    import("../../src/tables/runCatalog.ts"),
  ]);
  const all = await catalogOfRuns([plan]);
  const controls = await controlsAbout(plan.narrowed?.includes("auditors") ? catalog : all);
  return earlyEvaluation(folder, plan, all, controls);
}

function linesOf(found: readonly EarlyFindings[]): string[] {
  const worstFirst = [...found].sort(
    (a, b) => SEVERITIES.indexOf(a.control.severity) - SEVERITIES.indexOf(b.control.severity),
  );
  const lines = worstFirst.flatMap(({ control, failed }) => failed.map((each) => findingLine(control, each)));
  const more = lines.length - NAMED;
  return [...lines.slice(0, NAMED), ...(more > 0 ? [`  … and ${more} more, none of them worse`] : [])];
}
