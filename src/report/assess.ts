import { type Control, ControlError, FRAMEWORKS, type Framework, SEVERITIES } from "../controls/control.ts";
import { evaluation } from "../controls/evaluate.ts";
import type { Exceptions } from "../controls/exceptions.ts";
import { noVerdicts, VERDICT_STATUSES, type Verdict, type VerdictCounts } from "../controls/verdict.ts";
import type { DuckDBEngine } from "../query/duckdb.ts";
import { FINDING_STATUSES, type Finding, type Findings, type ReportedControl } from "./model.ts";

/** Resources that are judged by one query, whose answer is small. Of more, verdicts are counted without reading them. */
const FEW_ITEMS = 1_000;
/** Findings that are kept from that, of all controls: some ten megabytes. */
const KEPT_AT_MOST = 20_000;

/**
 * What the controls say about the run that the engine shows as latest. Verdicts are counted at once, and findings,
 * but for a bounded number, are asked for when they are read, as long as the engine is open. A control that cannot be
 * evaluated is reported as that, with its error, and the others are judged.
 * @throws ControlError where there is no run
 */
export async function assess(
  engine: DuckDBEngine,
  controls: readonly Control[],
  exceptions: Exceptions,
  progress: (text: string, done?: number, of?: number) => void,
): Promise<{ controls: ReportedControl[]; findings: Findings }> {
  const { items, counts, verdicts } = await evaluation(engine, controls, exceptions);
  const reported: ReportedControl[] = [];
  const cached = new Map<string, readonly Finding[]>();
  let room = KEPT_AT_MOST;
  /** Of a control about few resources: counts, and its findings, which are kept where there is room for them. */
  const judged = async (control: Control): Promise<VerdictCounts> => {
    const counted = noVerdicts();
    const found: Finding[] = [];
    for await (const portion of verdicts(control))
      for (const verdict of portion) {
        counted[verdict.status] += 1;
        if (isFinding(verdict) && found.length <= room) found.push(verdict);
      }
    if (found.length <= room) {
      cached.set(control.id, found);
      room -= found.length;
    }
    return counted;
  };
  for (const [count, control] of controls.entries()) {
    progress("evaluating controls", count, controls.length);
    try {
      reported.push(
        reportedControl(control, items(control) > FEW_ITEMS ? await counts(control) : await judged(control)),
      );
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      reported.push({
        ...reportedControl(control, noVerdicts()),
        status: "not-evaluated",
        not_evaluated: error.message,
      });
    }
  }
  const order = new Map(controls.map(({ id }, index) => [id, index]));
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
        const cachedFindings = cached.get(id);
        if (cachedFindings) yield cachedFindings.filter((each) => each.status === status).slice(0, atMost);
        else
          yield* verdicts(controls[order.get(id)!]!, { statuses: [status], limit: atMost }) as AsyncIterable<Finding[]>;
      }
  };
  return { controls: reported, findings };
}

const isFinding = (verdict: Verdict): verdict is Finding =>
  (FINDING_STATUSES as readonly string[]).includes(verdict.status);

function reportedControl(control: Control, verdicts: VerdictCounts): ReportedControl {
  const { id, title, severity, resource, rationale, remedy, mappings, sql, sha256 } = control;
  const in_part = Object.fromEntries(
    Object.entries(control["in-part"]).map(([requirement, missing]) => {
      const [framework = "", number = ""] = requirement.split(" ");
      return [`${FRAMEWORKS[framework as Framework]} ${number}`, missing];
    }),
  );
  const status = VERDICT_STATUSES.find((each) => verdicts[each]) ?? "not-applicable";
  return {
    id,
    title,
    severity,
    resource,
    rationale,
    remedy,
    mappings: named(mappings),
    in_part,
    sql,
    sha256,
    status,
    verdicts,
  };
}

const named = (mappings: Control["mappings"]): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(mappings).flatMap(([framework, numbers]) =>
      numbers ? [[FRAMEWORKS[framework as Framework], numbers]] : [],
    ),
  );
