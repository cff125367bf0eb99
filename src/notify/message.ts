import { type Control, SEVERITIES, type Severity } from "../controls/control.ts";
import { type Head, headLine } from "../evidence/head.ts";
import { printable } from "../query/printable.ts";
import type { OpenFinding, Unevaluated } from "./notificationState.ts";

/** Findings that a message names one by one; of more it gives the numbers. */
export const NAMED_AT_MOST = 20;

/** The run that people are told about. */
export interface NotifiedRun {
  id: string;
  /** Accounts that it covered. */
  accounts: number;
  /** Its manifest: every inbox that keeps a message is a witness of the chain. */
  head: Required<Head>;
}

/** A message for people. */
export interface Message {
  /** One line, ASCII, 100 characters at most, as SNS wants it. */
  subject: string;
  text: string;
  /** The worst severity in it. */
  severity: Severity;
}

/** What people are told of new findings and of controls without an answer; there must be one at least. */
export function messageOf(
  found: readonly OpenFinding[],
  unevaluated: readonly Pick<Unevaluated, "control" | "error">[],
  controls: ReadonlyMap<string, Control>,
  run: NotifiedRun,
): Message {
  const severityOf = ({ control }: Pick<OpenFinding, "control">) => controls.get(control)!.severity;
  const rank = (finding: OpenFinding) => SEVERITIES.indexOf(severityOf(finding));
  const sorted = [...found].sort((a, b) => rank(a) - rank(b) || (a.control < b.control ? -1 : 1));
  const counts = countsOf(sorted.map(severityOf));
  const said = [
    ...(found.length ? [`${found.length} new finding${found.length === 1 ? "" : "s"} (${counts})`] : []),
    ...(unevaluated.length
      ? [`${unevaluated.length} control${unevaluated.length === 1 ? "" : "s"} not evaluated`]
      : []),
  ].join(", ");
  const named = sorted.slice(0, NAMED_AT_MOST).map((finding) => paragraph(finding, controls.get(finding.control)!));
  const rest = sorted.slice(NAMED_AT_MOST);
  const text = [
    `${said} in run ${run.id}, which covered ${run.accounts} account${run.accounts === 1 ? "" : "s"}.`,
    ...named,
    ...(rest.length ? [`And ${rest.length} more: ${countsOf(rest.map(severityOf))}.`] : []),
    ...unevaluated
      .slice(0, NAMED_AT_MOST)
      .map(({ control, error }) => `NOT EVALUATED ${controls.get(control)!.title} (${control}): ${short(error)}`),
    ...(unevaluated.length > NAMED_AT_MOST ? [`And ${unevaluated.length - NAMED_AT_MOST} more not evaluated.`] : []),
    `With their evidence: itaudit controls ${run.id} --verdicts`,
    headLine(run.head),
  ].join("\n\n");
  const severities = [...found, ...unevaluated].map(severityOf);
  const severity = SEVERITIES.find((each) => severities.includes(each))!;
  return { subject: `Audit: ${said}`, text, severity };
}

function paragraph({ account_id, region, resource_id, arn, reason }: OpenFinding, control: Control): string {
  return [
    `${control.severity.toUpperCase()} ${control.title} (${control.id})`,
    `${short(arn ?? resource_id)} in ${account_id}, ${region}${reason ? `: ${short(reason)}` : ""}`,
    `Remedy: ${control.remedy}`,
  ].join("\n");
}

/** `2 critical, 3 high`. */
function countsOf(severities: readonly Severity[]): string {
  return SEVERITIES.map((each) => [each, severities.filter((severity) => severity === each).length] as const)
    .filter(([, count]) => count)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(", ");
}

/** Names come from the audited accounts, and so may be long. */
const short = (text: string): string => printable(text).slice(0, 500);
