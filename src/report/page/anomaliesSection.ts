import { reasonText } from "../../anomalies/anomaly.ts";
import type { PageData } from "../pageData.ts";
import { code, evidenceFacts, facts, showDetails } from "./details.ts";
import { counted, element, number } from "./element.ts";
import { LongTable } from "./longTable.ts";

/** Anomalies, and in what each differs from others of its type. */
export function anomaliesSection({ anomalies, run }: PageData): HTMLElement {
  const section = (...children: (Node | null)[]) =>
    element(
      "section",
      { id: "anomalies", "aria-labelledby": "anomalies-title" },
      element("h2", { id: "anomalies-title" }, "Anomalies"),
      ...children,
    );
  if (!anomalies)
    return section(
      element(
        "p",
        {},
        "An earlier version, which did not look for anomalies, derived the tables of this run: ",
        code(`itaudit tables build ${run.run_id}`),
        " does.",
      ),
    );
  const { count, listed } = anomalies;
  if (!count) return section(element("p", {}, "No anomalies."));
  const table = new LongTable({
    label: "Anomalies",
    columns: [
      {
        key: "id",
        label: "Resource",
        kind: "resource first",
        cell: (at) => listed[at]!.name ?? listed[at]!.resource_id,
      },
      {
        key: "reasons",
        label: "How it differs",
        kind: "control",
        cell: (at) => listed[at]!.reasons.map(reasonText).join(" · "),
      },
      { key: "type", label: "Type", kind: "type wide", cell: (at) => listed[at]!.resource_type.replace(/^AWS::/, "") },
      { key: "account", label: "Account", kind: "account", cell: (at) => listed[at]!.account_id },
      { key: "region", label: "Region", kind: "region wide", cell: (at) => listed[at]!.region },
    ],
    open: (at) => {
      const each = listed[at]!;
      const name = each.name ?? each.resource_id;
      showDetails(
        name,
        facts([
          ["Id", name === each.resource_id ? null : each.resource_id],
          ["ARN", each.arn ? code(each.arn) : null],
          ["Type", each.resource_type],
          ["Account, region", `${each.account_id}, ${each.region}`],
          ["Score", `${each.score}, by ${each.model}`],
        ]),
        element("h3", {}, "How it differs"),
        element("ul", { class: "lines" }, ...each.reasons.map((reason) => element("li", {}, reasonText(reason)))),
        element("h3", {}, "Evidence"),
        evidenceFacts({ object: each.evidence_object, line: each.evidence_line, sha256: each.evidence_sha256 }),
      );
    },
  });
  table.show(listed.map((_, index) => index));
  return section(
    element(
      "p",
      {},
      `${counted(count, "resource")} of this run, judged only by configuration${listed.length < count ? `; the first ${number(listed.length)} are listed` : ""}. Unusual doesn't mean wrong. Review each one; none counts as a finding.`,
    ),
    table.root,
  );
}
