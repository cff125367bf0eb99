import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { type Line, NotComparable, NotHere, type Row } from "./row.ts";

// What the functions log is no part of the table.
process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
process.env.POWERTOOLS_METRICS_DISABLED = "true";

/** `npm run bench [-- --only <row>]`: every row measured one after the other, in one table. */
const rows: Record<string, () => Promise<{ row: Row }>> = {
  run: () => import("./rows/run.ts"),
  larger: () => import("./rows/larger.ts"),
  far: () => import("./rows/far.ts"),
  call: () => import("./rows/call.ts"),
  desk: () => import("./rows/desk.ts"),
  memory: () => import("./rows/memory.ts"),
  memorySize: () => import("./rows/memorySize.ts"),
  boss: () => import("./rows/boss.ts"),
  evidence: () => import("./rows/evidence.ts"),
  tables: () => import("./rows/tables.ts"),
  virtual: () => import("./rows/virtual.ts"),
  order: () => import("./rows/order.ts"),
  emptyAccount: () => import("./rows/emptyAccount.ts"),
  refused: () => import("./rows/refused.ts"),
  coldStart: () => import("./rows/coldStart.ts"),
  deploy: () => import("./rows/deploy.ts"),
};

const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
const chosen = values.only ?? Object.keys(rows);
const unknown = chosen.filter((name) => !(name in rows));
if (unknown.length) {
  process.stderr.write(`there is no row ${unknown.join(", ")}; there are ${Object.keys(rows).join(", ")}\n`);
  process.exit(2);
}

const load = (): string =>
  loadavg()
    .map((each) => each.toFixed(1))
    .join(" ");

async function measured(row: Row): Promise<Line[]> {
  try {
    return await row.measure();
  } catch (error) {
    if (error instanceof NotComparable) {
      process.exitCode = 1;
      return [{ what: row.title, measured: "not comparable", from: error.message }];
    }
    if (error instanceof NotHere) return [{ what: row.title, measured: "not measured", from: error.message }];
    throw error;
  }
}

const table = new Table({
  head: ["row", "what", "measured", "target", "from"],
  wordWrap: true,
  colWidths: [11, 34, 16, 22, 66],
  style: { head: [] },
});
for (const name of chosen) {
  const { row } = await rows[name]!();
  process.stderr.write(`${row.name}: ${row.title} (load ${load()}) …\n`);
  for (const { what, measured: value, target, from } of await measured(row))
    table.push([name, what, value, target ? `${target.text}: ${target.met ? "met" : "NOT met"}` : "", from]);
}
process.stdout.write(
  `${table}\nOne row again: npm run bench -- --only <row>. Load of the machine at the end (1, 5, 15 min): ${load()}.\n`,
);
