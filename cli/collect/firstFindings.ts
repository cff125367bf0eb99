import { SEVERITIES } from "../../src/controls/control.ts";
import type { EarlyEvaluation, EarlyFindings } from "../../src/desk/earlyFindings.ts";
import type { Plan } from "../../src/evidence/plan.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import type { Catalog } from "../../src/tables/catalog.ts";
import { findingLine } from "./results.ts";

/** Milliseconds until the first look at what is read, and then between two: what ends before needs none. */
const EVERY_MS = 5_000;
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
  let early: EarlyEvaluation | undefined;
  let looking: Promise<void> | undefined;
  const look = async () => {
    early ??= await started(folder, plan, catalog);
    for (const commit of commits.splice(0)) early.add(commit);
    const found = await early.evaluate();
    if (found.length) say(linesOf(found));
  };
  const timer = setInterval(() => {
    if (looking || !commits.length) return;
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
      await early?.end();
    },
  };
}

/** What evaluating takes is loaded when it comes to it: reading starts before. */
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
