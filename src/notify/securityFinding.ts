import { type AwsSecurityFinding, ResourceDetails$ } from "@aws-sdk/client-securityhub";
import { decodeTime } from "ulid";
import type { Control, Severity } from "../controls/control.ts";
import type { OpenFinding } from "./notificationState.ts";

const LABELS = {
  critical: "CRITICAL",
  high: "HIGH",
  medium: "MEDIUM",
  low: "LOW",
  info: "INFORMATIONAL",
} as const satisfies Record<Severity, string>;

/** Resource types that Security Hub has a name for, by that name in small letters. */
const KNOWN = new Map((ResourceDetails$[4] as string[]).map((name) => [name.toLowerCase(), name]));

/** `AWS::RDS::DBInstance` → `AwsRdsDbInstance`, or `Other`. */
export const securityHubType = (resourceType: string): string =>
  KNOWN.get(resourceType.replaceAll("::", "").toLowerCase()) ?? "Other";

/** Where findings are imported to. */
export interface Product {
  /** `arn:aws:securityhub:<region>:<account>:product/<account>/default`. */
  arn: string;
  /** The audit account. */
  account: string;
}

export const productOf = (arn: string): Product => ({ arn, account: arn.split(":")[4]! });

/**
 * A finding in the AWS Security Finding Format. Security Hub takes from an account only findings that bear its own id:
 * the audited account stands with the resource and in the product's fields.
 * @param ended whether it is no more: passed, and archived
 * @see https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
 */
export function securityFinding(
  finding: OpenFinding,
  control: Control,
  run: string,
  product: Product,
  ended: boolean,
): AwsSecurityFinding {
  const { account_id, region, resource_id, arn, reason, evidence, since } = finding;
  const at = (run: string) => new Date(decodeTime(run)).toISOString();
  return {
    SchemaVersion: "2018-10-08",
    Id: `${product.arn}/${finding.id}`,
    ProductArn: product.arn,
    GeneratorId: `audit-ecosystem/${control.id}`,
    AwsAccountId: product.account,
    Types: ["Software and Configuration Checks/AWS Security Best Practices"],
    CreatedAt: at(since),
    UpdatedAt: at(run),
    Severity: { Label: LABELS[control.severity] },
    Title: control.title.slice(0, 256),
    Description: `${reason ? `${reason}. ` : ""}${control.rationale}`.slice(0, 1024),
    Remediation: { Recommendation: { Text: control.remedy.slice(0, 512) } },
    ProductFields: {
      "audit-ecosystem/account_id": account_id,
      "audit-ecosystem/run_id": run,
      "audit-ecosystem/control": control.id,
      "audit-ecosystem/query_sha256": control.sha256,
      ...evidenceFields(evidence),
    },
    Resources: [
      {
        Type: securityHubType(control.resource),
        Id: arn ?? `${account_id}/${region}/${resource_id}`,
        Partition: partitionOf(product.arn),
        ...(region && region !== "global" ? { Region: region } : {}),
        Details: { Other: { account_id, resource_type: control.resource, resource_id } },
      },
    ],
    Compliance: { Status: ended ? "PASSED" : "FAILED" },
    RecordState: ended ? "ARCHIVED" : "ACTIVE",
  };
}

/** Of a field at most. @see https://docs.aws.amazon.com/securityhub/latest/userguide/asff-top-level-attributes.html */
const FIELD = 2_048;

/** The resource's own line, and as many of the others as a field takes. */
function evidenceFields([own, ...further]: OpenFinding["evidence"]): Record<string, string> {
  if (!own) return {};
  let others = "";
  for (const { object, line, sha256 } of further) {
    const next = `${others}${others && " "}${object}:${line}#${sha256}`;
    if (next.length > FIELD) break;
    others = next;
  }
  return {
    "audit-ecosystem/evidence": `${own.object}:${own.line}`,
    "audit-ecosystem/evidence_sha256": own.sha256,
    ...(others ? { "audit-ecosystem/evidence_further": others } : {}),
  };
}

const partitionOf = (arn: string) => arn.split(":")[1] as "aws" | "aws-cn" | "aws-us-gov";
