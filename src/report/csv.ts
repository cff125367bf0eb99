import { reasonText } from "../anomalies/anomaly.ts";
import { csvField } from "../query/output.ts";
import type { ProvenAnomaly } from "../query/readAnomalies.ts";
import type { Finding, Report, ReportedControl } from "./model.ts";
import type { Write } from "./writer.ts";

const COLUMNS = [
  "run_id",
  "status",
  "severity",
  "control",
  "title",
  "account_id",
  "region",
  "resource_type",
  "resource_id",
  "resource_name",
  "arn",
  "reason",
  "exception_owner",
  "exception_reason",
  "exception_expires",
  "evidence_object",
  "evidence_line",
  "evidence_sha256",
  "evidence_further",
  "query_sha256",
] as const;

/** Controls that were not evaluated, the findings, one a line, and anomalies with the status `anomaly`; safe to open in a spreadsheet. @see https://www.rfc-editor.org/rfc/rfc4180 */
export async function writeCsv({ run, controls, findings, anomalies }: Report, write: Write): Promise<void> {
  const byId = new Map(controls.map((control) => [control.id, control]));
  await write(`${COLUMNS.join(",")}\r\n`);
  await write(controls.map((control) => notEvaluated(run.run_id, control)).join(""));
  for await (const portion of findings())
    await write(portion.map((each) => lineOf(run.run_id, each, byId.get(each.control)!)).join(""));
  if (anomalies?.count) await write(anomalies.listed.map(anomalyLine).join(""));
}

function notEvaluated(run: string, control: ReportedControl): string {
  if (control.not_evaluated === undefined) return "";
  const { id, severity, title, resource, not_evaluated: reason, sha256 } = control;
  const known: Partial<Record<(typeof COLUMNS)[number], string>> = {
    run_id: run,
    status: "not-evaluated",
    severity,
    control: id,
    title,
    resource_type: resource,
    reason,
    query_sha256: sha256,
  };
  return record(COLUMNS.map((column) => known[column] ?? null));
}

function lineOf(run: string, finding: Finding, control: ReportedControl): string {
  const { resource, exception } = finding;
  const [own, ...further] = finding.evidence;
  const fields = [
    run,
    finding.status,
    control.severity,
    control.id,
    control.title,
    finding.account_id,
    finding.region,
    resource?.resource_type ?? control.resource,
    resource?.resource_id ?? null,
    resource?.name ?? null,
    resource?.arn ?? null,
    finding.reason,
    exception?.owner ?? null,
    exception?.reason ?? null,
    exception?.expires ?? null,
    own?.object ?? null,
    own?.line ?? null,
    own?.sha256 ?? null,
    further.map(({ object, line, sha256 }) => `${object}:${line}#${sha256}`).join(" ") || null,
    finding.query_sha256,
  ];
  return record(fields);
}

const anomalyLine = (each: ProvenAnomaly): string =>
  record([
    each.run_id,
    "anomaly",
    "info",
    null,
    "The resource is configured differently from others of its type",
    each.account_id,
    each.region,
    each.resource_type,
    each.resource_id,
    each.name,
    each.arn,
    each.reasons.map(reasonText).join("; "),
    null,
    null,
    null,
    each.evidence_object,
    each.evidence_line,
    each.evidence_sha256,
    null,
    null,
  ]);

const record = (fields: readonly Parameters<typeof csvField>[0][]): string => `${fields.map(csvField).join(",")}\r\n`;
