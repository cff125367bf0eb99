import type { Command } from "commander";
import type { Change } from "../../src/query/changes.ts";
import type { Difference } from "../../src/query/diff.ts";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";
import { type EvidenceOptions, openEvidence } from "../openEvidence.ts";
import { progressLine } from "../progress.ts";
import { print, printLine } from "../terminal.ts";

interface DiffOptions extends EvidenceOptions {
  json?: boolean;
  by: string;
  volatile?: boolean;
  exitCode?: boolean;
}

export const diffCommand = (program: Command): Command =>
  program
    .command("diff")
    .description("show what was added, removed and changed between two runs, and what one of them did not observe")
    .argument("[first]", "id of a run, or previous", "previous")
    .argument("[second]", "id of a run, or latest", "latest")
    .option("--bucket <name>", "the evidence bucket (default: the deployed system's)")
    .option("--dir <folder>", "a copy of the evidence bucket")
    .option("--by <group>", "totals by account, type or tag:<key>", "type")
    .option("--volatile", "include members that change without a configuration change, such as times of last use")
    .option("--exit-code", "exit with 1 if there is a difference")
    .option("--json", "print JSON: an object with the runs, the differences (one per line) and the totals")
    .action(async (first: string, second: string, options: DiffOptions) => {
      const groupOf = grouping(options.by);
      const [
        { declaredCatalog },
        { catalogIn, UNDECLARED },
        { differences, DiffError, mustHaveTables },
        { openTables },
      ] = await Promise.all([
        import("../../src/tables/declaredCatalog.ts"),
        import("../../src/tables/runCatalog.ts"),
        import("../../src/query/diff.ts"),
        import("../openTables.ts"),
      ]);
      const evidence = await openEvidence(options);
      const catalog = await catalogIn(evidence, [first, second]);
      const line = progressLine();
      try {
        const engine = await openTables({ evidence, dir: options.dir, catalog, byRun: true, progress: line });
        try {
          const named = (run: string): string => {
            const found = run === "latest" ? engine.runs.at(-1) : run === "previous" ? engine.runs.at(-2) : run;
            if (!found) throw new CliError(`${run}: ${evidence.name} has ${engine.runs.length} run(s) with tables`);
            return found;
          };
          const [from, to] = [named(first), named(second)];
          mustHaveTables(engine, [from, to]);
          const sums = new Sums(groupOf);
          if (options.json) print(`{"first":${JSON.stringify(from)},"second":${JSON.stringify(to)},"differences":[`);
          else printLine(`${from} → ${to}`);
          line("comparing the runs");
          // Each run's own auditors: a stack chooses and groups them, and may do so otherwise for the next run.
          const auditorsOf = async (run: string) => {
            const { rows } = await engine.query(`SELECT unnest(auditors) FROM runs WHERE run_id = '${run}'`);
            const names: string[] = [];
            for await (const portion of rows) names.push(...portion.map(([name]) => String(name)));
            const undeclared = names.filter((name) => UNDECLARED.includes(name));
            const declared = await declaredCatalog(names.filter((name) => !undeclared.includes(name)));
            return {
              ...declared.auditors,
              ...Object.fromEntries(undeclared.map((name) => [name, catalog.auditors[name] ?? []])),
            };
          };
          const comparing = {
            catalog,
            auditors: [await auditorsOf(from), await auditorsOf(to)] as const,
            volatile: options.volatile ?? false,
          };
          for await (const each of differences(engine, from, to, comparing)) {
            line.end();
            if (options.json) print(`${sums.total ? "," : ""}${JSON.stringify(each)}`);
            else print(lineOf(each));
            sums.add(each);
          }
          line.end();
          if (options.json) print(`],"sums":${JSON.stringify(sums.groups)}}`);
          else print(sums.total ? `\n${sums.table()}` : "no difference");
          if (options.exitCode && sums.total) process.exitCode = 1;
        } finally {
          await engine.close();
        }
      } catch (error) {
        throw error instanceof DiffError ? new CliError(error.message) : error;
      } finally {
        line.end();
      }
    });

/** What a difference is counted under. @throws CliError for a word that is no group */
export function grouping(by: string): (difference: Difference) => string {
  if (by === "account") return ({ account_id }) => account_id;
  if (by === "type") return ({ resource_type }) => resource_type;
  const key = /^tag:(.+)$/.exec(by)?.[1];
  if (key) return ({ tags }) => tags?.[key] ?? "(none)";
  throw new CliError(`--by ${by}: account, type or tag:<key> is expected`);
}

const KINDS = ["added", "removed", "changed", "not observed"] as const;

/** Differences by group and kind. */
class Sums {
  /** Without a prototype: a tag's value may be any word. */
  readonly groups: Record<string, Record<(typeof KINDS)[number], number>> = Object.create(null);
  total = 0;

  constructor(private readonly groupOf: (difference: Difference) => string) {}

  add(difference: Difference): void {
    const group = this.groupOf(difference);
    this.groups[group] ??= { added: 0, removed: 0, changed: 0, "not observed": 0 };
    this.groups[group][difference.kind] += 1;
    this.total += 1;
  }

  table(): string {
    const rows = Object.entries(this.groups)
      .map(([group, counts]) => [printable(group), counts] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const width = Math.max(...rows.map(([group]) => group.length));
    return [
      `${" ".repeat(width)}  ${KINDS.join("  ")}`,
      ...rows.map(([group, counts]) =>
        [group.padEnd(width), ...KINDS.map((kind) => String(counts[kind]).padStart(kind.length))].join("  "),
      ),
    ].join("\n");
  }
}

const SIGNS = { added: "+", removed: "-", changed: "~", "not observed": "?" } as const;
/** Characters of a value in a line. */
const VALUE_SHOWN = 60;

/** A difference for people: a line, and one more for each change. */
export function lineOf(each: Difference): string {
  const where = each.arn ?? `${each.account_id} ${each.region} ${each.resource_id}`;
  const head = `${SIGNS[each.kind]} ${each.resource_type} ${where}`;
  if (each.kind === "not observed") return printable(`${head}  (in ${each.run}: ${each.reason})`);
  if (each.kind !== "changed") return printable(head);
  return [head, ...each.changes.map(changeLine)].map(printable).join("\n");
}

function changeLine({ path, before, after }: Change): string {
  if (before === undefined) return `    ${path}: + ${shown(after)}`;
  if (after === undefined) return `    ${path}: - ${shown(before)}`;
  return `    ${path}: ${shown(before)} → ${shown(after)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN - 1)}…` : text;
}
