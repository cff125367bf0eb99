import type { Location, Notification, ReportingDescriptor, Result, Run } from "sarif";
import { reasonText } from "../anomalies/anomaly.ts";
import type { Severity } from "../controls/control.ts";
import { findingId } from "../controls/verdict.ts";
import { printable } from "../query/printable.ts";
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
 * SARIF 2.1.0: a rule for each control, a result for each finding. The resource is the location, which is the same in
 * every run, as code scanning tells alerts by it; the evidence lines it rests on are related locations. Excepted findings
 * are results that are suppressed, and unknown ones are open. Anomalies have a rule of their own, and results that are
 * informational.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
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
  const resource = { resource_type, resource_id, arn, name: each.name };
  return {
    ruleId: ANOMALY_RULE.id,
    ruleIndex,
    kind: "informational",
    level: "none",
    message: { text: messageText(`${name}: ${each.reasons.map(reasonText).join("; ")}`) },
    locations: [locationOf({ account_id, region, resource_type, resource_id }, name, each.name ?? resource_id)],
    relatedLocations: evidenceLocations([
      { object: each.evidence_object, line: each.evidence_line, sha256: each.evidence_sha256 },
    ]),
    partialFingerprints: fingerprints(findingId({ control: ANOMALY_RULE.id, account_id, region, resource })),
    properties: { account_id, region, resource_type, evidence_sha256: each.evidence_sha256, query_sha256: null },
  };
}

/** What a result is about, as the path of a location. */
interface Located {
  account_id: string;
  region: string | null;
  resource_type: string;
  /** Undefined: every resource of the type, or that there is none. */
  resource_id?: string | undefined;
}

/** Code scanning refuses a file of which one result has no path and line, and takes a result at another path for a new one. */
const locationOf = (
  { account_id, region, resource_type, resource_id }: Located,
  fullyQualifiedName: string,
  name: string,
): Location => ({
  physicalLocation: {
    artifactLocation: {
      uri: ["resources", account_id, region ?? "every-region", resource_type, resource_id ?? "all"]
        .map(segment)
        .join("/"),
    },
    region: { startLine: 1 },
  },
  logicalLocations: [{ fullyQualifiedName: printable(fullyQualifiedName), name: printable(name), kind: "resource" }],
});

/** Lines of evidence, each in its object. */
const evidenceLocations = (evidence: Finding["evidence"]): Location[] =>
  evidence.map(({ object, line, sha256 }, index) => ({
    id: index + 1,
    message: { text: `evidence, in an object of SHA-256 ${sha256}` },
    physicalLocation: {
      artifactLocation: { uri: object.split("/").map(segment).join("/"), uriBaseId: "EVIDENCE" },
      region: { startLine: line },
    },
  }));

/** The same finding of the next run has the same ones. The second is the one that code scanning looks at. */
const fingerprints = (id: string) => ({ "finding/v1": id, primaryLocationLineHash: `${id}:1` });

function resultOf(finding: Finding, control: ReportedControl, ruleIndex: number): Result {
  const { resource, exception, account_id, region, status, reason, evidence } = finding;
  const where = `${account_id} ${region ?? "every region"}`;
  const name = resource ? (resource.arn ?? `${resource.resource_id} in ${where}`) : `${control.resource} in ${where}`;
  const resource_type = resource?.resource_type ?? control.resource;
  const message = `${name}: ${reason ?? control.title}`;
  return {
    ruleId: control.id,
    ruleIndex,
    kind: status === "unknown" ? "open" : "fail",
    // SARIF gives a level to failures alone.
    level: status === "unknown" ? "none" : LEVELS[control.severity],
    // Code scanning knows no kinds: what it shows says so itself.
    message: { text: messageText(status === "unknown" ? `Not known: ${message}` : message) },
    locations: [
      locationOf(
        { account_id, region, resource_type, resource_id: resource?.resource_id },
        name,
        resource?.name ?? resource?.resource_id ?? control.resource,
      ),
    ],
    ...(evidence.length ? { relatedLocations: evidenceLocations(evidence) } : {}),
    partialFingerprints: fingerprints(findingId(finding)),
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
      resource_type,
      evidence_sha256: evidence[0]?.sha256 ?? null,
      query_sha256: finding.query_sha256,
    },
  };
}

/** Text without halves of characters, which no file of UTF-8 can have. */
const whole = (text: string): string => Buffer.from(text).toString();

/** A segment of a path; a name of dots alone would lead to another. */
const segment = (text: string): string => encodeURIComponent(whole(text)).replace(/^\.+$/, "_$&");

/** Text as it is: in a message, brackets before parentheses would be a link, wherever a name leads. */
const messageText = (text: string): string => printable(whole(text)).replace(/\[(?=[^\]]*\]\()/g, "\\[");
