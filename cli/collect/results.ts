import { once } from "node:events";
import { type Control, SEVERITIES, type Severity } from "../../src/controls/control.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import { listingsOf, notesOf } from "../../src/evidence/coverageTotals.ts";
import { printable } from "../../src/query/printable.ts";
import type { Report } from "../../src/report/model.ts";
import { type Format, writeReport } from "../../src/report/write.ts";
import { fileSink } from "../../src/tables/fileSink.ts";
import { writeData } from "../terminal.ts";

/** Findings that are named on the screen, the worst first. */
const NAMED = 10;
/** Of one control at most, so that others are named too. */
const EACH = 2;
/** Things that could not be read, that are named. */
const GAPS_NAMED = 5;

/** What a collection came to, for people: coverage, then findings, the worst first. */
export async function resultText(report: Report): Promise<string> {
  return [...coverageLines(report).map(printable), "", ...(await findingLines(report))].join("\n");
}

/** Failures of the controls of a severity, and of those that are worse. */
export const failuresFrom = ({ controls }: Report, severity: Severity): number =>
  controls
    .filter((control) => SEVERITIES.indexOf(control.severity) <= SEVERITIES.indexOf(severity))
    .reduce((sum, { verdicts }) => sum + verdicts.fail, 0);

/** Planned items by what became of them. */
export function outcomesOf({ coverage }: Report): Record<string, number> {
  const statuses: Record<string, number> = {};
  for (const cell of coverage)
    for (const [status, count] of Object.entries(cell.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
  return statuses;
}

function coverageLines(report: Report): string[] {
  const { planned, items, complete } = report.run;
  const { collected = 0, "not-enabled": closed = 0, ...rest } = outcomesOf(report);
  const unread = Object.entries(rest).map(([status, count]) => `${count} ${status}`);
  const missing = planned - collected - closed - Object.values(rest).reduce((sum, count) => sum + count, 0);
  const head = [
    `Coverage   ${collected} of ${planned} planned items collected`,
    ...(closed ? [`${closed} not enabled`] : []),
    ...unread,
    ...(missing ? [`${missing} not read: the run was ended before them`] : []),
  ].join(", ");
  const listings = listingsOf(report.coverage);
  const reasons = new Map<string, Set<string>>();
  for (const cell of report.coverage)
    for (const reason of cell.reasons)
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(`${cell.account} ${cell.auditor}`));
  const lines = [...reasons].map(
    ([reason, where]) => `           ${[...where][0]}${where.size > 1 ? ` and ${where.size - 1} more` : ""}: ${reason}`,
  );
  return [
    `${head}; ${listings.whole} of ${listings.planned} listings read whole; ${listings.whole < listings.planned ? "at least " : ""}${items} resources${complete ? "" : "; sealed as incomplete"}`,
    ...lines.slice(0, GAPS_NAMED),
    ...(lines.length > GAPS_NAMED
      ? [`           … and ${lines.length - GAPS_NAMED} more reasons: the page has them, and itaudit status --dir`]
      : []),
    ...notesOf(report.coverage).map(
      ({ note, accounts }) =>
        `Note       ${accounts[0]}${accounts.length > 1 ? ` and ${accounts.length - 1} more` : ""}: ${note}`,
    ),
  ];
}

async function findingLines(report: Report): Promise<string[]> {
  const { controls } = report;
  const failed = SEVERITIES.flatMap((severity) => {
    const count = controls
      .filter((control) => control.severity === severity)
      .reduce((sum, { verdicts }) => sum + verdicts.fail, 0);
    return count ? [`${count} ${severity}`] : [];
  });
  const total = controls.reduce((sum, { verdicts }) => sum + verdicts.fail, 0);
  const unknown = controls.reduce((sum, { verdicts }) => sum + verdicts.unknown, 0);
  const passed = controls.reduce((sum, { verdicts }) => sum + verdicts.pass, 0);
  const title = new Map(controls.map((control) => [control.id, control]));
  const named: string[] = [];
  for await (const portion of report.findings(EACH)) {
    for (const finding of portion)
      if (finding.status === "fail" && named.length < NAMED)
        named.push(findingLine(title.get(finding.control)!, finding));
    if (named.length >= NAMED) break;
  }
  return [
    `Findings   ${failed.join(", ") || "none"} failed; ${unknown} not known, ${passed} passed`,
    ...named,
    ...(total > named.length
      ? [`  … and ${total - named.length} more: at most ${EACH} of a control are named here, the page has them all`]
      : []),
    ...(await byService(report)),
  ];
}

/** A failure on one line, for people. */
export function findingLine({ severity, title }: Pick<Control, "severity" | "title">, finding: Verdict): string {
  const { account_id, region, resource, reason } = finding;
  const where = resource?.arn ?? [account_id, region, resource?.resource_id].filter(Boolean).join(" ");
  return `  ${severity.padEnd(9)}${printable(where)}: ${printable(reason ?? title)}`;
}

/** Failures by service and severity. */
async function byService({ controls }: Report): Promise<string[]> {
  const services = new Map<string, Partial<Record<Severity, number>>>();
  for (const { resource, severity, verdicts } of controls) {
    if (!verdicts.fail) continue;
    const service = resource.split("::")[1] ?? resource;
    const of = services.get(service) ?? {};
    services.set(service, of);
    of[severity] = (of[severity] ?? 0) + verdicts.fail;
  }
  if (!services.size) return [];
  const { default: Table } = await import("cli-table3");
  const shown = SEVERITIES.filter((severity) => [...services.values()].some((of) => of[severity]));
  const table = new Table({
    head: ["service", ...shown],
    colAligns: ["left", ...shown.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  const weight = (of: Partial<Record<Severity, number>>) =>
    shown.map((each) => String(of[each] ?? 0).padStart(9, "0")).join();
  const sorted = [...services].sort(([, a], [, b]) => (weight(a) < weight(b) ? 1 : -1));
  for (const [service, of] of sorted) table.push([printable(service), ...shown.map((each) => of[each] ?? "")]);
  return [table.toString()];
}

/** Writes a report to a file, which appears once it is whole; `-` is standard output. */
export async function writeTo(path: string, report: Report, format: Format): Promise<void> {
  if (path === "-")
    return writeReport(report, format, async (text) => {
      if (!writeData(text)) await once(process.stdout, "drain");
    });
  const sink = fileSink(path);
  try {
    await writeReport(report, format, (text) => sink.write(Buffer.from(text)));
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}
