import type { Severity } from "../controls/control.ts";
import { sha256 } from "../evidence/plan.ts";
import type { Finding, Report, ReportedControl } from "./model.ts";
import type { Write } from "./writer.ts";

const SEVERITY_IDS: Record<Severity, [id: number, caption: string]> = {
  critical: [5, "Critical"],
  high: [4, "High"],
  medium: [3, "Medium"],
  low: [2, "Low"],
  info: [1, "Informational"],
};
const COMPLIANCE: Record<Finding["status"], [id: number, caption: string]> = {
  fail: [3, "Fail"],
  // OCSF's word for a check that came to no result, because something was not there to be read.
  unknown: [2, "Warning"],
  excepted: [3, "Fail"],
};
/** Compliance Finding, of the category Findings; its activity is always Create. */
const CLASS = 2003;
const CREATE = 1;

/**
 * OCSF 1.4.0: each finding a Compliance Finding, one JSON object a line. One that is excepted is suppressed.
 * @see https://schema.ocsf.io/1.4.0/classes/compliance_finding
 */
export async function writeOcsf(report: Report, write: Write): Promise<void> {
  const controls = new Map(report.controls.map((control) => [control.id, control]));
  for (const control of report.controls)
    if (control.not_evaluated !== undefined)
      await write(`${JSON.stringify(notEvaluated(report, control, control.not_evaluated))}\n`);
  for await (const portion of report.findings()) {
    const events = portion.map((finding) => eventOf(report, finding, controls.get(finding.control)!));
    await write(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  }
}

/** A control that could not be evaluated: of no account and no resource, and of no verdict. */
function notEvaluated(report: Report, control: ReportedControl, error: string) {
  const { resources: _none, ...event } = eventOf(
    report,
    {
      control: control.id,
      status: "unknown",
      account_id: "",
      region: null,
      resource: null,
      reason: `not evaluated: ${error}`,
      evidence: [],
      query_sha256: control.sha256,
    },
    control,
  );
  return {
    ...event,
    cloud: { provider: "AWS" },
    compliance: { ...event.compliance, status_id: 0, status: "Unknown" },
  };
}

function eventOf({ run, tool_version }: Report, finding: Finding, control: ReportedControl) {
  const { resource, evidence, exception, account_id, region, reason, status } = finding;
  const [severity_id, severity] = SEVERITY_IDS[control.severity];
  const [status_id, compliance] = COMPLIANCE[status];
  const time = Date.parse(run.sealed_at);
  const uid = sha256(
    JSON.stringify([run.run_id, control.id, account_id, region, resource?.arn ?? resource?.resource_id ?? null]),
  );
  return {
    class_uid: CLASS,
    class_name: "Compliance Finding",
    category_uid: 2,
    category_name: "Findings",
    activity_id: CREATE,
    activity_name: "Create",
    type_uid: CLASS * 100 + CREATE,
    type_name: "Compliance Finding: Create",
    time,
    severity_id,
    severity,
    status_id: exception && !exception.expired ? 3 : 1,
    status: exception && !exception.expired ? "Suppressed" : "New",
    ...(reason ? { status_detail: reason } : {}),
    metadata: {
      version: "1.4.0",
      product: { name: "Audit Ecosystem", vendor_name: "Audit Ecosystem", version: tool_version },
      uid,
      profiles: ["cloud"],
    },
    cloud: {
      provider: "AWS",
      account: { uid: account_id, type: "AWS Account", type_id: 10 },
      ...(region ? { region } : {}),
    },
    finding_info: {
      uid,
      title: control.title,
      desc: control.rationale,
      created_time: time,
      analytic: { uid: control.id, name: control.title, type_id: 1, type: "Rule" },
    },
    compliance: {
      control: control.id,
      standards: Object.keys(control.mappings),
      requirements: Object.values(control.mappings).flat(),
      status_id,
      status: compliance,
      ...(reason ? { status_detail: reason } : {}),
    },
    remediation: { desc: control.remedy },
    resources: [
      {
        uid: resource?.arn ?? resource?.resource_id ?? account_id,
        type: resource?.resource_type ?? control.resource,
        ...(resource?.name ? { name: resource.name } : {}),
        owner: { account: { uid: account_id } },
        ...(region ? { region } : {}),
      },
    ],
    ...(evidence.length
      ? { evidences: evidence.map(({ object, line, sha256 }) => ({ data: { object, line, sha256 } })) }
      : {}),
    unmapped: {
      ...(Object.keys(control.in_part).length ? { requirements_in_part: control.in_part } : {}),
      run_id: run.run_id,
      manifest_sha256: run.manifest_sha256,
      query_sha256: finding.query_sha256,
    },
  };
}
