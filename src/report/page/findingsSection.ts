import type { ReportedControl } from "../model.ts";
import type { PageData } from "../pageData.ts";
import { severityMark, verdictMark } from "./controlFacts.ts";
import { code } from "./details.ts";
import { counted, element, number } from "./element.ts";
import { nameOf, showFinding } from "./findingDetails.ts";
import { findingFilters } from "./findingFilters.ts";
import { type FindingRow, FindingRows, SORTS, type Sort } from "./findingRows.ts";
import { type Column, LongTable } from "./longTable.ts";

export interface FindingsSection {
  root: HTMLElement;
  /** Shows the findings of one control, and goes there. */
  showControl: (control: ReportedControl) => void;
}

/** Findings to search, sort and filter, each down to the object of evidence that says so. */
export function findingsSection(data: PageData): FindingsSection {
  const findings = new FindingRows(data);
  let sort: Sort | undefined;
  let descending = false;
  const table = new LongTable({
    label: "Findings",
    columns: columnsOf((at) => findings.row(at)),
    open: (at) => showFinding(findings.row(at)),
    sort: (key) => {
      const by = SORTS.find((each) => each === key)!;
      descending = sort === by && !descending;
      sort = by;
      draw();
    },
  });
  const count = element("p", { role: "status", class: "finding-count" });
  const filters = findingFilters(data, findings, () => {
    filtered = findings.filtered(filters.chosen());
    draw();
  });
  let filtered = findings.filtered(filters.chosen());
  const draw = () => {
    const sorted = sort ? findings.sorted(filtered, sort, descending) : filtered;
    table.show(sorted);
    if (sort) table.sortedBy(sort, descending);
    count.textContent = countText(data, sorted.length);
  };
  draw();
  const root = element(
    "section",
    { id: "findings", "aria-labelledby": "findings-title" },
    element("h2", { id: "findings-title", tabindex: -1 }, "Findings"),
    leftOut(data),
    ...(findings.rows ? [filters.form, count, table.root] : [noFinding()]),
  );
  return {
    root,
    showControl: ({ id }) => {
      filters.chooseControl(id);
      root.scrollIntoView();
      root.querySelector("h2")!.focus({ preventScroll: true });
    },
  };
}

const columnsOf = (row: (at: number) => FindingRow): Column[] => [
  { key: "resource", label: "Resource", kind: "resource first", cell: (at) => nameOf(row(at)) },
  { key: "severity", label: "Severity", kind: "severity", cell: (at) => severityMark(row(at).control) },
  { key: "status", label: "Status", kind: "state", cell: (at) => verdictMark(row(at).status) },
  { key: "control", label: "Control", kind: "control", cell: (at) => row(at).control.title },
  { key: "type", label: "Type", kind: "type wide", cell: (at) => row(at).type.replace(/^AWS::/, "") },
  { key: "account", label: "Account", kind: "account", cell: (at) => row(at).account },
  { key: "region", label: "Region", kind: "region wide", cell: (at) => row(at).region || "every region" },
];

const noFinding = (): HTMLElement =>
  element(
    "p",
    { class: "verdict good" },
    element("strong", {}, "✓ No finding."),
    " Controls that had nothing to look at are below.",
  );

/** "12 of 340 findings", and of how many in all where the page has not all of them. */
function countText({ findings, findings_in_all }: PageData, shown: number): string {
  const all = counted(findings.rows, "finding");
  const cut = findings_in_all > findings.rows ? ` on this page, of ${number(findings_in_all)}` : "";
  return `${shown === findings.rows ? all : `${number(shown)} of ${all}`}${cut}`;
}

/** What a page of so many findings does not show, and where that is. */
function leftOut({ findings, findings_in_all, findings_of_each_control, run }: PageData): HTMLElement | null {
  if (findings_of_each_control === undefined) return null;
  return element(
    "p",
    { class: "notice", role: "note" },
    element(
      "strong",
      {},
      `${number(findings_in_all - findings.rows)} of ${counted(findings_in_all, "finding")} are not on this page.`,
    ),
    ` The page shows the first ${number(findings_of_each_control)} findings of each control; more would make it slow. All numbers count every finding. For the full list, run `,
    code(`itaudit report ${run.run_id} --format csv`),
    ", or use the formats json, sarif and ocsf.",
  );
}
