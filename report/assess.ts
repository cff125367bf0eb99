import { type Control, FRAMEWORKS, type Framework, SEVERITIES } from "../controls/control.ts";
import { evaluation } from "../controls/evaluate.ts";
import type { Exceptions } from "../controls/exceptions.ts";
import { VERDICT_STATUSES, type VerdictCounts } from "../controls/verdict.ts";
import type { DuckDBEngine } from "../query/duckdb.ts";
import { FINDING_STATUSES, type Finding, type Findings, type ReportedControl } from "./model.ts";

/**
 * What the controls say about the run that the engine shows as latest. Verdicts are counted at once, and findings are
 * asked for when they are read, as long as the engine is open.
 * @throws ControlError
 */
export async function assess(
  engine: DuckDBEngine,
  controls: readonly Control[],
  exceptions: Exceptions,
  progress: (text: string, done?: number, of?: number) => void,
): Promise<{ controls: ReportedControl[]; findings: Findings }> {
  const { counts, verdicts } = await evaluation(engine, controls, exceptions);
  const reported: ReportedControl[] = [];
  for (const [asked, control] of controls.entries()) {
    progress(`control ${control.id}`, asked, controls.length);
    reported.push(reportedControl(control, await counts(control)));
  }
  const places = new Map(controls.map(({ id }, place) => [id, place]));
  const worstFirst = [...reported].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.id < b.id ? -1 : 1),
  );
  const findings = async function* (ofEachControl = Number.POSITIVE_INFINITY): AsyncGenerator<Finding[]> {
    const left = new Map(reported.map(({ id }) => [id, ofEachControl]));
    for (const status of FINDING_STATUSES)
      for (const { id, verdicts: counted } of worstFirst) {
        const atMost = Math.min(left.get(id)!, counted[status]);
        if (!atMost) continue;
        left.set(id, left.get(id)! - atMost);
        yield* verdicts(controls[places.get(id)!]!, { statuses: [status], atMost }) as AsyncIterable<Finding[]>;
      }
  };
  return { controls: reported, findings };
}

function reportedControl(control: Control, verdicts: VerdictCounts): ReportedControl {
  const { id, title, severity, resource, rationale, remedy, mappings, sql, sha256 } = control;
  const status = VERDICT_STATUSES.find((each) => verdicts[each]) ?? "not-applicable";
  return { id, title, severity, resource, rationale, remedy, mappings: named(mappings), sql, sha256, status, verdicts };
}

const named = (mappings: Control["mappings"]): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(mappings).flatMap(([framework, numbers]) =>
      numbers ? [[FRAMEWORKS[framework as Framework], numbers]] : [],
    ),
  );
