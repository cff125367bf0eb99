import { foundBy, type ReportedControl } from "../model.ts";
import type { PageData } from "../pageData.ts";
import { bar } from "./bars.ts";
import { controlFacts, severityMark, verdictMark } from "./controlFacts.ts";
import { closeDetails, showDetails } from "./details.ts";
import { counted, element, number } from "./element.ts";
import { SEVERITIES } from "./findingRows.ts";
import { LongTable } from "./longTable.ts";

const STATUSES = ["fail", "not-evaluated", "unknown", "excepted", "pass", "not-applicable"] as const;

/** Every control with its verdict, those that fail first. */
export function controlsSection(
  { controls, findings_of_each_control: shown = Number.POSITIVE_INFINITY }: PageData,
  showFindings: (control: ReportedControl) => void,
): HTMLElement | null {
  if (!controls.length) return null;
  const order = controls
    .map((_, index) => index)
    .sort((a, b) => rank(controls[a]!) - rank(controls[b]!) || (controls[a]!.id < controls[b]!.id ? -1 : 1));
  const table = new LongTable({
    label: "Controls",
    columns: [
      { key: "title", label: "Control", kind: "control first", cell: (at) => controls[at]!.title },
      {
        key: "severity",
        label: "Severity",
        kind: "severity",
        cell: (at) => severityMark(controls[at]!),
      },
      { key: "status", label: "Verdict", kind: "state", cell: (at) => verdictMark(controls[at]!.status) },
      { key: "failed", label: "Fail", kind: "n", cell: (at) => number(controls[at]!.verdicts.fail) },
      { key: "pass", label: "Pass", kind: "n wide", cell: (at) => number(controls[at]!.verdicts.pass) },
      { key: "unknown", label: "Unknown", kind: "n wide", cell: (at) => number(controls[at]!.verdicts.unknown) },
      { key: "bar", label: "Share", kind: "share wide", cell: (at) => shareOf(controls[at]!) },
    ],
    open: (at) => showControl(controls[at]!, shown, showFindings),
  });
  table.show(order);
  const counts = STATUSES.map((status) => ({
    status,
    count: controls.filter((each) => each.status === status).length,
  }));
  return element(
    "section",
    { id: "controls", "aria-labelledby": "controls-title" },
    element("h2", { id: "controls-title" }, "Controls"),
    element(
      "p",
      {},
      `${counted(controls.length, "control")}: ${counts.map(({ status, count }) => `${number(count)} ${status.replace("-", " ")}`).join(", ")}. A control passes only if everything in its scope was read.`,
    ),
    table.root,
  );
}

const rank = ({ status, severity }: ReportedControl): number =>
  STATUSES.indexOf(status) * SEVERITIES.length + SEVERITIES.indexOf(severity);

function shareOf({ verdicts }: ReportedControl): SVGElement {
  const { fail, unknown, excepted, pass } = verdicts;
  const parts = Object.entries({ fail, unknown, excepted, pass });
  const all = Math.max(1, fail + unknown + excepted + pass);
  return bar(parts.map(([kind, count]) => ({ share: count / all, kind })));
}

function showControl(control: ReportedControl, shown: number, showFindings: (control: ReportedControl) => void): void {
  const found = foundBy(control);
  const counts = Object.entries(control.verdicts)
    .filter(([, count]) => count)
    .map(([status, count]) => `${number(count)} ${status.replace("-", " ")}`);
  const goToFindings = () => {
    closeDetails();
    showFindings(control);
  };
  showDetails(
    control.title,
    element("p", { class: "line" }, severityMark(control), " ", verdictMark(control.status), ` ${counts.join(", ")}`),
    ...(found
      ? [
          element(
            "button",
            { type: "button", class: "primary", click: goToFindings },
            found > shown
              ? `Show the first ${number(shown)} of its ${number(found)} findings`
              : `Show ${found === 1 ? "its finding" : `its ${number(found)} findings`}`,
          ),
        ]
      : []),
    ...(control.not_evaluated === undefined ? [] : [element("p", { class: "bad" }, control.not_evaluated)]),
    controlFacts(control),
    element("h3", {}, "Query"),
    element("pre", {}, control.sql),
  );
}
