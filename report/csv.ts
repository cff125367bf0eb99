import { csvField } from "../query/output.ts";
import type { Report } from "./model.ts";

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
  "query_sha256",
] as const;

/** The findings, one a line, safe to open in a spreadsheet. @see https://www.rfc-editor.org/rfc/rfc4180 */
export function writeCsv({ run, controls, findings }: Report, write: (text: string) => void): void {
  const byId = new Map(controls.map((control) => [control.id, control]));
  write(`${COLUMNS.join(",")}\r\n`);
  for (const each of findings) {
    const { resource, evidence, exception } = each;
    const control = byId.get(each.control)!;
    const fields = [
      run.run_id,
      each.status,
      control.severity,
      control.id,
      control.title,
      each.account_id,
      each.region,
      resource?.resource_type ?? control.resource,
      resource?.resource_id ?? null,
      resource?.name ?? null,
      resource?.arn ?? null,
      each.reason,
      exception?.owner ?? null,
      exception?.reason ?? null,
      exception?.expires ?? null,
      evidence?.object ?? null,
      evidence?.line ?? null,
      evidence?.sha256 ?? null,
      each.query_sha256,
    ];
    write(`${fields.map(csvField).join(",")}\r\n`);
  }
}
