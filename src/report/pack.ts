import type { Change } from "../query/changes.ts";
import type { Difference } from "../query/diff.ts";
import { type Finding, foundBy, type Report, type ReportedControl } from "./model.ts";
import type { FindingColumns, Forms, PageChange, PageData, Words } from "./pageData.ts";

/** Findings of a page at most; beyond that a browser on a small machine is slow, and CSV and JSON have them all. */
export const FINDINGS_AT_MOST = 200_000;
/** Characters of a changed value on the page, and changed paths of a resource. */
const VALUE_SHOWN = 300;
const PATHS_SHOWN = 50;

/** The report as its page wants it; `atMost` findings, in all. */
export async function pack(report: Report, atMost = FINDINGS_AT_MOST): Promise<PageData> {
  const { findings, inventory, changes, ...rest } = report;
  const ofEachControl = shownOfEach(report.controls, atMost);
  const shown: Finding[] = [];
  for await (const portion of findings(ofEachControl)) shown.push(...portion);
  return {
    ...rest,
    findings: findingColumns(shown, report),
    findings_in_all: foundBy(...report.controls),
    ...(ofEachControl === undefined ? {} : { findings_of_each_control: ofEachControl }),
    inventory: {
      type: words(inventory.map(({ resource_type }) => resource_type)),
      account: words(inventory.map(({ account_id }) => account_id)),
      region: words(inventory.map(({ region }) => region)),
      items: inventory.map(({ items }) => items),
    },
    changes: changes ? { ...changes, differences: changes.differences.map(pageChange) } : null,
  };
}

/**
 * The number of findings that each control may show, so that the page is full and no control takes the place of
 * another; undefined where there is place for all.
 */
export function shownOfEach(controls: readonly ReportedControl[], atMost: number): number | undefined {
  if (foundBy(...controls) <= atMost) return undefined;
  let left = atMost;
  for (const [index, found] of controls
    .map((each) => foundBy(each))
    .sort((a, b) => a - b)
    .entries()) {
    const share = Math.floor(left / (controls.length - index));
    if (found > share) return share;
    left -= found;
  }
  return undefined;
}

function findingColumns(findings: readonly Finding[], { controls }: Report): FindingColumns {
  const indexes = new Map(controls.map(({ id }, position) => [id, position]));
  return {
    rows: findings.length,
    control: findings.map(({ control }) => {
      const index = indexes.get(control);
      if (index === undefined) throw new Error(`a finding is of control ${control}, which the report does not have`);
      return index;
    }),
    status: words(findings.map(({ status }) => status)),
    account: words(findings.map(({ account_id }) => account_id)),
    region: words(findings.map(({ region }) => region ?? "")),
    type: words(findings.map((each) => each.resource?.resource_type ?? controls[indexes.get(each.control)!]!.resource)),
    id: findings.map(({ resource }) => resource?.resource_id ?? null),
    name: Object.fromEntries(
      findings.flatMap(({ resource }, row) =>
        resource?.name && resource.name !== resource.resource_id ? [[row, resource.name]] : [],
      ),
    ),
    arn: forms(findings),
    note: words(findings.map(noteOf)),
    evidence: words(findings.flatMap(({ evidence }) => evidence.map(({ object, sha256 }) => `${object} ${sha256}`))),
    line: findings.flatMap(({ evidence }) => evidence.map(({ line }) => line)),
    lines: findings.map(({ evidence }) => evidence.length),
  };
}

/** Why, in one text: the reason, and the exception that covers it or did. */
export function noteOf({ reason, exception }: Finding): string {
  if (!exception) return reason ?? "";
  const { owner, reason: why, expires, expired } = exception;
  const excepted = `${expired ? "an exception has expired" : "excepted"}: ${why} (${owner}, ${expired ? "until" : "expires"} ${expires})`;
  return [reason, excepted].filter(Boolean).join("; ");
}

/** @see Words */
export function words(values: readonly string[]): Words {
  const indexes = new Map<string, number>();
  const at = values.map((value) => {
    const index = indexes.get(value) ?? indexes.size;
    indexes.set(value, index);
    return index;
  });
  return { words: [...indexes.keys()], at };
}

/** @see Forms */
function forms(findings: readonly Finding[]): Forms {
  const packed = words(
    findings.map(({ resource, account_id, region }) =>
      JSON.stringify(resource?.arn ? formOf(resource.arn, [account_id, region ?? "", resource.resource_id]) : []),
    ),
  );
  return { forms: packed.words.map((form) => JSON.parse(form) as (string | number)[]), at: packed.at };
}

/** Cuts the values out of a text, the longest first: the others can be parts of it. */
export function formOf(text: string, values: readonly string[]): (string | number)[] {
  const order = values.map((_, index) => index).sort((a, b) => values[b]!.length - values[a]!.length);
  let parts: (string | number)[] = [text];
  for (const index of order) {
    const value = values[index]!;
    if (!value) continue;
    parts = parts.flatMap((part) =>
      typeof part === "number" ? [part] : part.split(value).flatMap((piece, n) => (n ? [index, piece] : [piece])),
    );
  }
  return parts.filter((part) => part !== "");
}

function pageChange(each: Difference): PageChange {
  const { resource_type: type, account_id: account, region, resource_id: id, arn, kind } = each;
  return { kind, type, account, region, id, name: each.name ?? id, arn, lines: linesOf(each) };
}

function linesOf(each: Difference): string[] {
  if (each.kind === "not observed") return [`Run ${each.run} did not list it: ${each.reason}`];
  if (each.kind !== "changed") return [];
  const lines = each.changes.slice(0, PATHS_SHOWN).map(changeLine);
  if (each.changes.length > PATHS_SHOWN) lines.push(`… and ${each.changes.length - PATHS_SHOWN} more paths`);
  if (each.unread.length) lines.push(`Not compared, because a run could not read it: ${each.unread.join(", ")}`);
  return lines;
}

function changeLine({ path, before, after }: Change): string {
  if (before === undefined) return `${path}: + ${shown(after)}`;
  if (after === undefined) return `${path}: − ${shown(before)}`;
  return `${path}: ${shown(before)} → ${shown(after)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN - 1)}…` : text;
}
