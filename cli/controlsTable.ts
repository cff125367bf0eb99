import type { Control } from "../src/controls/control.ts";
import { SEVERITIES } from "../src/controls/control.ts";
import { noVerdicts, VERDICT_STATUSES, type VerdictCounts } from "../src/controls/verdict.ts";

/** What a control came to; `error`: why it was not evaluated. */
export interface ControlResult {
  control: Pick<Control, "id" | "title" | "severity">;
  counts: VerdictCounts;
  error: string | undefined;
}

/** Results from the worst on: what failed by severity and number, then what was not evaluated or is not known. */
export const worstFirst = <R extends ControlResult>(results: readonly R[]): R[] =>
  results
    .map((result) => ({ result, rank: rankOf(result) }))
    .sort((a, b) => a.rank.map((n, index) => n - b.rank[index]!).find((n) => n !== 0) ?? 0)
    .map(({ result }) => result);

function rankOf({ control, counts, error }: ControlResult): number[] {
  const { fail, unknown, excepted, pass } = counts;
  const group = [fail, error !== undefined, unknown, excepted, pass].findIndex(Boolean);
  return [group < 0 ? 5 : group, SEVERITIES.indexOf(control.severity), -fail, -unknown];
}

/**
 * A table for people, worst first: what failed and what was not evaluated, and below it how many controls came to what
 * else. Where nothing stands in it, all that is not known does.
 * @param all each control that has a verdict that is not "not applicable"
 */
export async function controlsTable(results: readonly ControlResult[], all: boolean): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const table = new Table({
    head: ["control", "severity", "fail", "unknown", "excepted", "pass", "n/a", "what must hold"],
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "left"],
    style: { head: [], border: [], compact: true },
  });
  const cells = (counts: VerdictCounts) => VERDICT_STATUSES.map((status) => counts[status] || "");
  const shown = worstFirst(shownOf(results, all));
  for (const { control, counts, error } of shown)
    table.push([
      control.id,
      control.severity,
      ...(error === undefined ? cells(counts) : [{ colSpan: VERDICT_STATUSES.length, content: "not evaluated" }]),
      control.title,
    ]);
  const totals = totalOf(results);
  table.push([`${results.length} ${results.length === 1 ? "control" : "controls"}`, "", ...cells(totals), ""]);
  const hidden = restLine(results.filter((each) => !shown.includes(each)));
  return [table.toString(), ...(hidden ? [hidden] : [])].join("\n");
}

function shownOf(results: readonly ControlResult[], all: boolean): ControlResult[] {
  const said = results.filter(({ counts, error }) => error !== undefined || isSaid(counts));
  if (all) return said;
  const failed = said.filter(({ counts, error }) => error !== undefined || counts.fail);
  return failed.length ? failed : said.filter(({ counts }) => counts.unknown);
}

const isSaid = ({ fail, unknown, excepted, pass }: VerdictCounts): boolean => fail + unknown + excepted + pass > 0;

/** `not shown: 12 with something not known, 30 that pass, 20 with nothing to judge (--all shows them)`. */
function restLine(rest: readonly ControlResult[]): string | undefined {
  if (!rest.length) return undefined;
  const nothing = rest.filter(({ counts }) => !isSaid(counts)).length;
  const unknown = rest.filter(({ counts }) => counts.unknown).length;
  const excepted = rest.filter(({ counts }) => !counts.unknown && counts.excepted).length;
  const kinds = [
    [unknown, "with something not known"],
    [excepted, "with exceptions alone"],
    [rest.length - nothing - unknown - excepted, "that pass"],
    [nothing, "with nothing to judge"],
  ] as const;
  const named = kinds.filter(([count]) => count).map(([count, what]) => `${count} ${what}`);
  return `not shown: ${named.join(", ")}${nothing < rest.length ? "; --all shows what was judged" : ""}`;
}

/** Verdicts of all results together. */
export const totalOf = (results: readonly ControlResult[]): VerdictCounts =>
  results.reduce(
    (sum, { counts }) =>
      Object.fromEntries(VERDICT_STATUSES.map((each) => [each, sum[each] + counts[each]])) as VerdictCounts,
    noVerdicts(),
  );
