import type { PageData } from "../pageData.ts";
import { code, facts, showDetails } from "./details.ts";
import { element, number, time } from "./element.ts";
import { LongTable } from "./longTable.ts";

const SIGNS = { added: "+", removed: "−", changed: "~", "not observed": "?" } as const;

/** What is different from the run before. */
export function changesSection({ changes }: PageData): HTMLElement {
  const section = (...children: (Node | string | null)[]) =>
    element(
      "section",
      { id: "changes", "aria-labelledby": "changes-title" },
      element("h2", { id: "changes-title" }, "Changes"),
      ...children,
    );
  if (!changes) return section(element("p", {}, "There is no earlier run to compare with."));
  const { since, since_started_at, counts, differences } = changes;
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const intro = element(
    "p",
    {},
    "Since run ",
    code(since),
    ` of ${time(since_started_at)}`,
    total
      ? `: ${Object.entries(counts)
          .filter(([, count]) => count)
          .map(([kind, count]) => `${number(count)} ${kind}`)
          .join(", ")}.`
      : ": no difference.",
    counts["not observed"]
      ? " Resources that one of the runs could not list are not observed, never called removed."
      : null,
    differences.length < total
      ? ` The first ${number(differences.length)} are listed; itaudit diff has them all.`
      : null,
  );
  if (!total) return section(intro);
  const table = new LongTable({
    label: "Changes since the run before",
    columns: [
      { key: "id", label: "Resource", kind: "resource first", cell: (at) => differences[at]!.name },
      {
        key: "kind",
        label: "Change",
        kind: "state",
        cell: (at) => {
          const { kind } = differences[at]!;
          return element("span", { class: `change ${kind.replace(" ", "-")}` }, `${SIGNS[kind]} ${kind}`);
        },
      },
      { key: "lines", label: "What", kind: "control", cell: (at) => differences[at]!.lines.join(" · ") },
      { key: "type", label: "Type", kind: "type wide", cell: (at) => differences[at]!.type.replace(/^AWS::/, "") },
      { key: "account", label: "Account", kind: "account", cell: (at) => differences[at]!.account },
      { key: "region", label: "Region", kind: "region wide", cell: (at) => differences[at]!.region },
    ],
    open: (at) => {
      const { id, name, kind, type, account, region, arn, lines } = differences[at]!;
      showDetails(
        name,
        facts([
          ["Change", kind],
          ["Id", name === id ? null : id],
          ["ARN", arn ? code(arn) : null],
          ["Type", type],
          ["Account, region", `${account}, ${region}`],
        ]),
        element("ul", { class: "lines" }, ...lines.map((line) => element("li", {}, line))),
      );
    },
  });
  table.show(differences.map((_, index) => index));
  return section(intro, table.root);
}
