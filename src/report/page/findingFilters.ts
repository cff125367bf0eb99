import { foundBy } from "../model.ts";
import type { PageData } from "../pageData.ts";
import { element } from "./element.ts";
import { type Filter, type FindingRows, SEVERITIES } from "./findingRows.ts";

/** Milliseconds after the last key before the search begins. */
const TYPING_MS = 80;

/** The form that findings are searched and filtered by. */
export interface FindingFilters {
  form: HTMLElement;
  chosen: () => Filter;
  /** Chooses all findings of one control. */
  chooseControl: (id: string) => void;
}

/** @param changed called after each change of what is chosen */
export function findingFilters(data: PageData, findings: FindingRows, changed: () => void): FindingFilters {
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
    control: choice("Control", controlsWithFindings(data)),
  };
  let typing: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(changed, TYPING_MS);
  });
  const form = element(
    "form",
    {
      role: "search",
      class: "filters",
      "aria-label": "Filter the findings",
      submit: (event) => event.preventDefault(),
      change: changed,
      reset: () => setTimeout(changed),
    },
    element("label", { class: "grow" }, element("span", {}, "Search"), search),
    ...Object.values(choices).map(({ label }) => label),
    element("button", { type: "reset" }, "Clear"),
  );
  return {
    form,
    chosen: () => ({
      search: search.value,
      severity: choices.severity.select.value,
      status: choices.status.select.value,
      type: choices.type.select.value,
      account: choices.account.select.value,
      control: choices.control.select.value,
    }),
    chooseControl: (id) => {
      form.reset();
      choices.control.select.value = id;
      changed();
    },
  };
}

const controlsWithFindings = ({ controls }: PageData): string[] =>
  controls
    .filter((control) => foundBy(control) > 0)
    .map(({ id }) => id)
    .sort();

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
