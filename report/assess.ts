import { type Control, FRAMEWORKS, type Framework, SEVERITIES } from "../controls/control.ts";
import { evaluate } from "../controls/evaluate.ts";
import type { Exceptions } from "../controls/exceptions.ts";
import { noVerdicts, VERDICT_STATUSES, type Verdict } from "../controls/verdict.ts";
import type { DuckDBEngine } from "../query/duckdb.ts";
import { FINDING_STATUSES, type Finding, type ReportedControl } from "./model.ts";

/** What the controls say about the run that the engine shows as latest. @throws ControlError */
export async function assess(
  engine: DuckDBEngine,
  controls: readonly Control[],
  exceptions: Exceptions,
  progress: (text: string, done?: number, of?: number) => void,
): Promise<{ controls: ReportedControl[]; findings: Finding[] }> {
  const counts = new Map(controls.map(({ id }) => [id, noVerdicts()]));
  const findings: Finding[] = [];
  let asked = 0;
  const asking = ({ id }: Control) => progress(`control ${id}`, asked++, controls.length);
  for await (const verdict of evaluate(engine, controls, { exceptions, progress: asking })) {
    counts.get(verdict.control)![verdict.status] += 1;
    if (isFinding(verdict)) findings.push(verdict);
  }
  const reported = controls.map(({ id, title, severity, resource, rationale, remedy, mappings, sql, sha256 }) => {
    const verdicts = counts.get(id)!;
    const status = VERDICT_STATUSES.find((each) => verdicts[each]) ?? "not-applicable";
    return {
      id,
      title,
      severity,
      resource,
      rationale,
      remedy,
      mappings: named(mappings),
      sql,
      sha256,
      status,
      verdicts,
    };
  });
  return { controls: reported, findings: worstFirst(findings, reported) };
}

const isFinding = (verdict: Verdict): verdict is Finding =>
  (FINDING_STATUSES as readonly string[]).includes(verdict.status);

const named = (mappings: Control["mappings"]): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(mappings).flatMap(([framework, numbers]) =>
      numbers ? [[FRAMEWORKS[framework as Framework], numbers]] : [],
    ),
  );

/** By status, then severity, then control; within one, in the order in which the verdicts came. */
function worstFirst(findings: readonly Finding[], controls: readonly ReportedControl[]): Finding[] {
  const place = new Map(
    [...controls]
      .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.id < b.id ? -1 : 1))
      .map(({ id }, index) => [id, index]),
  );
  const status = (each: Finding) => FINDING_STATUSES.indexOf(each.status);
  return [...findings].sort((a, b) => status(a) - status(b) || place.get(a.control)! - place.get(b.control)!);
}
