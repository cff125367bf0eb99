import type { Notification, PhysicalLocation, ReportingDescriptor, Result, Run } from "sarif";
import { reasonText } from "../anomalies/anomaly.ts";
import type { Severity } from "../controls/control.ts";
import { findingId } from "../controls/verdict.ts";
import type { ProvenAnomaly } from "../query/readAnomalies.ts";
import type { Finding, Report, ReportedControl } from "./model.ts";
import type { Write } from "./writer.ts";

const LEVELS: Record<Severity, "error" | "warning" | "note"> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};
/** What viewers sort by, from 0 to 10. */
const SCORES: Record<Severity, string> = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0", info: "0.0" };

/**
 * SARIF 2.1.0: a rule for each control, a result for each finding. The evidence object and its line are the place, the
 * ARN is the logical one; further lines that it rests on are related places. Excepted findings are results that are
 * suppressed, and unknown ones are open. Anomalies have a rule of their own, and results that are informational.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export async function writeSarif(report: Report, write: Write): Promise<void> {
  const { controls, findings, anomalies, run } = report;
  const anomalyList = anomalies?.listed ?? [];
  const indexOf = new Map(controls.map(({ id }, index) => [id, index]));
  const head: Omit<Run, "results"> = {
    tool: {
      driver: {
        name: "itaudit",
        version: report.tool_version,
        semanticVersion: report.tool_version,
        rules: [...controls.map(ruleOf), ...(anomalyList.length ? [ANOMALY_RULE] : [])],
      },
    },
    automationDetails: { id: `itaudit/${run.run_id}` },
    columnKind: "utf16CodeUnits",
    originalUriBaseIds: { EVIDENCE: { description: { text: "The evidence bucket, or a copy of it." } } },
    invocations: [
      {
        executionSuccessful: report.integrity.holds && controls.every((each) => each.not_evaluated === undefined),
        startTimeUtc: run.started_at,
        endTimeUtc: run.sealed_at,
        toolExecutionNotifications: controls.flatMap(notEvaluated),
        properties: { manifest: run.manifest_key, manifest_sha256: run.manifest_sha256 },
      },
    ],
  };
  await write('{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[');
  await write(`${JSON.stringify(head).slice(0, -1)},"results":[`);
  let separator = "\n";
  for await (const portion of findings()) {
    const results = portion.map((finding) => {
      const index = indexOf.get(finding.control)!;
      return JSON.stringify(resultOf(finding, controls[index]!, index));
    });
    await write(separator + results.join(",\n"));
    separator = ",\n";
  }
  if (anomalyList.length)
    await write(
      separator + anomalyList.map((each) => JSON.stringify(resultOfAnomaly(each, controls.length))).join(",\n"),
    );
  await write("]}]}\n");
}

const ruleOf = ({
  id,
  title,
  severity,
  rationale,
  remedy,
  mappings,
  in_part,
}: ReportedControl): ReportingDescriptor => ({
  id,
  shortDescription: { text: title },
  fullDescription: { text: rationale },
  help: { text: remedy },
  defaultConfiguration: { level: LEVELS[severity] },
  properties: {
    "security-severity": SCORES[severity],
    tags: Object.entries(mappings).flatMap(([framework, numbers]) => numbers.map((number) => `${framework} ${number}`)),
    ...(Object.keys(in_part).length ? { in_part } : {}),
  },
});

/** A control without results, because it could not be evaluated. */
const notEvaluated = ({ id, not_evaluated: error }: ReportedControl, index: number): Notification[] =>
  error === undefined
    ? []
    : [{ level: "error", message: { text: `not evaluated: ${error}` }, associatedRule: { id, index } }];

const ANOMALY_RULE: ReportingDescriptor = {
  id: "anomaly",
  shortDescription: { text: "A resource is configured differently from others of its type" },
  fullDescription: { text: "A resource configured differently from others of its type. An anomaly is not a failure." },
  help: { text: "Review whether it is intended. If it is not, a control can define what you expect." },
  defaultConfiguration: { level: "none" },
  properties: { "security-severity": SCORES.info, tags: [] },
};

function resultOfAnomaly(each: ProvenAnomaly, ruleIndex: number): Result {
  const { account_id, region, resource_type, resource_id, arn } = each;
  const name = arn ?? `${resource_id} in ${account_id} ${region}`;
  return {
    ruleId: ANOMALY_RULE.id,
    ruleIndex,
    kind: "informational",
    level: "none",
    message: { text: `${name}: ${each.reasons.map(reasonText).join("; ")}` },
    locations: [
      {
        physicalLocation: physicalLocation({ object: each.evidence_object, line: each.evidence_line }),
        logicalLocations: [{ fullyQualifiedName: name, name: each.name ?? resource_id, kind: "resource" }],
      },
    ],
    partialFingerprints: {
      "finding/v1": findingId({
        control: ANOMALY_RULE.id,
        account_id,
        region,
        resource: { resource_type, resource_id, arn, name: each.name },
      }),
    },
    properties: { account_id, region, resource_type, evidence_sha256: each.evidence_sha256, query_sha256: null },
  };
}

/** The evidence object and the line in it. */
const physicalLocation = ({ object, line }: { object: string; line: number }): PhysicalLocation => ({
  artifactLocation: { uri: uriOf(object), uriBaseId: "EVIDENCE" },
  region: { startLine: line },
});

function resultOf(finding: Finding, control: ReportedControl, ruleIndex: number): Result {
  const { resource, exception, account_id, region, status, reason } = finding;
  const [own, ...further] = finding.evidence;
  const where = `${account_id} ${region ?? "every region"}`;
  const name = resource ? (resource.arn ?? `${resource.resource_id} in ${where}`) : `${control.resource} in ${where}`;
  return {
    ruleId: control.id,
    ruleIndex,
    kind: status === "unknown" ? "open" : "fail",
    // SARIF gives a level to failures alone.
    level: status === "unknown" ? "none" : LEVELS[control.severity],
    message: { text: `${name}: ${reason ?? control.title}` },
    locations: [
      {
        ...(own ? { physicalLocation: physicalLocation(own) } : {}),
        logicalLocations: [
          {
            fullyQualifiedName: name,
            name: resource?.name ?? resource?.resource_id ?? control.resource,
            kind: "resource",
          },
        ],
      },
    ],
    ...(further.length
      ? {
          relatedLocations: further.map((each, index) => ({
            id: index + 1,
            message: { text: `evidence too, in an object of SHA-256 ${each.sha256}` },
            physicalLocation: physicalLocation(each),
          })),
        }
      : {}),
    // The same finding of the next run has the same one.
    partialFingerprints: { "finding/v1": findingId(finding) },
    ...(exception && !exception.expired
      ? {
          suppressions: [
            {
              kind: "external",
              status: "accepted",
              justification: `${exception.reason} (${exception.owner}, expires ${exception.expires})`,
            },
          ],
        }
      : {}),
    properties: {
      account_id,
      region,
      resource_type: resource?.resource_type ?? control.resource,
      evidence_sha256: own?.sha256 ?? null,
      query_sha256: finding.query_sha256,
    },
  };
}

const uriOf = (key: string): string => key.split("/").map(encodeURIComponent).join("/");
