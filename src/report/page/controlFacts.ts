import type { ReportedControl } from "../model.ts";
import { code, facts } from "./details.ts";
import { element } from "./element.ts";

export const severityMark = ({ severity }: ReportedControl): HTMLElement =>
  element("span", { class: `mark ${severity}` }, severity);

const SIGNS = {
  fail: "✕",
  unknown: "?",
  excepted: "○",
  pass: "✓",
  "not-applicable": "–",
  "not-evaluated": "!",
} as const;

export const verdictMark = (status: ReportedControl["status"]): HTMLElement =>
  element("span", { class: `state-${status}` }, `${SIGNS[status]} ${status.replace("-", " ")}`);

/** What a control is, for the details of it and of its findings. */
export const controlFacts = ({ id, rationale, remedy, mappings, in_part, sha256 }: ReportedControl): HTMLElement =>
  facts([
    ["Id", code(id)],
    ["Rationale", rationale],
    ["Remedy", remedy],
    ...Object.entries(mappings).map(
      ([framework, numbers]) =>
        [framework, numbers.map((number) => withPart(number, in_part[`${framework} ${number}`])).join(", ")] as const,
    ),
    ["SHA-256 of its file", code(sha256)],
  ]);

/** A requirement, and what of it the control does not ask. */
const withPart = (number: string, missing: string | undefined): string =>
  missing === undefined ? number : `${number} (in part: ${missing})`;
