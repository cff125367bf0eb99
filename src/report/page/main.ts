import type { Finding } from "../model.ts";
import type { PageData } from "../pageData.ts";
import { anomaliesSection } from "./anomaliesSection.ts";
import { changesSection } from "./changesSection.ts";
import { controlsSection } from "./controlsSection.ts";
import { coverageSection, covered } from "./coverageSection.ts";
import { detailsDialog } from "./details.ts";
import { counted, element, number, time } from "./element.ts";
import { findingsSection } from "./findingsSection.ts";
import { integritySection } from "./integritySection.ts";
import { inventorySection } from "./inventorySection.ts";

const data = JSON.parse(document.getElementById("report")!.textContent!) as PageData;
const page = document.getElementById("page")!;
const findings = findingsSection(data);
const sections = [
  integritySection(data),
  coverageSection(data),
  findings.root,
  controlsSection(data, findings.showControl),
  anomaliesSection(data),
  inventorySection(data),
  changesSection(data),
].filter((section) => section !== null);

page.replaceChildren(
  element(
    "header",
    { class: "top" },
    element(
      "div",
      { class: "title" },
      element("h1", {}, `Audit of ${data.run.started_at.slice(0, 10)}`),
      element("p", {}, `Run ${data.run.run_id} · report of ${time(data.generated_at)} · itaudit ${data.tool_version}`),
    ),
    element(
      "nav",
      { "aria-label": "Sections" },
      element(
        "ul",
        {},
        ...sections.map(({ id }) =>
          element("li", {}, element("a", { href: `#${id}` }, `${id[0]!.toUpperCase()}${id.slice(1)}`)),
        ),
      ),
    ),
  ),
  element("main", {}, narrowed(), summary(), ...sections),
);
document.body.append(detailsDialog());
document.documentElement.dataset.drawn = "yes";

/** What the run was not about, before anything that it says. */
function narrowed(): HTMLElement | null {
  const { narrowed } = data.run;
  if (!narrowed.length) return null;
  return element(
    "p",
    { class: "notice", role: "note" },
    element("strong", {}, `This run was narrowed to some ${narrowed.join(" and ")}.`),
    " The report says nothing about the rest.",
  );
}

/** The report in four numbers. */
function summary(): HTMLElement {
  const { planned, read } = covered(data.coverage);
  const countOf = (status: Finding["status"]) => data.controls.reduce((sum, { verdicts }) => sum + verdicts[status], 0);
  const [failing, unknown, excepted] = [countOf("fail"), countOf("unknown"), countOf("excepted")];
  const notEvaluated = data.controls.filter((each) => each.not_evaluated !== undefined).length;
  const changed = data.changes && Object.values(data.changes.counts).reduce((sum, each) => sum + each, 0);
  const tile = (href: string, name: string, value: string, more: string, kind: string) =>
    element(
      "li",
      {},
      element(
        "a",
        { href, class: `tile ${kind}` },
        element("span", { class: "name" }, name),
        element("strong", {}, value),
        element("span", { class: "more" }, more),
      ),
    );
  const { integrity, controls } = data;
  return element(
    "ul",
    { class: "tiles", "aria-label": "Summary" },
    integrity.holds
      ? tile(
          "#integrity",
          "Integrity",
          integrity.level === "verified" ? "Verified" : "Consistent",
          `${counted(integrity.objects, "object")} as sealed`,
          "good",
        )
      : tile("#integrity", "Integrity", "Violated", counted(integrity.violations, "violation"), "bad"),
    tile(
      "#coverage",
      "Coverage",
      planned ? `${(Math.floor((read / planned) * 1000) / 10).toLocaleString("en-US")} %` : "—",
      `${number(read)} of ${counted(planned, "planned item")}`,
      read === planned ? "good" : "warn",
    ),
    tile(
      "#findings",
      "Findings",
      number(failing),
      controls.length
        ? [
            "fail",
            unknown && `${number(unknown)} unknown`,
            excepted && `${number(excepted)} excepted`,
            notEvaluated && `${counted(notEvaluated, "control")} not evaluated`,
          ]
            .filter(Boolean)
            .join(", ")
        : "no controls were run",
      failing ? "bad" : unknown || notEvaluated ? "warn" : "good",
    ),
    tile(
      "#changes",
      "Changes",
      changed === null ? "—" : number(changed),
      data.changes ? `since ${time(data.changes.since_started_at)}` : "no earlier run",
      "plain",
    ),
  );
}
