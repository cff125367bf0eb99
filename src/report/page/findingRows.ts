import type { Finding, ReportedControl } from "../model.ts";
import type { FindingColumns, PageData, Words } from "../pageData.ts";

/** From the worst on. */
export const SEVERITIES = [
  "critical",
  "high",
  "medium",
  "low",
  "info",
] as const satisfies readonly ReportedControl["severity"][];

/** One finding, read out of the columns. */
export interface FindingRow {
  control: ReportedControl;
  status: Finding["status"];
  account: string;
  region: string;
  type: string;
  id: string | null;
  /** The id, where it has no other. */
  name: string | null;
  arn: string;
  note: string;
  evidence: { object: string; sha256: string; line: number }[];
}

export const SORTS = ["severity", "control", "resource", "type", "account", "region", "status"] as const;
export type Sort = (typeof SORTS)[number];

export interface Filter {
  /** Words that all have to be in the finding, in any column. */
  search: string;
  severity: string;
  status: string;
  control: string;
  account: string;
  type: string;
}

/** Findings as the page asks for them: filtered, in an order, one by one. Nothing is made for a row before it is shown. */
export class FindingRows {
  private readonly columns: FindingColumns;
  private readonly controls: readonly ReportedControl[];
  private readonly controlText: string[];
  private readonly severityOf: Uint8Array;
  /** Where the lines of evidence of each finding begin. */
  private readonly linesFrom: Uint32Array;
  private ids: string[] | undefined;
  private readonly ranks = new Map<Sort, Int32Array>();

  constructor({ findings, controls }: PageData) {
    this.columns = findings;
    this.controls = controls;
    this.controlText = controls.map(({ id, title, severity }) => `${id} ${title} ${severity}`.toLowerCase());
    const severities = controls.map(({ severity }) => SEVERITIES.indexOf(severity));
    this.linesFrom = new Uint32Array(findings.rows);
    for (let at = 1; at < findings.rows; at++) this.linesFrom[at] = this.linesFrom[at - 1]! + findings.lines[at - 1]!;
    this.severityOf = Uint8Array.from(findings.control, (index) => severities[index]!);
  }

  get rows(): number {
    return this.columns.rows;
  }

  row(at: number): FindingRow {
    const { columns } = this;
    const [account, region] = [wordAt(columns.account, at), wordAt(columns.region, at)];
    const id = columns.id[at]!;
    const from = this.linesFrom[at]!;
    const values = [account, region, id ?? ""];
    return {
      control: this.controls[columns.control[at]!]!,
      status: wordAt(columns.status, at) as Finding["status"],
      account,
      region,
      type: wordAt(columns.type, at),
      id,
      name: columns.name[at] ?? id,
      arn: columns.arn.forms[columns.arn.at[at]!]!.map((part) => (typeof part === "number" ? values[part] : part)).join(
        "",
      ),
      note: wordAt(columns.note, at),
      evidence: Array.from({ length: columns.lines[at]! }, (_none, index) => {
        const [object = "", sha256 = ""] = wordAt(columns.evidence, from + index).split(" ");
        return { object, sha256, line: columns.line[from + index]! };
      }),
    };
  }

  /** Rows that a filter lets through, in the order of the report. */
  filtered(filter: Filter): Int32Array {
    const { columns } = this;
    const control = this.controls.findIndex(({ id }) => id === filter.control);
    const severity = (SEVERITIES as readonly string[]).indexOf(filter.severity);
    const [status, account, type] = (["status", "account", "type"] as const).map((name) =>
      columns[name].words.indexOf(filter[name]),
    ) as [number, number, number];
    const terms = filter.search
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean)
      .map((term) => this.matcher(term));
    const found = new Int32Array(columns.rows);
    let count = 0;
    for (let at = 0; at < columns.rows; at++) {
      if (filter.control && columns.control[at] !== control) continue;
      if (filter.severity && this.severityOf[at] !== severity) continue;
      if (filter.status && columns.status.at[at] !== status) continue;
      if (filter.account && columns.account.at[at] !== account) continue;
      if (filter.type && columns.type.at[at] !== type) continue;
      if (!terms.every((matches) => matches(at))) continue;
      found[count++] = at;
    }
    return found.slice(0, count);
  }

  sorted(rows: Int32Array, sort: Sort, descending: boolean): Int32Array {
    const rank = this.rank(sort);
    const sign = descending ? -1 : 1;
    // Rows of the same rank stay in the report's order.
    return rows.slice().sort((a, b) => sign * (rank[a]! - rank[b]!) || a - b);
  }

  /** Values that can be chosen in a column, in order. */
  values(column: "account" | "type" | "status"): string[] {
    return [...this.columns[column].words].sort();
  }

  /** Whether a word is in a row. Where values repeat, each is looked at once. */
  private matcher(term: string): (at: number) => boolean {
    const { columns } = this;
    this.ids ??= columns.id.map((id, at) => `${columns.name[at] ?? ""} ${id ?? ""}`.toLowerCase());
    const { ids } = this;
    const control = this.controlText.map((text) => text.includes(term));
    const repeating = (["status", "account", "region", "type", "note"] as const).map((name) => ({
      has: columns[name].words.map((word) => word.toLowerCase().includes(term)),
      at: columns[name].at,
    }));
    const forms = columns.arn.forms.map((form) =>
      form.some((part) => typeof part === "string" && part.toLowerCase().includes(term)),
    );
    // A word that reaches over the parts of an ARN is looked for in the whole.
    const whole = /[:/]/.test(term);
    return (at) =>
      control[columns.control[at]!]! ||
      ids[at]!.includes(term) ||
      repeating.some(({ has, at: marks }) => has[marks[at]!]) ||
      forms[columns.arn.at[at]!]! ||
      (whole && this.row(at).arn.toLowerCase().includes(term));
  }

  private rank(sort: Sort): Int32Array {
    const known = this.ranks.get(sort);
    if (known) return known;
    const { columns } = this;
    const ranking =
      sort === "severity"
        ? Int32Array.from(this.severityOf)
        : sort === "control"
          ? ranked(
              this.controls.map(({ id }) => id),
              columns.control,
            )
          : sort === "resource"
            ? rankedAll(columns.id.map((id, at) => columns.name[at] ?? id ?? ""))
            : ranked(columns[sort].words, columns[sort].at);
    this.ranks.set(sort, ranking);
    return ranking;
  }
}

const wordAt = ({ words, at }: Words, row: number): string => words[at[row]!]!;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function ranked(words: readonly string[], at: readonly number[]): Int32Array {
  const ranks = rankedAll(words);
  return Int32Array.from(at, (index) => ranks[index]!);
}

/** The place of each text among all of them. */
function rankedAll(texts: readonly string[]): Int32Array {
  const order = Int32Array.from(texts, (_, index) => index).sort((a, b) => compare(texts[a]!, texts[b]!));
  const ranks = new Int32Array(texts.length);
  let rank = 0;
  for (let index = 0; index < order.length; index++) {
    if (index && texts[order[index]!] !== texts[order[index - 1]!]) rank++;
    ranks[order[index]!] = rank;
  }
  return ranks;
}
