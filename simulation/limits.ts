import Table from "cli-table3";
import { quietScript } from "./script.ts";
import { simulate } from "./simulate.ts";
import { simulatedAuditors } from "./world.ts";

const SEED = 1;

/**
 * Prints what whole runs over so many accounts cost, in virtual time: requests by who makes them, the greatest event
 * and document, and the memory of the process, in which the simulated bucket is too.
 */
export async function limitsTable(sizes: readonly number[]): Promise<void> {
  const columns: Record<string, string>[] = [];
  for (const size of sizes) {
    const accounts = Array.from({ length: size }, (_none, n) => String(100_000_000_000 + n));
    const script = {
      ...quietScript(SEED),
      accounts,
      auditors: Object.keys(simulatedAuditors),
      sizes: { instances: 1, groups: 1, people: 1, volumes: 1, snapshots: 1 },
    };
    const report = await simulate(SEED, { script });
    const { requests } = report;
    const of = (pattern: RegExp) =>
      Object.entries(requests).reduce((sum, [name, count]) => (pattern.test(name) ? sum + count : sum), 0);
    const tasks = of(/^boss lambda/);
    const per = (count: number) => `${count} (${(count / tasks).toFixed(1)} a task)`;
    const largest = [...report.documents].reduce((most, each) => (each[1].length > most[1].length ? each : most));
    columns.push({
      accounts: String(size),
      tasks: String(tasks),
      "requests of the plan": per(of(/^boss/)),
      "requests of outcomes": per(of(/^auditor (s3|lambda)/)),
      "requests of the seal": per(of(/^sealer/)),
      "requests in the accounts": String(of(/^auditor (sts|ec2|rds|iam)/)),
      "greatest event, bytes": String(report.largestEvent),
      "greatest document": `${largest[0].split("/").at(-1)}, ${largest[1].length} bytes`,
      "virtual time, s": String(Math.round(report.took / 1000)),
      "memory, MB": String(Math.round(process.memoryUsage().heapUsed / 2 ** 20)),
      violations: String(report.violations.length),
    });
  }
  const table = new Table({ head: ["", ...columns.map(({ accounts }) => `${accounts} accounts`)] });
  for (const name of Object.keys(columns[0] ?? {}).slice(1))
    table.push([name, ...columns.map((column) => column[name] ?? "")]);
  console.log(String(table));
}
