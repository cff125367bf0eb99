import { foundBy, type ReportedControl } from "../model.ts";
import type { PageData } from "../pageData.ts";
import { controlFacts, severityMark, verdictMark } from "./controlFacts.ts";
import { code, evidenceFacts, facts, showDetails } from "./details.ts";
import { counted, element, number } from "./element.ts";
import { type Filter, type FindingRow, FindingRows, SEVERITIES, SORTS, type Sort } from "./findingRows.ts";
import { LongTable } from "./longTable.ts";

/** Milliseconds after the last key before the search begins. */
const TYPING_MS = 80;
const NOTHING: Filter = { search: "", severity: "", status: "", control: "", account: "", type: "" };

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
  let filtered = findings.filtered(NOTHING);
  const table = new LongTable({
    label: "Findings",
    columns: [
      { key: "resource", label: "Resource", kind: "resource first", cell: (at) => nameOf(findings.row(at)) },
      { key: "severity", label: "Severity", kind: "severity", cell: (at) => severityMark(findings.row(at).control) },
      { key: "status", label: "Status", kind: "state", cell: (at) => verdictMark(findings.row(at).status) },
      { key: "control", label: "Control", kind: "control", cell: (at) => findings.row(at).control.title },
      { key: "type", label: "Type", kind: "type wide", cell: (at) => findings.row(at).type.replace(/^AWS::/, "") },
      { key: "account", label: "Account", kind: "account", cell: (at) => findings.row(at).account },
      { key: "region", label: "Region", kind: "region wide", cell: (at) => findings.row(at).region || "every region" },
    ],
    open: (at) => showFinding(findings.row(at)),
    sort: (key) => {
      const by = SORTS.find((each) => each === key)!;
      descending = sort === by && !descending;
      sort = by;
      draw();
    },
  });
  const said = element("p", { role: "status", class: "said" });
  const search = element("input", {
    type: "search",
    name: "search",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "id, ARN, control, account …",
  });
  const choices = {
    severity: choice("Severity", severitiesIn(data)),
    status: choice("Status", findings.values("status")),
    type: choice("Type", findings.values("type")),
    account: choice("Account", findings.values("account")),
    control: choice(
      "Control",
      data.controls
        .filter((control) => foundBy(control) > 0)
        .map(({ id }) => id)
        .sort(),
    ),
  };
  const draw = () => {
    const sorted = sort ? findings.sorted(filtered, sort, descending) : filtered;
    table.show(sorted);
    if (sort) table.sortedBy(sort, descending);
    const cut = data.findings_in_all > findings.rows ? ` on this page, of ${number(data.findings_in_all)}` : "";
    said.textContent =
      sorted.length === findings.rows
        ? `${counted(findings.rows, "finding")}${cut}`
        : `${number(sorted.length)} of ${counted(findings.rows, "finding")}${cut}`;
  };
  const apply = () => {
    const chosen = Object.fromEntries(Object.entries(choices).map(([name, { select }]) => [name, select.value]));
    filtered = findings.filtered({ ...NOTHING, ...chosen, search: search.value });
    draw();
  };
  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(apply, TYPING_MS);
  });
  const form = element(
    "form",
    {
      role: "search",
      class: "filters",
      "aria-label": "Filter the findings",
      submit: (event) => event.preventDefault(),
      change: apply,
      reset: () => setTimeout(apply),
    },
    element("label", { class: "grow" }, element("span", {}, "Search"), search),
    ...Object.values(choices).map(({ label }) => label),
    element("button", { type: "reset" }, "Clear"),
  );
  const root = element(
    "section",
    { id: "findings", "aria-labelledby": "findings-title" },
    element("h2", { id: "findings-title", tabindex: -1 }, "Findings"),
    findings.rows
      ? null
      : element(
          "p",
          { class: "verdict good" },
          element("strong", {}, "✓ No finding."),
          " Controls that had nothing to look at are below.",
        ),
    leftOut(data),
    ...(findings.rows ? [form, said, table.root] : []),
  );
  draw();
  return {
    root,
    showControl: ({ id }) => {
      form.reset();
      choices.control.select.value = id;
      apply();
      root.scrollIntoView();
      root.querySelector("h2")!.focus({ preventScroll: true });
    },
  };
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

const severitiesIn = ({ controls }: PageData): string[] =>
  SEVERITIES.filter((severity) => controls.some((control) => control.severity === severity));

function choice(name: string, values: readonly string[]) {
  const select = element(
    "select",
    {},
    element("option", { value: "" }, "All"),
    ...values.map((value) => element("option", { value }, value)),
  );
  return { select, label: element("label", {}, element("span", {}, name), select) };
}

const nameOf = ({ name, type }: FindingRow): string => name ?? `all of ${type.replace(/^AWS::/, "")}`;

function showFinding(finding: FindingRow): void {
  const { control, evidence } = finding;
  showDetails(
    nameOf(finding),
    element("p", { class: "line" }, severityMark(control), " ", verdictMark(finding.status), " ", control.title),
    facts([
      ["Why", finding.note],
      ["Id", finding.name === finding.id ? null : finding.id],
      ["ARN", finding.arn ? code(finding.arn) : null],
      ["Type", finding.type],
      ["Account, region", `${finding.account}, ${finding.region || "every region"}`],
    ]),
    element("h3", {}, "Evidence"),
    ...(evidence.length
      ? evidence.map(evidenceFacts)
      : [
          element(
            "p",
            {},
            finding.status === "unknown"
              ? "Not known, because no evidence was collected."
              : "There is no resource: the run's outcomes show that the type was listed.",
          ),
        ]),
    element("h3", {}, "Control"),
    controlFacts(control),
  );
}
